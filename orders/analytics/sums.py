"""Sums of ``lines`` by day and month, of everything that ``SalesRollup`` keeps, on a cluster.

    files of some days -> who buys for the first time when -> sums of these days -> of their month

One piece of work is some days of one month, so that no worker and no caller holds more than a month's sums.
Whole numbers are added up, in any order: the result is exact, and the same each time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from orders.analytics import engine

BYTES_AT_ONCE = 16_000_000
"""Of files, in one piece of work: about a million lines, of which 100,000 are looked at together."""
BYTES_PER_BUCKET = 256_000_000
"""For each so many bytes of files customers are sorted into one bucket more."""
MONTHS_AT_ONCE = 4
"""That are computed ahead of whoever reads the sums."""


@dataclass(frozen=True)
class Piece:
    """Some days of one month, each with its files."""

    month: str
    days: tuple[tuple[str, tuple[str, ...]], ...]


def pieces(path: Path, *, days: Iterable[str] | None = None) -> list[Piece]:
    """Cut the folder of a dataset into pieces of work, oldest first; ``days`` keeps some only."""
    wanted = None if days is None else set(days)
    found = []
    for folder in sorted(path.glob("day=*")):
        day = folder.name.removeprefix("day=")
        files = sorted(folder.glob("*.parquet"))
        if files and (wanted is None or day in wanted):
            found.append((day, tuple(map(str, files)), sum(file.stat().st_size for file in files)))
    cut: list[Piece] = []
    for month, of_month in groupby(found, key=lambda one: one[0][:7]):
        waiting: list[tuple[str, tuple[str, ...]]] = []
        size = 0
        for day, names, bytes_of_day in of_month:
            if waiting and size + bytes_of_day > BYTES_AT_ONCE:
                cut.append(Piece(month, tuple(waiting)))
                waiting, size = [], 0
            waiting.append((day, names))
            size += bytes_of_day
        cut.append(Piece(month, tuple(waiting)))
    return cut


class Customers:
    """Who has bought for the first time when, kept on the cluster; asked for by month."""

    def __init__(self, client: Any, all_pieces: Sequence[Piece]) -> None:
        from orders.analytics import partial_sums

        self._client = client
        files = [file for piece in all_pieces for _day, of_day in piece.days for file in of_day]
        count = 1 + sum(Path(file).stat().st_size for file in files) // BYTES_PER_BUCKET
        submit = partial(client.submit, pure=False)
        seen = [submit(engine.Shipped(partial_sums.first_seen), piece.days) for piece in all_pieces]
        sort, pick = engine.Shipped(partial_sums.buckets), engine.Shipped(partial_sums.bucket)
        first = engine.Shipped(partial_sums.earliest)
        in_buckets = [submit(sort, one, count) for one in seen]
        self._buckets = [
            submit(first, [submit(pick, one, number) for one in in_buckets]) for number in range(count)
        ]
        self._months: dict[str, Any] = {}

    def new_in(self, month: str) -> Any:
        """Return the future of a table of the customers whose first day is in ``month``."""
        from orders.analytics import partial_sums

        if month not in self._months:
            pick, both = engine.Shipped(partial_sums.news), engine.Shipped(partial_sums.together)
            submit = partial(self._client.submit, pure=False)
            self._months[month] = submit(both, [submit(pick, bucket, month) for bucket in self._buckets])
        return self._months[month]

    def digests(self, months: Iterable[str]) -> dict[str, str]:
        """Return for each day what tells whether the customers that are new on it have changed."""
        from orders.analytics import partial_sums

        tell = engine.Shipped(partial_sums.digests)
        futures = {month: self._client.submit(tell, self.new_in(month), pure=False) for month in months}
        return {
            day: digest
            for _month, found in engine.results(self._client, futures)
            for day, digest in found.items()
        }


def rollups(
    path: Path,
    client: Any,
    *,
    months: Iterable[str] | None = None,
    customers: Customers | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[tuple[str, Any]]:
    """Return month by month, in any order, a ``pyarrow.Table`` of the rows of its days and of itself.

    Columns: ``partial_sums.ROLLUP``. At most a few months are computed ahead of the caller.

    Args:
        path: The folder of the dataset ``lines``, where all workers find it too.
        client: Of :func:`orders.analytics.engine.client`.
        months: YYYY-MM; all that there are if left out. New customers are looked for in all of them.
        progress: Called with how many months are done, of how many.
    """
    all_pieces = pieces(path)
    customers = customers or Customers(client, all_pieces)
    by_month: dict[str, list[Piece]] = {}
    for piece in all_pieces:
        by_month.setdefault(piece.month, []).append(piece)
    waiting = sorted(by_month if months is None else set(months) & by_month.keys())
    total, done = len(waiting), 0
    while waiting:
        ahead, waiting = waiting[:MONTHS_AT_ONCE], waiting[MONTHS_AT_ONCE:]
        futures = {month: _month(client, month, by_month[month], customers) for month in ahead}
        for month, table in engine.results(client, futures):
            done += 1
            progress(done, total)
            yield month, table


def _month(client: Any, month: str, of_month: Sequence[Piece], customers: Customers) -> Any:
    """Return the future of the rows of one month."""
    from orders.analytics import partial_sums

    submit = partial(client.submit, pure=False)
    orders = [submit(engine.Shipped(partial_sums.orders_of), piece.days) for piece in of_month]
    twice = submit(engine.Shipped(partial_sums.straddling), orders)
    sums = engine.Shipped(partial_sums.day_sums)
    parts = [submit(sums, piece.days, customers.new_in(month), twice) for piece in of_month]
    return submit(engine.Shipped(partial_sums.month_sums), parts, month)
