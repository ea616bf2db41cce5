"""``products.services.pictures``: rows, files, and who makes them."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from dbProject.uploads import PictureRefused
from products import pictures as files
from products import tasks
from products.models import ProductImage
from products.services import picture_files, pictures
from products.tests.factories import ProductFactory
from products.tests.pictures import SVG, encoded, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored():
    """The names of all files in the storage, relative to it."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_an_upload_is_stored_once_with_two_widths_in_three_formats():
    product = ProductFactory()
    content = encoded("JPEG", picture((1000, 750)))

    image = pictures.add(product, content, alt_text="A mug", source="mug.jpg")

    key = files.digest(content)
    assert image.image.name == f"pictures/{key[:2]}/{key}.jpg"
    assert stored() == sorted(
        [image.image.name]
        + [f"pictures/{key[:2]}/{key}-{w}.{e}" for w in (480, 800) for e in ("avif", "webp", "jpg")]
    )
    image.refresh_from_db()
    assert (image.width, image.height) == (1000, 750)
    assert (image.widths, image.is_rendered) == ([480, 800], False)
    assert (image.is_primary, image.sort_order) == (True, 0)
    assert (image.alt_text, image.source) == ("A mug", "mug.jpg")


def test_the_same_picture_twice_is_one_row_and_for_two_products_one_file():
    mug, cup = ProductFactory(), ProductFactory()
    content = encoded("PNG")

    first = pictures.add(mug, content)
    names = stored()

    assert pictures.add(mug, content) == first
    assert pictures.add(cup, content).image.name == first.image.name
    assert stored() == names
    assert ProductImage.objects.count() == 2


def test_the_first_picture_is_primary_and_the_others_follow_it():
    product = ProductFactory()

    front, back, top = (pictures.add(product, picture(seed=seed)) for seed in range(3))

    rows = ProductImage.objects.values_list("pk", "is_primary", "sort_order")
    assert list(rows) == [(front.pk, True, 0), (back.pk, False, 1), (top.pk, False, 2)]


def test_a_new_primary_takes_the_place_of_the_old():
    product = ProductFactory()
    front, back = (pictures.add(product, picture(seed=seed)) for seed in range(2))

    pictures.make_primary(back)
    top = pictures.add(product, picture(seed=3), is_primary=True)

    assert list(ProductImage.objects.filter(is_primary=True)) == [top]
    pictures.remove(top)
    assert list(ProductImage.objects.filter(is_primary=True)) == [front]
    pictures.remove(front)
    pictures.remove(front)
    assert list(ProductImage.objects.filter(is_primary=True)) == [back]


def test_nothing_is_stored_of_what_is_refused():
    product = ProductFactory()

    for content in (SVG, b"words", encoded("JPEG")[:1500]):
        with pytest.raises(PictureRefused):
            pictures.add(product, content)

    assert stored() == []
    assert not ProductImage.objects.exists()


def test_many_are_made_by_other_processes_and_equal_ones_once():
    mug, cup = ProductFactory(), ProductFactory()
    drawn = partial(picture, (500, 400), seed=4)  # drawn by the process that encodes it

    rows = pictures.add_many(
        [
            (mug, picture(), "A mug", True, 0, "mug"),
            (cup, picture(), "A cup", True, 0, "cup"),
            (cup, encoded("PNG", picture(seed=2)), "Its back", False, 1, ""),
            pictures.NewPicture(mug, drawn),
            pictures.NewPicture(cup, drawn),
        ]
    )

    assert [row.product for row in rows] == [mug, cup, cup, mug, cup]
    assert rows[0].image.name == rows[1].image.name
    assert rows[3].image.name == rows[4].image.name
    assert [row.is_primary for row in rows] == [True, True, False, False, False]
    assert len({row.image.name for row in rows}) == 3
    assert ProductImage.objects.count() == 5
    assert sum(name.endswith(("avif", "webp")) for name in stored()) == 10


