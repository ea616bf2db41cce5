"""A cache that is gone or hangs: one call finds out."""

import os
import signal
from itertools import count

import pytest
import redis
from django.core.cache import cache
from django.db import transaction

from dbProject import caching, redis_cache, resilience
from dbProject.settings import base
from products.tests.factories import ProductFactory
from tests.redis_server import redis_server

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def server(settings, tmp_path):
    """A Redis of this test's own, as the cache."""
    with redis_server(tmp_path) as process:
        options = base.CACHES["default"]["OPTIONS"]
        where = {"LOCATION": f"redis://127.0.0.1:{process.port}/0", "OPTIONS": options}
        settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | where}
        cache.set("there", 1)
        assert cache.get("there") == 1
        yield process


@pytest.fixture
def asked(monkeypatch):
    """How often Redis was asked something, answered or not."""
    calls = []
    for name in ("execute_command", "pipeline"):
        real = getattr(redis.Redis, name)
        monkeypatch.setattr(
            redis.Redis,
            name,
            lambda self, *args, real=real, **kwargs: calls.append(args) or real(self, *args, **kwargs),
        )
    return calls


def stop(server):
    server.kill()
    server.wait()


def hang(server):
    os.kill(server.pid, signal.SIGSTOP)


@pytest.mark.parametrize("befalls", [stop, hang])
def test_pages_go_on_and_only_one_call_waits(client, settings, server, asked, befalls):
    settings.SHARED_PAGE_SECONDS = 60
    ProductFactory(slug="mug")
    pages = ("/", "/products/", "/products/mug/", "/cart/", "/search/?q=mug")
    client.get("/")
    befalls(server)
    asked.clear()

    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    assert len(asked) == 1
    options = settings.CACHES["default"]["OPTIONS"]
    assert max(options["SOCKET_TIMEOUT"], options["SOCKET_CONNECT_TIMEOUT"]) <= 0.25


@pytest.mark.parametrize("befalls", [stop, hang])
def test_a_login_and_a_cart_work_without_the_cache(client, server, befalls):
    product = ProductFactory()
    befalls(server)

    assert client.post("/cart/add/", {"product_id": product.pk, "quantity": 2}).status_code == 303
    assert product.name in client.get("/cart/").content.decode()


def test_a_cache_that_is_back_is_used_again(server, monkeypatch):
    monkeypatch.setattr(redis_cache, "OPEN_SECONDS", 0.0)
    resilience.forget()
    hang(server)
    assert cache.set("new", 1) is None
    server.send_signal(signal.SIGCONT)

    assert cache.set("new", 2)
    assert cache.get("new") == 2
    assert resilience.breaker("cache").state == "closed"


def test_without_the_cache_a_process_remembers_for_seconds_and_forgets_its_own_changes(
    server, settings, django_capture_on_commit_callbacks
):
    settings.MEMORY_CACHE_SECONDS = 60
    stop(server)
    built = count(1)

    def read():
        return caching.remember("catalog", "menu", lambda: next(built), seconds=60)

    assert [read(), read()] == [1, 1]
    with django_capture_on_commit_callbacks(execute=True):
        caching.forget("catalog")
    assert [read(), read()] == [2, 2]
    assert all(
        until - caching.time.time() <= caching.SECONDS_WITHOUT_REDIS
        for _entry, until, _size in caching.memory._entries.values()
    )


def test_what_was_forgotten_while_the_cache_was_away_is_retired_there_when_it_is_back(
    server, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(redis_cache, "OPEN_SECONDS", 0.0)
    resilience.forget()
    caching.remember("catalog", "menu", lambda: "old", seconds=60)
    hang(server)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        caching.forget("catalog")
    server.send_signal(signal.SIGCONT)

    assert caching.remember("catalog", "menu", lambda: "new", seconds=60) == "new"
