"""The picture beside somebody's name."""

import os
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from dbProject import personal_data
from products.tests.pictures import SVG, encoded, picture
from users.services import avatars
from users.tests.factories import UserFactory

PAGE = "/account/profile/picture/"


@pytest.fixture
def customer(db, client):
    user = UserFactory(first_name="Ada", is_verified=True)
    client.force_login(user)
    return user


def post(client, content, name="me.png"):
    return client.post(PAGE, {"avatar": SimpleUploadedFile(name, content)})


def test_a_picture_is_drawn_anew_small_and_square_under_a_name_that_tells_nothing(customer, client):
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"

    answer = post(client, encoded("JPEG", picture((1200, 700)), exif=exif), name="../Ada at home.jpg")

    assert (answer.status_code, answer["Location"]) == (303, "/account/profile/")
    customer.refresh_from_db()
    folder, _slash, name = customer.avatar.name.partition("/")
    assert (folder, len(name), name.endswith(".jpg")) == ("avatars", 36, True)
    content = customer.avatar.read()
    assert b"Camera" not in content
    with Image.open(BytesIO(content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (256, 256))


def test_it_stands_in_the_header_and_goes_when_it_is_removed(
    customer, client, django_capture_on_commit_callbacks
):
    post(client, encoded())
    customer.refresh_from_db()
    url, name = customer.avatar.url, customer.avatar.name
    assert f'<img class="avatar" src="{url}" width="24"' in client.get("/account/").content.decode()

    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(f"{PAGE}remove/").status_code == 303

    assert url not in client.get("/account/profile/").content.decode()
    assert not default_storage.exists(name)


def test_of_two_pictures_one_after_the_other_only_the_second_is_kept(
    customer, django_capture_on_commit_callbacks
):
    names = []
    for seed in (1, 2):
        with django_capture_on_commit_callbacks(execute=True):
            avatars.change(customer, SimpleUploadedFile("me.png", encoded(image=picture(seed=seed))))
        customer.refresh_from_db()
        names.append(customer.avatar.name)
    assert [default_storage.exists(name) for name in names] == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("me.svg", SVG, "no picture that the shop can show"),
        ("me.gif", encoded("GIF"), "no picture that the shop can show"),
        ("me.jpg", b"<html>", "This file is no picture."),
        ("me.jpg", encoded("JPEG")[:3000], "damaged or incomplete"),
        ("me.jpg", b"", "This file is empty."),
    ],
)
def test_anything_else_is_refused_at_the_field_and_changes_nothing(customer, client, name, content, words):
    answer = post(client, content, name=name)
    assert words in answer.context["avatar_form"].errors["avatar"][0]
    assert words in answer.content.decode()
    customer.refresh_from_db()
    assert not customer.avatar


def test_it_is_in_the_export_and_gone_after_erasing(customer, client, django_capture_on_commit_callbacks):
    post(client, encoded())
    customer.refresh_from_db()
    name, content = customer.avatar.name, customer.avatar.read()
    told = {part.name: part for part in personal_data.export_of(customer)}
    assert told["profile"].files == {"picture.jpg": content}
    with django_capture_on_commit_callbacks(execute=True):
        personal_data.erase(customer)
    assert not default_storage.exists(name)


def test_of_who_is_erased_while_they_upload_nothing_is_kept(customer, django_capture_on_commit_callbacks):
    before = set(default_storage.listdir("avatars")[1]) if default_storage.exists("avatars") else set()
    personal_data.erase(customer)
    with django_capture_on_commit_callbacks(execute=True):
        avatars.change(customer, SimpleUploadedFile("me.png", encoded()))
    assert set(default_storage.listdir("avatars")[1]) == before


def test_pictures_that_nobody_shows_are_swept_up_after_a_day(customer, client):
    post(client, encoded())
    customer.refresh_from_db()
    old, new = (default_storage.save(f"avatars/{name}.jpg", ContentFile(b"x")) for name in ("old", "new"))
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in (old, customer.avatar.name):
        os.utime(default_storage.path(name), (long_ago, long_ago))
    assert avatars.tidy() == 1
    assert [default_storage.exists(name) for name in (old, new, customer.avatar.name)] == [False, True, True]
    default_storage.delete(new)
