"""Counts that cost next to nothing: in Redis for all processes, in this process while Redis is away."""

import time
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from django.core.cache import caches

from dbProject.redis_cache import GuardedRedisCache

MOST_ENTRIES = 20_000


class Tally(NamedTuple):
    """How often it was, this time included, and after how many seconds the count starts anew."""

    used: int
    seconds: int


class Memory:
    """Counts of this process, each in a window that begins with its first; what is oldest goes first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def count(self, key: str, *, window_seconds: int) -> Tally:
        now = time.monotonic()
        with self._lock:
            count, until = self._entries.get(key, (0, 0.0))
            if until <= now:
                self._entries.pop(key, None)
                count, until = 0, now + window_seconds
            self._entries[key] = (count + 1, until)
            while len(self._entries) > MOST_ENTRIES:
                self._entries.popitem(last=False)
        return Tally(count + 1, max(1, round(until - now)))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


memory = Memory()


def count(key: str, *, window_seconds: int) -> Tally:
    """Count one more. A Redis that is away or hangs neither opens nor closes the shop."""
    cache = caches["default"]
    if isinstance(cache, GuardedRedisCache) and (
        counted := cache.count(f"limit:{key}", window_seconds=window_seconds)
    ):
        used, seconds = counted
        return Tally(used, max(1, seconds))
    return memory.count(key, window_seconds=window_seconds)