def test_one_bad_picture_among_many_leaves_no_row():
    product = ProductFactory()

    with pytest.raises(PictureRefused):
        pictures.add_many([(product, encoded()), (product, encoded("JPEG")[:1500])])

    assert not ProductImage.objects.exists()


def test_adding_many_costs_the_same_queries_however_many(django_assert_num_queries):
    few = [(ProductFactory(), picture((60, 40), seed=seed)) for seed in range(2)]
    many = [(ProductFactory(), picture((60, 40), seed=seed)) for seed in range(5, 15)]

    # savepoint, lock, rows, twins, insert, release; and a look for each new picture
    with django_assert_num_queries(6 + 2):
        pictures.add_many(few)
    with django_assert_num_queries(6 + 10):
        pictures.add_many(many)


def test_the_task_makes_the_widths_that_are_missing():
    mug, cup = ProductFactory(), ProductFactory()
    content = picture((1300, 900))
    shared = [pictures.add(product, content) for product in (mug, cup)]

    tasks.render_pictures(something_newer=True)

    for image in shared:
        image.refresh_from_db()
        assert (image.widths, image.is_rendered) == ([320, 480, 800, 1200, 1300], True)
    assert picture_files.missing(image.image.name, image.widths) == []
    names = stored()
    assert len(names) == 1 + 3 * 3 + 2 * 2
    assert pictures.render_due() == 0
    third = pictures.add(ProductFactory(), content)
    assert (third.widths, third.is_rendered) == ([320, 480, 800, 1200, 1300], True)
    assert stored() == names


def test_what_a_kill_left_unfinished_is_repaired():
    image = pictures.add(ProductFactory(), picture((900, 600)))
    lost = files.rendition_name(image.image.name, 480, "webp")
    default_storage.delete(lost)

    assert pictures.render_due() == 1

    assert default_storage.exists(lost)


def test_a_file_is_whole_or_not_there(monkeypatch):
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))

    with pytest.raises(KeyboardInterrupt):
        picture_files.store("pictures/ab/abc.jpg", b"content")

    assert not default_storage.exists("pictures/ab/abc.jpg")


def test_an_original_that_is_gone_holds_nobody_up():
    gone = pictures.add(ProductFactory(), picture((900, 600)))
    fine = pictures.add(ProductFactory(), picture((900, 600), seed=5))
    default_storage.delete(gone.image.name)

    assert pictures.render_due() == 2

    gone.refresh_from_db()
    fine.refresh_from_db()
    assert (gone.widths, gone.is_rendered) == ([480, 800], True)
    assert (fine.widths, fine.is_rendered) == ([320, 480, 800, 900], True)


KILLED = """
import os, signal
from products.services import picture_files

with picture_files.workshop() as executor:
    print(executor.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.integration
def test_the_processes_that_draw_end_with_a_parent_that_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)  # noqa: S603

    output, _ = parent.communicate(timeout=30)  # whoever draws holds the other end of this pipe open

    assert int(output) != parent.pid
    assert parent.returncode == -signal.SIGKILL


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_worker_holds_is_left_to_it():
    held, free = (pictures.add(ProductFactory(), picture((900, 600), seed=seed)) for seed in (1, 2))
    is_held, is_done = Barrier(2), Barrier(2)

    def rival():
        with pictures._claimed() as rows:
            assert [row.pk for row in rows] == [held.pk, free.pk]
            is_held.wait(10)
            is_done.wait(10)
        connection.close()

    thread = Thread(target=rival)
    thread.start()
    is_held.wait(10)
    assert pictures.render_due() == 0
    is_done.wait(10)
    thread.join()

    assert pictures.render_due() == 2


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_with_the_same_picture_leave_one_row_and_one_primary():
    product = ProductFactory()
    content = encoded("PNG", picture((640, 480)))
    start = Barrier(8)
    errors = []

    def upload():
        start.wait(10)
        try:
            pictures.add(product, content)
        except Exception as error:
            errors.append(error)
        connection.close()

    threads = [Thread(target=upload) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert ProductImage.objects.get().is_primary
    for name in stored():
        with Image.open(default_storage.path(name)) as whole:
            whole.load()
