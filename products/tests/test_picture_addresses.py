"""Fetching pictures that imports named by their address."""

import threading
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from dbProject import public_hosts
from products import tasks
from products.models import PictureAddress, ProductImage
from products.services import picture_addresses
from products.tests.factories import ProductFactory
from products.tests.pictures import encoded, picture

pytestmark = [pytest.mark.django_db, pytest.mark.integration]

PICTURE = encoded("PNG", picture((60, 40)))


class Site(BaseHTTPRequestHandler):
    """A web site with a few pictures, and a few traps."""

    asked = Counter()

    def do_GET(self):
        self.asked[self.path] += 1
        if self.path.startswith("/mug"):
            self._answer(200, PICTURE)
        elif self.path == "/words.png":
            self._answer(200, b"these are words")
        elif self.path == "/large.png":
            self._answer(200, b"\0" * 10_100_000)
        elif self.path == "/busy.png":
            self._answer(503)
        elif self.path.startswith("/moved/"):
            hops = int(self.path.rpartition("/")[2])
            self._answer(302, to=f"/moved/{hops - 1}" if hops > 1 else "/mug.png")
        elif self.path == "/inside.png":
            self._answer(302, to=f"http://127.0.0.2:{self.server.server_port}/mug-inside.png")
        elif self.path == "/file.png":
            self._answer(302, to="file:///etc/passwd")
        else:
            self._answer(404)

    def _answer(self, status, body=b"", to=None):
        self.send_response(status)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Site.asked.clear()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def is_the_site(ip):
    return ip in {"127.0.0.1", "::1"}


def due(address, **fields):
    return PictureAddress.objects.create(
        **{"product": ProductFactory(), "address": address, "try_after_at": timezone.now()} | fields
    )


def fetch(**options):
    return picture_addresses.fetch_due(**{"is_allowed": is_the_site} | options)


def test_a_picture_is_fetched_and_its_address_forgotten(site):
    row = due(f"{site}/mug.png", alt_text="A mug", sort_order=3)

    assert fetch() == 1

    image = ProductImage.objects.get()
    assert (image.product, image.alt_text, image.sort_order) == (row.product, "A mug", 3)
    assert (image.source, image.width) == (f"{site}/mug.png", 60)
    assert not PictureAddress.objects.exists()
    assert fetch() == 0


def test_more_than_one_batch_is_fetched_in_one_slice(site):
    for number in range(20):
        due(f"{site}/mug-{number}.png")

    assert fetch() == 20


def test_a_few_redirects_are_followed(site):
    due(f"{site}/moved/3")

    assert fetch() == 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere.png", "the server answered 404"),
        ("/words.png", "no picture"),
        ("/large.png", "larger than 10 MB"),
        ("/moved/4", "more than 3 redirects"),
        ("/inside.png", "not on the public internet"),
        ("/file.png", "only http and https"),
    ],
)
def test_what_is_no_use_trying_again_is_kept_with_its_reason(site, path, reason):
    row = due(site + path)

    assert fetch() == 0

    row.refresh_from_db()
    assert reason in row.error
    assert row.attempts == picture_addresses.ATTEMPTS
    PictureAddress.objects.update(try_after_at=timezone.now())
    asked = sum(Site.asked.values())
    assert fetch() == 0
    assert sum(Site.asked.values()) == asked
    assert not ProductImage.objects.exists()
    assert Site.asked["/mug-inside.png"] == 0


def test_a_failure_that_may_pass_is_tried_again_later_and_five_times_in_all(site):
    row = due(f"{site}/busy.png")
    pauses = []

    for _ in range(7):
        PictureAddress.objects.update(try_after_at=timezone.now())
        before = timezone.now()
        fetch()
        row.refresh_from_db()
        pauses.append(round((row.try_after_at - before) / timedelta(minutes=1)))

    assert pauses[:5] == [1, 10, 60, 360, 1440]
    assert (row.attempts, row.error) == (5, "the server answered 503")
    assert Site.asked["/busy.png"] == 5


def test_a_host_that_does_not_answer_is_left_alone_for_a_while(site):
    product = ProductFactory()
    closed = "http://127.0.0.1:9"  # nothing listens there
    for number in range(20):
        due(f"{closed}/{number}.png", product=product)
    due(f"{site}/mug.png", try_after_at=timezone.now())

    assert fetch() == 1

    left = PictureAddress.objects.filter(address__startswith=closed)
    assert left.filter(attempts=1).count() == picture_addresses.AT_ONCE
    assert left.filter(attempts=0).count() == 20 - picture_addresses.AT_ONCE
    assert not left.filter(try_after_at__lte=timezone.now()).exists()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "http://localhost/a.png",
        "http://10.1.2.3/a.png",
        "http://192.168.1.1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.png",
        "http://[::ffff:127.0.0.1]/a.png",
        "http://0/a.png",
        "http://2130706433/a.png",
        "ftp://example.com/a.png",
        "http:///a.png",
    ],
)
def test_nothing_inside_our_own_network_is_ever_asked(address):
    row = due(address)

    tasks.fetch_pictures(something_newer=True)

    row.refresh_from_db()
    assert row.attempts == picture_addresses.ATTEMPTS
    assert row.error


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_only_the_public_internet_counts_as_public(ip, expected):
    assert public_hosts.is_public(ip) is expected


def test_a_row_that_another_worker_took_is_not_fetched_twice(site):
    row = due(f"{site}/mug.png")

    assert [claimed.pk for claimed in picture_addresses._claim()] == [row.pk]

    assert fetch() == 0
    assert not Site.asked
