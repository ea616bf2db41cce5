"""Whether customers come back: cohorts, segments and what a customer is worth, on a cluster.

What was bought is worked out a few days at a time, and kept in files with customers sorted into buckets; then
what each bucket tells, with all orders of its customers. So no piece of work takes long, no worker holds them
all, and days that did not change are not read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from orders.analytics import engine, sums

FORMAT = 1
"""Of what is kept, and of what it tells; another one is worked out anew."""
BUCKETS = 32
"""Into which customers are sorted by a hash of who they are."""
AT_ONCE = 4
"""Pieces of work that are under way; what was not taken when somebody stops is done again."""


@dataclass(frozen=True)
class Part:
    """Some days, and the file that keeps what was bought on them, for as long as they stay as they are."""

    days: tuple[tuple[str, tuple[str, ...]], ...]
    file: Path


@dataclass(frozen=True)
class Loyalty:
    """What is known of the customers of one currency; amounts are strings with four decimals.

    ``cohorts``: cohort (YYYY-MM of the first order), since (months, 0 is that month), customers (who ordered
    then), share (of the cohort's customers, four decimals), orders, revenue (what was moved then, less what
    came back). ``rfm``: segment, days_from, days_to (since the last order; None: no end), orders_from,
    orders_to, customers, orders, revenue, mean (revenue of one customer). ``lifetime``: cohort, customers,
    orders, revenue, mean, and by_month: the mean after 0, 1, 2 … months, counted from the first order's.
    ``facts`` of all customers: customers, orders, revenue, mean, again (who ordered at least twice).
    """

    cohorts: list[dict[str, Any]]
    rfm: list[dict[str, Any]]
    lifetime: list[dict[str, Any]]
    facts: dict[str, Any]


def parts(path: Path, folder: Path, digests: Mapping[str, str]) -> list[Part]:
    """Cut the folder of the dataset ``lines`` into parts of a few days, each with a file in ``folder``.

    Args:
        digests: Day -> SHA-256 of its file: another one makes another part.
    """
    found = []
    for piece in sums.pieces(path):
        told = [f"{FORMAT} {BUCKETS}", *(f"{day} {digests.get(day, '')}" for day, _files in piece.days)]
        name = sha256(" ".join(told).encode()).hexdigest()[:16]
        found.append(Part(piece.days, folder / f"{piece.days[0][0]}-{name}.parquet"))
    return found


def names_of_stories(several: Sequence[Part]) -> list[str]:
    """Return a name for what each bucket tells of all parts; none without parts."""
    of_all = sha256(" ".join(part.file.name for part in several).encode()).hexdigest()[:16]
    return [f"{of_all}-{number}.json" for number in range(BUCKETS)] if several else []


def bought(client: Any, wanted: Iterable[Part]) -> Iterator[tuple[Part, Any]]:
    """Return of each part what orders of known customers came to on its days, a table for each bucket.

    A few are computed ahead of whoever takes them.

    Args:
        client: Of :func:`orders.analytics.engine.client`; workers read the files of ``lines``.
    """
    from orders.analytics import buyers

    sort = engine.Shipped(buyers.sorted_out)
    yield from _ahead(client, {part: partial(client.submit, sort, part.days, BUCKETS) for part in wanted})


def stories(client: Any, kept: Sequence[Path], wanted: Iterable[int], through: str) -> Iterator[Any]:
    """Return of each bucket what its customers add to cohorts and to segments, as rows of plain values.

    Args:
        kept: The files of all parts, as :func:`buyers.written` writes them; workers find them there too.
        through: The last day that is known of.
    """
    from orders.analytics import buyers

    tell, files = engine.Shipped(buyers.of_bucket), [str(file) for file in kept]
    yield from _ahead(
        client, {number: partial(client.submit, tell, files, number, through) for number in wanted}
    )


def together(told: Iterable[tuple[list[dict[str, Any]], list[dict[str, Any]]]]) -> dict[str, Loyalty]:
    """Return currency -> what is known of its customers, of what all buckets have told."""
    cohorts: dict[tuple[str, str, int], dict[str, Any]] = {}
    segments: dict[tuple[str, str], dict[str, Any]] = {}
    for of_cohorts, of_segments in told:
        for row in of_cohorts:
            _add(cohorts, (row["currency"], row["cohort"], row["since"]), row)
        for row in of_segments:
            _add(segments, (row["currency"], row["segment"]), row)
    return {
        currency: _of_currency(
            [row for key, row in sorted(cohorts.items()) if key[0] == currency],
            {key[1]: row for key, row in segments.items() if key[0] == currency},
        )
        for currency in sorted({key[0] for key in cohorts})
    }


def _add(sums: dict[Any, dict[str, Any]], key: Any, row: Mapping[str, Any]) -> None:
    own = sums.setdefault(key, {**row, "customers": 0, "orders": 0, "amount": 0})
    for name in ("customers", "orders", "amount"):
        own[name] += row[name]


def _ahead(client: Any, work: Mapping[Any, Callable[..., Any]]) -> Iterator[tuple[Any, Any]]:
    """Return each name with what its work comes to, of which a few are under way at a time."""
    waiting = list(work.items())
    while waiting:
        ahead, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        yield from engine.results(client, {name: submit(pure=False) for name, submit in ahead})


def _of_currency(cohorts: list[dict[str, Any]], segments: Mapping[str, Mapping[str, int]]) -> Loyalty:
    sizes = {row["cohort"]: row["customers"] for row in cohorts if row["since"] == 0}
    return Loyalty(
        cohorts=[
            {
                "cohort": row["cohort"],
                "since": row["since"],
                "customers": row["customers"],
                "share": _text(_ratio(row["customers"], sizes[row["cohort"]])),
                "orders": row["orders"],
                "revenue": amount(row["amount"]),
            }
            for row in cohorts
        ],
        rfm=_rfm(segments),
        lifetime=[
            _lifetime(cohort, size, [row for row in cohorts if row["cohort"] == cohort])
            for cohort, size in sorted(sizes.items())
        ],
        facts=_facts(segments),
    )


def _rfm(segments: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    from orders.analytics import buyers

    found = []
    for (days_from, days_to), names in zip(buyers.RECENCY, buyers.SEGMENTS, strict=True):
        for (orders_from, orders_to), name in zip(buyers.FREQUENCY, names, strict=True):
            row = segments.get(name, {"customers": 0, "orders": 0, "amount": 0})
            found.append({
                "segment": name,
                "days_from": days_from,
                "days_to": days_to,
                "orders_from": orders_from,
                "orders_to": orders_to,
                "customers": row["customers"],
                "orders": row["orders"],
                "revenue": amount(row["amount"]),
                "mean": _mean(row["amount"], row["customers"]),
            })  # fmt: skip
    return found


def _lifetime(cohort: str, size: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    by_since = {row["since"]: row["amount"] for row in rows}
    so_far, means = 0, []
    for since in range(min(0, *by_since), max(by_since) + 1):
        so_far += by_since.get(since, 0)
        if since >= 0:
            means.append(_mean(so_far, size))
    return {
        "cohort": cohort,
        "customers": size,
        "orders": sum(row["orders"] for row in rows),
        "revenue": amount(so_far),
        "mean": _mean(so_far, size),
        "by_month": means,
    }


def _facts(segments: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    from orders.analytics import buyers

    once = {names[0] for names in buyers.SEGMENTS}
    customers, orders, money = (
        sum(row[name] for row in segments.values()) for name in ("customers", "orders", "amount")
    )
    again = sum(row["customers"] for name, row in segments.items() if name not in once)
    return {
        "customers": customers,
        "orders": orders,
        "revenue": amount(money),
        "mean": _mean(money, customers),
        "again": again,
    }


def amount(ten_thousandths: int) -> str:
    """Return an amount as results have it: with four decimals."""
    return _text(Decimal(ten_thousandths).scaleb(-4))


def _mean(money: int, count: int) -> str:
    return _text(_ratio(money, count * 10_000))


def _ratio(one: int, of: int) -> Decimal:
    return Decimal(one) / of if of else Decimal()


def _text(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"
