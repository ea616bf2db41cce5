"""Whether customers come back: cohorts, segments and what a customer is worth, on a cluster.

Customers are sorted into buckets, each with all its orders, so that no worker holds them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from pathlib import Path
from typing import Any

from orders.analytics import engine, sums

BYTES_PER_BUCKET = 64_000_000


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


def loyalty(path: Path, client: Any) -> dict[str, Loyalty]:
    """Return currency -> what is known of its customers.

    Args:
        path: The folder of the dataset ``lines``, where all workers find it too.
        client: Of :func:`orders.analytics.engine.client`.
    """
    from orders.analytics import buyers, partial_sums

    all_pieces = sums.pieces(path)
    if not all_pieces:
        return {}
    through = all_pieces[-1].days[-1][0]
    files = [file for piece in all_pieces for _day, of_day in piece.days for file in of_day]
    count = 1 + sum(Path(file).stat().st_size for file in files) // BYTES_PER_BUCKET
    submit = partial(client.submit, pure=False)
    bought = [submit(engine.Shipped(buyers.bought), piece.days) for piece in all_pieces]
    pick, tell = engine.Shipped(partial_sums.bucket), engine.Shipped(buyers.stories)
    futures = {
        number: submit(tell, [submit(pick, one, number, count) for one in bought], through)
        for number in range(count)
    }
    del bought
    told = [pair for _number, pair in engine.results(client, futures)]
    cohorts = buyers.together([one for one, _other in told], ["currency", "cohort", "since"]).to_pylist()
    segments = buyers.together([other for _one, other in told], ["currency", "segment"]).to_pylist()
    return {
        currency: _of_currency(
            [row for row in cohorts if row["currency"] == currency],
            {row["segment"]: row for row in segments if row["currency"] == currency},
        )
        for currency in sorted({row["currency"] for row in cohorts})
    }


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
