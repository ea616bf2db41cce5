"""``dbProject.caching``."""

from itertools import count

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


def test_memory_stays_small(monkeypatch):
    monkeypatch.setattr(caching, "MEMORY_ENTRIES", 2)
    memory = caching.Memory()

    for number in range(5):
        memory.set(str(number), number, seconds=60)

    assert len(memory._entries) == 2
    assert memory.get("4") == 4


def test_without_redis_every_read_builds_and_none_fails(settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    built = count(1)

    assert [caching.remember("catalog", "x", lambda: next(built), seconds=60) for _ in range(2)] == [1, 2]
