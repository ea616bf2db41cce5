"""The request profile: what each endpoint costs, over all processes, for a day.

A process adds up in its memory and every few seconds puts what it knows of the hour, as one value, into
one of the places that the cache has for this hour. So it costs no request anything but some additions, a
process that is killed loses a few seconds, and a cache that is emptied gets it again.
"""

import heapq
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from dbProject import batches
from dbProject.metrics import memory
from dbProject.metrics.observing import METHODS, OTHER
from dbProject.metrics.tallies import Tally
from dbProject.observation import Observation

HOUR = 3600  # seconds
KEPT_HOURS = 24
PLACES = 64
"""Processes in an hour; what more there are keep what they know to themselves."""
SLOWEST = 5
STATEMENTS = 100
"""Different statements that a process remembers in an hour; of more it does not hear."""
HITS = ("memory", "redis", "stale", "waited")


class Slow(NamedTuple):
    """One slow request: microseconds, endpoint, status, queries, and the id that its log lines carry."""

    us: int
    endpoint: str
    status: int
    queries: int
    request_id: str
    at: float
    """Seconds since 1970."""


class Statement(NamedTuple):
    """How often a costly statement ran, and microseconds in all and at most."""

    runs: int
    total_us: int
    slowest_us: int


@dataclass(slots=True)
class Profile:
    """What is known of some hours."""

    endpoints: dict[str, Tally]
    slowest: list[Slow]
    statements: dict[str, Statement]
    processes: int = 0

    @classmethod
    def empty(cls) -> "Profile":
        return cls({}, [], {})

    def merge(self, other: "Profile") -> None:
        """Add what another process, or another hour, has counted."""
        for endpoint, tally in other.endpoints.items():
            self.endpoints.setdefault(endpoint, Tally()).merge(tally)
        self.slowest = heapq.nlargest(SLOWEST, [*self.slowest, *other.slowest])
        for sql, added in other.statements.items():
            known = self.statements.get(sql, Statement(0, 0, 0))
            self.statements[sql] = Statement(
                known.runs + added.runs,
                known.total_us + added.total_us,
                max(known.slowest_us, added.slowest_us),
            )

    def plain(self) -> dict[str, Any]:
        return {
            "endpoints": {name: tally.plain() for name, tally in self.endpoints.items()},
            "slowest": list(self.slowest),
            "statements": dict(self.statements),
        }

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> "Profile":
        return cls(
            {name: Tally.from_plain(tally) for name, tally in data["endpoints"].items()},
            [Slow(*one) for one in data["slowest"]],
            {sql: Statement(*figures) for sql, figures in data["statements"].items()},
        )


_lock = Lock()
_writing = Lock()
"""Held by whoever writes: two at once would take two places, and count everything twice."""
_counted = Profile.empty()
_hour = 0
_place: int | None = None
_written = 0
_seen = 0
_peak_kb = 0


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Add one request; some three microseconds."""
    global _seen, _peak_kb
    batches.wake()
    method = request.method or OTHER
    endpoint = f"{method if method in METHODS else OTHER} {seen.route}"
    us = int(seen.seconds * 1_000_000)
    peak_kb = memory.peak_kb()
    with _lock:
        _seen += 1
        tally = _counted.endpoints.get(endpoint)
        if tally is None:
            tally = _counted.endpoints[endpoint] = Tally()
        tally.add(us=us, status=response.status_code)
        if seen.queries:
            tally.queries += seen.queries
            tally.database_us += int(seen.query_seconds * 1_000_000)
        for outcome, number in seen.cache.items():
            if outcome in HITS:
                tally.hits += number
            else:
                tally.misses += number
        if peak_kb > _peak_kb:
            tally.memory_kb += (
                peak_kb - _peak_kb if _peak_kb else 0
            )  # the first one does not answer for the start
            _peak_kb = peak_kb
        slowest = _counted.slowest
        if len(slowest) < SLOWEST or us > slowest[0][0]:
            one = Slow(us, endpoint, response.status_code, seen.queries, seen.request_id, time.time())
            (heapq.heappush if len(slowest) < SLOWEST else heapq.heapreplace)(slowest, one)
        for sql, query_us in seen.costly:
            _add_statement(sql, query_us)


def _add_statement(sql: str, us: int) -> None:
    known = _counted.statements.get(sql)
    if known is None:
        if len(_counted.statements) >= STATEMENTS:
            return
        known = Statement(0, 0, 0)
    _counted.statements[sql] = Statement(known.runs + 1, known.total_us + us, max(known.slowest_us, us))


@batches.register
def write() -> None:
    """Put what this process knows of the hour where others find it; nothing where nothing was added."""
    with _writing:
        _write()


def _write() -> None:
    global _counted, _hour, _place, _written
    now = int(time.time()) // HOUR
    with _lock:
        hour, place = _hour or now, _place
        plain = _counted.plain() if _seen != _written else None
        _written, _hour = _seen, hour
        if now != hour:
            _counted, _hour, _place = Profile.empty(), now, None
    if plain is None:
        return
    if place is None:
        place = _take_place(hour)
    if place is None:
        return
    cache.set(_key(hour, place), plain, timeout=KEPT_HOURS * HOUR)
    with _lock:
        if _hour == hour:
            _place = place


def read(*, hours: int) -> Profile:
    """Return what all processes have counted in this hour and those before it; a question for each hour."""
    profile = Profile.empty()
    now = int(time.time()) // HOUR
    for hour in range(now - hours + 1, now + 1):
        found = cache.get_many([_key(hour, place) for place in range(PLACES)])
        for plain in found.values():
            if plain:
                profile.merge(Profile.from_plain(plain))
        profile.processes = max(profile.processes, len(found))
    return profile


def forget() -> None:
    """Begin anew; for tests."""
    global _counted, _hour, _place, _seen, _written
    with _lock:
        _counted, _hour, _place, _seen, _written = Profile.empty(), 0, None, 0, 0


def _take_place(hour: int) -> int | None:
    """Return a place of this hour that is this process's from now on; None if all are taken, or away."""
    return next((one for one in range(PLACES) if cache.add(_key(hour, one), {}, timeout=HOUR)), None)


def _key(hour: int, place: int) -> str:
    return f"profile:{hour}:{place}"
