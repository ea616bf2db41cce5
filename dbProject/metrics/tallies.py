"""How the answers of one endpoint add up: exact counts and sums, and a histogram for percentiles."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

GROWTH = 1.2
"""Each bucket reaches a fifth further than the one before, so a percentile is at most that far off."""
FIRST_US, LAST_US = 100, 60_000_000
NEVER = 2**53
"""Slower than anything; JSON carries it."""
BOUNDS = [
    round(FIRST_US * GROWTH**step) for step in range(math.ceil(math.log(LAST_US / FIRST_US, GROWTH)) + 1)
]
"""Upper bounds of the buckets in microseconds: from a tenth of a millisecond to a minute."""


class Tally:
    """What requests to one endpoint have cost; times in microseconds, memory in kilobytes."""

    __slots__ = (
        *("buckets", "count", "database_us", "fastest_us", "hits", "memory_kb", "misses", "queries"),
        *("slowest_us", "statuses", "total_us"),
    )

    def __init__(self) -> None:
        self.count = self.total_us = self.slowest_us = 0
        self.fastest_us = NEVER
        self.queries = self.database_us = self.hits = self.misses = 0
        self.memory_kb = 0
        """By how much the process's peak has grown in these requests."""
        self.statuses: Counter[int] = Counter()
        self.buckets: Counter[int] = Counter()

    def add(self, *, us: int, status: int) -> None:
        """Count one answer."""
        self.count += 1
        self.total_us += us
        if us < self.fastest_us:
            self.fastest_us = us
        if us > self.slowest_us:
            self.slowest_us = us
        self.statuses[status] += 1
        self.buckets[bisect_left(BOUNDS, us)] += 1

    def percentile_us(self, share: float) -> float:
        """Return what ``share`` of the answers (0.95) were not slower than, to a fifth; 0 of none."""
        wanted, seen = share * self.count, 0
        for bucket, number in sorted(self.buckets.items()):
            if seen + number >= wanted:
                low = BOUNDS[bucket - 1] if bucket else 0
                high = BOUNDS[bucket] if bucket < len(BOUNDS) else self.slowest_us
                found = low + (high - low) * (wanted - seen) / number
                return min(max(found, self.fastest_us), self.slowest_us)
            seen += number
        return 0.0

    def merge(self, other: "Tally") -> None:
        """Add what another process, or another hour, has counted."""
        self.fastest_us = min(self.fastest_us, other.fastest_us)
        self.slowest_us = max(self.slowest_us, other.slowest_us)
        for name in ("count", "total_us", "queries", "database_us", "hits", "misses", "memory_kb"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.statuses.update(other.statuses)
        self.buckets.update(other.buckets)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, which JSON can carry."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"statuses": dict(self.statuses), "buckets": dict(self.buckets)}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> "Tally":
        """Return what :meth:`plain` has written; JSON has made text of the numbers that were keys."""
        tally = cls()
        for name in cls.__slots__:
            value = data[name]
            is_counted = isinstance(value, dict)
            setattr(tally, name, Counter({int(key): n for key, n in value.items()}) if is_counted else value)
        return tally


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return all of them as one."""
    everything = Tally()
    for tally in tallies:
        everything.merge(tally)
    return everything
