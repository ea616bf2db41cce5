"""Cached reads that a write can retire as a group: this process's memory first, Redis second.

Values are plain data (the Redis cache speaks JSON), never model instances that the
next release may no longer understand. A group has a *generation* in the shared cache;
keys carry it, so a write retires the whole group, in every process, with one number.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

T = TypeVar("T")
MEMORY_ENTRIES = 1_000
_MISSING = object()


class Memory:
    """A small cache in this process that forgets what is oldest."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def get(self, key: str) -> Any:
        with self._lock:
            until, value = self._entries.get(key, (0.0, _MISSING))
        return value if until > time.monotonic() else _MISSING

    def set(self, key: str, value: Any, *, seconds: float) -> None:
        with self._lock:
            self._entries[key] = (time.monotonic() + seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > MEMORY_ENTRIES:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


memory = Memory()


def remember(group: str, key: str, build: Callable[[], T], *, seconds: int) -> T:
    """Return the remembered value of ``build()``, computing it at most once per ``seconds`` and generation.

    Without Redis every call builds: slower, never wrong.
    """
    generation = cache.get_or_set(f"generation:{group}", time.time_ns, timeout=None)
    full_key = f"{group}:{generation}:{key}"
    if (value := memory.get(full_key)) is not _MISSING:
        return cast(T, value)
    value = cache.get(full_key, _MISSING)
    if value is _MISSING:
        value = build()
        cache.set(full_key, value, timeout=seconds)
    memory.set(full_key, value, seconds=min(seconds, settings.MEMORY_CACHE_SECONDS))
    return cast(T, value)


def forget(*groups: str) -> None:
    """Retire every value remembered under ``groups`` once the current transaction commits.

    A reader that started before the commit stores its result under the old
    generation, so it can never overwrite a fresh one.
    """
    transaction.on_commit(
        lambda: cache.set_many({f"generation:{group}": time.time_ns() for group in groups}, timeout=None)
    )
