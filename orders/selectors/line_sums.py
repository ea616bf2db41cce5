"""One sum over order lines in three ways: all of them at once, in chunks, and where they are kept."""

import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter
from typing import NamedTuple

from django.db.models import QuerySet, Sum

from dbProject import money, repeats
from orders.models import OrderItem

CHUNK = 200
MOST_LINES = 5_000
"""However many there are, no more are loaded: a staff page has to answer."""


class Way(NamedTuple):
    """What one way of summing costs: seconds, and the most memory that it held at a time (bytes)."""

    seconds: float
    peak_bytes: int


class Sums(NamedTuple):
    """The same sum (gross, the store's currency) of the same ``lines``, and what each way to it costs."""

    lines: int
    total: Decimal
    at_once: Way
    in_chunks: Way
    in_database: Way


@repeats.allowed("what chunks cost is the question")
def compare() -> Sums:
    """Sum what the oldest order lines come to, in each way; five queries at least, one for each chunk more.

    Raises:
        RuntimeError: Two ways came to different sums.
    """
    lines = OrderItem.objects.order_by("pk")[:MOST_LINES]
    wanted = list(lines.values_list("pk", flat=True))
    last = wanted[-1] if wanted else 0
    rows = OrderItem.objects.filter(pk__lte=last).order_by("pk")
    ways = [
        _measured(way) for way in (lambda: _at_once(rows), lambda: _in_chunks(rows), lambda: _there(rows))
    ]
    totals = {total for total, _way in ways}
    if len(totals) > 1:
        raise RuntimeError(f"one sum came out in several ways: {sorted(totals)}")
    return Sums(len(wanted), totals.pop(), *(way for _total, way in ways))


def _at_once(rows: QuerySet[OrderItem]) -> Decimal:
    return sum((line.gross_amount for line in list(rows)), Decimal())


def _in_chunks(rows: QuerySet[OrderItem]) -> Decimal:
    total, last = Decimal(), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        total += sum((line.gross_amount for line in chunk), Decimal())
        last = chunk[-1].pk
    return total


def _there(rows: QuerySet[OrderItem]) -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum("gross_amount"))["total"]
    return money.rounded(total or Decimal())  # SQLite sums floats


def _measured(way: Callable[[], Decimal]) -> tuple[Decimal, Way]:
    tracemalloc.start()
    try:
        start = perf_counter()
        total = way()
        taken = perf_counter() - start
        return total, Way(taken, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
