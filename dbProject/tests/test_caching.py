"""``dbProject.caching``."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from django.core.cache import cache
from django.db import transaction

from dbProject import caching

pytestmark = pytest.mark.django_db


def test_a_value_is_built_once_until_its_group_is_forgotten(django_capture_on_commit_callbacks):
    built = count(1)

    def read():
        return caching.remember("catalog", "menu", lambda: next(built), seconds=60)

    assert [read(), read()] == [1, 1]
    with django_capture_on_commit_callbacks(execute=True):
        caching.forget("catalog")
    assert [read(), read()] == [2, 2]


def test_other_groups_stay(django_capture_on_commit_callbacks):
    built = count(1)
    caching.remember("pages", "a", lambda: next(built), seconds=60)

    with django_capture_on_commit_callbacks(execute=True):
        caching.forget("catalog")

    assert caching.remember("pages", "a", lambda: next(built), seconds=60) == 1


def test_nothing_is_forgotten_by_what_was_rolled_back(django_capture_on_commit_callbacks):
    built = count(1)
    caching.remember("catalog", "menu", lambda: next(built), seconds=60)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        caching.forget("catalog")
        transaction.set_rollback(True)

    assert caching.remember("catalog", "menu", lambda: next(built), seconds=60) == 1


def test_none_is_a_value():
    built = count(1)

    def build():
        next(built)

    for _ in range(2):
        caching.remember("catalog", "nothing", build, seconds=60)

    assert next(built) == 2


def test_memory_answers_without_asking_redis_for_the_value(settings, monkeypatch):
    settings.MEMORY_CACHE_SECONDS = 60
    caching.remember("catalog", "menu", lambda: "first", seconds=60)
    asked = []
    real = cache.get
    monkeypatch.setattr(
        cache, "get", lambda key, *rest, **more: asked.append(key) or real(key, *rest, **more)
    )

    assert caching.remember("catalog", "menu", lambda: "second", seconds=60) == "first"
    assert [key for key in asked if "menu" in key] == []


def entry(value, *, due=60.0, until=60.0):
    now = time.time()
    return caching.Entry(value, now + due, now + until)


def test_memory_stays_small_and_keeps_what_is_asked_for():
    memory = caching.Memory(most_bytes=10_000)
    rows = ["x" * 40] * 8

    for number in range(50):
        memory.set(str(number), entry(rows), seconds=60)
        assert memory.get("0").value == rows

    assert memory.bytes <= 10_000
    assert memory.get("49").value == rows
    assert memory.get("1") is None


def test_memory_takes_nothing_that_would_fill_it_alone():
    memory = caching.Memory(most_bytes=10_000)

    memory.set("long", entry("x" * 5_000), seconds=60)

    assert memory.get("long") is None
    assert memory.bytes == 0


def test_memory_keeps_nothing_beyond_its_life():
    memory = caching.Memory(most_bytes=10_000)

    memory.set("old", entry("x", until=-1), seconds=60)

    assert memory.get("old") is None


def test_without_redis_every_read_builds_and_none_fails(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    built = count(1)

    assert [caching.remember("catalog", "x", lambda: next(built), seconds=60) for _ in range(2)] == [1, 2]


READERS = 50


def read_together(read):
    """Return what ``READERS`` threads get that read at the same moment."""
    gate = Barrier(READERS)

    def one(_):
        gate.wait()
        return read()

    with ThreadPoolExecutor(READERS) as crowd:
        return list(crowd.map(one, range(READERS)))


def test_fifty_readers_of_what_is_not_there_build_it_once():
    built = count(1)

    values = read_together(lambda: caching.remember("catalog", "menu", lambda: next(built), seconds=60))

    assert values == [1] * READERS
    assert next(built) == 2


def test_who_comes_while_it_is_built_anew_gets_the_old_value(monkeypatch):
    monkeypatch.setattr(caching, "FRESH_SHARE", 0)  # due at once
    caching.remember("catalog", "menu", lambda: "old", seconds=60)
    seen = []

    def build():
        seen.extend(read_together(lambda: caching.remember("catalog", "menu", lambda: "third", seconds=60)))
        return "new"

    assert caching.remember("catalog", "menu", build, seconds=60) == "new"
    assert seen == ["old"] * READERS


def test_what_was_forgotten_is_never_served_as_the_old_value(monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(caching, "FRESH_SHARE", 0)
    caching.remember("catalog", "menu", lambda: "old", seconds=60)

    with django_capture_on_commit_callbacks(execute=True):
        caching.forget("catalog")

    assert caching.remember("catalog", "menu", lambda: "new", seconds=60) == "new"


def test_a_process_that_dies_while_it_builds_holds_nobody_up_for_long(monkeypatch):
    monkeypatch.setattr(caching, "LOCK_SECONDS", 0.5)
    generation = caching._generation("catalog")
    cache.add(f"catalog:{generation}:menu:lock", 1, timeout=caching.LOCK_SECONDS)  # its holder is gone
    built = count(1)

    values = read_together(lambda: caching.remember("catalog", "menu", lambda: next(built), seconds=60))

    assert values == [1] * READERS


def test_a_build_that_fails_fails_for_its_reader_and_the_next_one_tries_again():
    def fail():
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            caching.remember("catalog", "menu", fail, seconds=60)

    assert caching.remember("catalog", "menu", lambda: "built", seconds=60) == "built"


def test_generations_are_asked_for_once_in_a_request(monkeypatch):
    asked = []
    real = cache.get_many
    monkeypatch.setattr(cache, "get_many", lambda keys: asked.append(keys) or real(keys))

    with caching.asked_once():
        for name in ("menu", "facets", "footer"):
            caching.remember("catalog", name, lambda: 1, seconds=60)

    assert len(asked) == 1


def test_a_request_sees_what_it_has_forgotten_itself(django_capture_on_commit_callbacks):
    built = count(1)
    with caching.asked_once():
        caching.remember("catalog", "menu", lambda: next(built), seconds=60)
        with django_capture_on_commit_callbacks(execute=True):
            caching.forget("catalog")

        assert caching.remember("catalog", "menu", lambda: next(built), seconds=60) == 2


@pytest.mark.parametrize("group", caching.GROUPS)
def test_what_shows_everything_is_forgotten_with_any_group(group, django_capture_on_commit_callbacks):
    built = count(1)
    caching.remember(caching.EVERYTHING, "page", lambda: next(built), seconds=60)

    with django_capture_on_commit_callbacks(execute=True):
        caching.forget(group)

    assert caching.remember(caching.EVERYTHING, "page", lambda: next(built), seconds=60) == 2


def test_hits_and_misses_are_counted_by_group_and_level(settings):
    before = caching.figures().get("taxes", {})
    caching.remember("taxes", "de", lambda: 19, seconds=60)
    caching.remember("taxes", "de", lambda: 19, seconds=60)
    settings.MEMORY_CACHE_SECONDS = 60
    for _ in range(2):
        caching.remember("taxes", "de", lambda: 19, seconds=60)

    after = caching.figures()["taxes"]

    assert {name: number - before.get(name, 0) for name, number in after.items()} == {
        "built": 1,
        "redis": 2,
        "memory": 1,
    }
