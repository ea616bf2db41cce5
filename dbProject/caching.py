"""Cached reads that a write can retire as a group: this process's memory first, Redis second.

Values are plain data (the Redis cache speaks JSON), never model instances that the
next release may no longer understand. A group has a *generation* in the shared cache;
keys carry it, so a write retires the whole group, in every process, with one number.

Whatever Redis does, a read ends in a value: where it is away, a process lives on what it
remembers itself, and that for seconds only.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from typing import Any, NamedTuple, TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from dbProject import observation, replica

T = TypeVar("T")
GROUPS = ("analytics", "catalog", "delivery", "offers", "pages", "taxes")
"""What can be forgotten; docs/decisions/caching.md says who forgets it."""
EVERYTHING = "everything"
"""The group of what shows a bit of all of them: it is forgotten with any. A number of its own, so that a page
that is remembered as a whole costs one question for one number."""
LOCK_SECONDS = 3
"""How long a process may build alone. Should it die, others wait no longer."""
POLL_SECONDS = 0.02
SECONDS_WITHOUT_REDIS = 5
"""How long a value holds that no other process can retire."""
FRESH_SHARE = 5 / 6
"""Of its life. In the rest of it one reader builds anew, while the others still get the old value."""


class Entry(NamedTuple):
    """A remembered value; ``due_at`` and ``until`` are seconds since the epoch."""

    value: Any
    due_at: float
    until: float

    @property
    def is_fresh(self) -> bool:
        return time.time() < self.due_at


class Memory:
    """A small cache in this process that lets go of what was not asked for longest."""

    def __init__(self, *, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._lock = Lock()
        self._entries: OrderedDict[str, tuple[Entry, float, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> Entry | None:
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            entry, until, _size = found
            if until <= time.time():
                return None
            self._entries.move_to_end(key)
        return entry

    def set(self, key: str, entry: Entry, *, seconds: float) -> None:
        """Keep ``entry`` for so long, and no longer than it lives."""
        size = _size(entry.value)
        until = min(entry.until, time.time() + seconds)
        if seconds <= 0 or size > self.most_bytes // 8:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = (entry, until, size)
            self._bytes += size
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """About how much it holds."""
        return self._bytes

    def _drop(self, key: str) -> None:
        _entry, _until, size = self._entries.pop(key, (None, 0, 0))
        self._bytes -= size


def _size(value: Any) -> int:
    """Return about how many bytes plain data takes; of a list one item stands for all, as all are alike."""
    if isinstance(value, str):
        return 60 + len(value)
    if isinstance(value, Mapping):
        return 200 + sum(_size(key) + _size(part) for key, part in value.items())
    if isinstance(value, (list, tuple)):
        is_row = isinstance(value, tuple)
        return 60 + (sum(map(_size, value)) if is_row else len(value) * _size(value[0]) if value else 0)
    return 40


memory = Memory(most_bytes=settings.MEMORY_CACHE_BYTES)


# Reading


def remember(group: str, key: str, build: Callable[[], T], *, seconds: int) -> T:
    """Return the value of ``build()`` of at most ``seconds`` ago, and after the last change of ``group``.

    However many readers want it at once, in however many threads and processes, it is built once: the
    others get what is about to expire, else they wait for it. Raises what ``build`` raises.
    """
    generation = _generation(group)
    full_key = f"{group}:{generation}:{key}"
    known = memory.get(full_key)
    if known is not None and known.is_fresh:
        _count(group, "memory")
        return cast(T, known.value)
    if not generation.startswith(OWN):
        known = _ask_redis(full_key) or known
        if known is not None and known.is_fresh:
            _count(group, "redis")
            memory.set(full_key, known, seconds=settings.MEMORY_CACHE_SECONDS)
            return cast(T, known.value)
    else:
        seconds = min(seconds, SECONDS_WITHOUT_REDIS)
    return cast(T, _build_alone_here(group, full_key, build, seconds=seconds, known=known))


_flights: dict[str, Future[Any]] = {}
_flights_lock = Lock()


def _build_alone_here(
    group: str, full_key: str, build: Callable[[], Any], *, seconds: int, known: Entry | None
) -> Any:
    """Return the value that one thread of this process builds."""
    with _flights_lock:
        flight = _flights.get(full_key)
        is_ours = flight is None
        if flight is None:
            flight = _flights[full_key] = Future()
    if not is_ours:
        if known is not None:
            _count(group, "stale")
            return known.value
        with suppress(Exception):  # what befell the other may not befall us
            value = flight.result(timeout=2 * LOCK_SECONDS)
            _count(group, "waited")
            return value
        return _built(group, full_key, build, seconds=seconds)
    try:
        value = _build_alone(group, full_key, build, seconds=seconds, known=known)
    except BaseException as error:
        flight.set_exception(error)
        raise
    else:
        flight.set_result(value)
        return value
    finally:
        with _flights_lock:
            del _flights[full_key]


def _build_alone(
    group: str, full_key: str, build: Callable[[], Any], *, seconds: int, known: Entry | None
) -> Any:
    """Return the value that one process builds, or has built meanwhile."""
    lock = f"{full_key}:lock"
    give_up_at = time.monotonic() + 2 * LOCK_SECONDS
    # True: ours. False: somebody else's. None: Redis is away.
    while (is_locked := cache.add(lock, 1, timeout=LOCK_SECONDS)) is False:
        if known is not None:
            _count(group, "stale")
            return known.value
        time.sleep(POLL_SECONDS)
        built = _ask_redis(full_key)
        if built is not None:
            return _taken_over(group, full_key, built)
        if time.monotonic() > give_up_at:
            break
    if not is_locked:
        return _built(group, full_key, build, seconds=seconds)
    try:
        built = _ask_redis(full_key)
        if built is not None and built.is_fresh:  # between our look and our lock
            return _taken_over(group, full_key, built)
        return _built(group, full_key, build, seconds=seconds)
    finally:
        cache.delete(lock)  # if it is another's by now, that one's value is found before a third builds


def _taken_over(group: str, full_key: str, entry: Entry) -> Any:
    _count(group, "waited")
    memory.set(full_key, entry, seconds=settings.MEMORY_CACHE_SECONDS)
    return entry.value


def _built(group: str, full_key: str, build: Callable[[], Any], *, seconds: int) -> Any:
    began = time.time()
    with replica.passed_by_for_keeping():
        value = build()
    _count(group, "built")
    entry = Entry(value, due_at=began + FRESH_SHARE * seconds, until=began + seconds)
    cache.set(full_key, entry, timeout=seconds)
    memory.set(full_key, entry, seconds=settings.MEMORY_CACHE_SECONDS)
    return value


def _ask_redis(full_key: str) -> Entry | None:
    found = cache.get(full_key)
    return Entry(*found) if found is not None else None


# Generations

OWN = "own-"
"""Before a generation that this process alone knows, because Redis is away."""
_asked: ContextVar[dict[str, str] | None] = ContextVar("asked", default=None)
_own = dict.fromkeys((*GROUPS, EVERYTHING), 0)
_owed: set[str] = set()
"""Groups that were forgotten while Redis was away; it has to hear of it."""


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask Redis once for the generations, however much is remembered in the block, such as a request."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def _generation(group: str) -> str:
    asked = _asked.get()
    if asked is not None and group in asked:
        return asked[group]
    found = _ask_for_generations((EVERYTHING,) if group == EVERYTHING else GROUPS)
    if asked is not None:
        asked.update(found)
    return found[group]


def version(group: str) -> str | None:
    """Return what stands for ``group`` as it is now, for all processes; None while Redis is away."""
    generation = _generation(group)
    return None if generation.startswith(OWN) else generation


def changed_within(group: str, seconds: float) -> bool:
    """Say whether ``group`` was forgotten so lately, or nobody knows because Redis is away."""
    generation = _generation(group)
    return generation.startswith(OWN) or time.time_ns() - int(generation) < seconds * 1e9


def _ask_for_generations(groups: tuple[str, ...]) -> dict[str, str]:
    if _owed:
        _tell(set(_owed))
    found = cache.get_many([_key(group) for group in groups])
    generations = {}
    for group in groups:
        number = found.get(_key(group))
        if number is None:
            now = time.time_ns()
            number = now if cache.add(_key(group), now, timeout=None) else cache.get(_key(group))
        if number is None or group in _owed:
            return {group: f"{OWN}{_own[group]}" for group in groups}
        generations[group] = str(number)
    return generations


def _key(group: str) -> str:
    return f"generation:{group}"


def forget(*groups: str) -> None:
    """Retire every value remembered under ``groups`` once the current transaction commits.

    A reader that started before the commit stores its result under the old
    generation, so it can never overwrite a fresh one.
    """
    transaction.on_commit(lambda: _forget(groups))


def _forget(groups: tuple[str, ...]) -> None:
    retired = {*groups, EVERYTHING}
    for group in retired:
        _own[group] += 1
    if asked := _asked.get():
        asked.clear()
    _owed.update(retired)
    _tell(retired)


def _tell(groups: set[str]) -> None:
    """Give ``groups`` new generations; what Redis does not hear now, it hears once it is back."""
    failed = cache.set_many({_key(group): time.time_ns() for group in groups}, timeout=None)
    _owed.difference_update(group for group in groups if _key(group) not in failed)


# Figures

_counts: Counter[tuple[str, str]] = Counter()
_counts_lock = Lock()


def _count(group: str, outcome: str) -> None:
    with _counts_lock:
        _counts[group, outcome] += 1
    observation.count_cache(outcome)


def figures() -> dict[str, dict[str, int]]:
    """Return group -> outcome -> how often, since this process began.

    Outcomes: ``memory`` and ``redis`` are hits there, ``stale`` an old value while another reader built,
    ``waited`` what another reader has just built, ``built`` a miss.
    """
    with _counts_lock:
        counts = dict(_counts)
    found: dict[str, dict[str, int]] = {}
    for (group, outcome), number in counts.items():
        found.setdefault(group, {})[outcome] = number
    return found
