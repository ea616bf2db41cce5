"""Sums that were made before, read again: of whole months as months, so that years cost what days do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import Max, Min, QuerySet, Sum

from dbProject import caching
from orders.models import AnalysisResult, SalesRollup
from orders.selectors.reports import periods
from orders.selectors.reports.periods import Grain, Period

T = TypeVar("T")
Dimension = SalesRollup.Dimension
EXACT = Decimal("0.0001")
NOUGHT = Decimal(0)
FEE = "fee:"
"""How the keys of what is no goods begin."""
REMEMBERED_SECONDS = 6 * 3_600
"""In the last sixth of that time one reader makes it anew: whoever comes every hour does."""
SUMS = "rollups"
"""The name of the result that says how far the sums reach."""
READY = "ready"
"""Its fact that says from which sums, by when they were made, reports have been made ready last."""


@dataclass(slots=True)
class Figures:
    """What some sales came to. Amounts are gross, ``back`` positive, all as :class:`SalesRollup` has them."""

    orders: int = 0
    units: int = 0
    units_back: int = 0
    listed: Decimal = NOUGHT
    discount: Decimal = NOUGHT
    goods: Decimal = NOUGHT
    delivery: Decimal = NOUGHT
    back: Decimal = NOUGHT
    tax: Decimal = NOUGHT

    @property
    def revenue(self) -> Decimal:
        return self.goods + self.delivery - self.back

    @property
    def net(self) -> Decimal:
        return self.revenue - self.tax

    @property
    def average(self) -> Decimal | None:
        """What an order brought in, before anything went back; none without orders."""
        return (self.goods + self.delivery) / self.orders if self.orders else None

    def add(self, row: Mapping[str, Any]) -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + row[name])

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Figures":
        """Return what a row of sums says; SQLite sums floats, which end at the fourth decimal again."""
        found: dict[str, Any] = {
            name: int(row[name] or 0) if name in COUNTS else Decimal(row[name] or 0).quantize(EXACT)
            for name in NAMES
        }
        return cls(**found)


NAMES = tuple(field.name for field in fields(Figures))
COUNTS = NAMES[:3]


class Freshness(NamedTuple):
    """The last day that the sums know of, and when they were made; and those that reports are ready of."""

    through: date
    computed_at: datetime | None
    ready: str = ""

    @property
    def made(self) -> str:
        """What stands for these sums."""
        return self.computed_at.isoformat() if self.computed_at else ""


def total(currency: str, period: Period, *, dimension: str = Dimension.ALL) -> Figures:
    """Return what all came to in a period; one query."""
    row = _rows(currency, period, dimension).aggregate(**{name: Sum(name) for name in NAMES})
    return Figures.of(row)


def by_key(currency: str, period: Period, dimension: str) -> dict[str, Figures]:
    """Return key -> what it came to in a period; one query."""
    rows = _rows(currency, period, dimension).order_by().values("key")
    return {row["key"]: Figures.of(row) for row in rows.annotate(**{name: Sum(name) for name in NAMES})}


def leading(currency: str, period: Period, dimension: str, *, limit: int, made: str = "") -> list[str]:
    """Return the keys of goods that sold with the most revenue, most first.

    Three queries, two once remembered. What all of them came to is not asked for: at ten
    thousand keys that would take longer than finding them.

    Args:
        made: The sums, by when they were made, of which to have it at hand; left out: those that are shown.
    """
    build = partial(_leading, currency, period, dimension, limit=limit)
    return _remembered(f"leading:{limit}:{currency}:{dimension}:{period.first}:{period.last}", build, made)


def _leading(currency: str, period: Period, dimension: str, *, limit: int) -> list[str]:
    rows = _rows(currency, period, dimension).exclude(key__startswith=FEE).order_by().values("key")
    sold = rows.annotate(earned=Sum("goods") - Sum("back"), sold=Sum("units")).filter(sold__gt=0)
    return [row["key"] for row in sold.order_by("-earned", "-sold", "key")[:limit]]


def units(currency: str, period: Period, dimension: str, *, made: str = "") -> dict[str, int]:
    """Return key -> units sold in a period, ``made`` as above; three queries, two once remembered."""
    build = partial(_units, currency, period, dimension)
    return _remembered(f"units:{currency}:{dimension}:{period.first}:{period.last}", build, made)


def _units(currency: str, period: Period, dimension: str) -> dict[str, int]:
    rows = _rows(currency, period, dimension).order_by().values("key")
    return {key: int(sold) for key, sold in rows.annotate(sold=Sum("units")).values_list("key", "sold")}


def _remembered(key: str, build: Callable[[], T], made: str) -> T:
    """Return what ``build`` finds in sums over many keys, which stays until others are made ready.

    A refresh swaps sums in month by month. Were each swap another key, all would be cold until the last one.
    """
    if not made:
        fresh = freshness()
        made = (fresh.ready or fresh.made) if fresh else ""
    if not made:
        return build()
    return caching.remember("analytics", f"{key}:{made}", build, seconds=REMEMBERED_SECONDS)


def of_keys(currency: str, period: Period, dimension: str, keys: Iterable[str]) -> dict[str, Figures]:
    """Return likewise what some keys came to; one query."""
    rows = _rows(currency, period, dimension).filter(key__in=list(keys)).order_by().values("key")
    return {row["key"]: Figures.of(row) for row in rows.annotate(**{name: Sum(name) for name in NAMES})}


def series(
    currency: str, period: Period, grain: str, *, dimension: str = Dimension.ALL
) -> dict[str, dict[date, Figures]]:
    """Return key -> step -> what it came to, with every step of the period for every key; one query."""
    wanted = periods.rows_of if grain == Grain.MONTH else periods.day_rows_of
    rows = SalesRollup.objects.filter(wanted(period), currency=currency, dimension=dimension)
    steps = list(periods.steps(period, grain))
    found: dict[str, dict[date, Figures]] = {}
    for row in rows.order_by().values("key", "start", *NAMES):
        of_key = found.setdefault(row["key"], {step: Figures() for step in steps})
        of_key[periods.step_of(row["start"], grain)].add(row)
    return found


def of_all(currency: str, period: Period, grain: str) -> dict[date, Figures]:
    """Return step -> what all came to; one query."""
    found = series(currency, period, grain)
    return found.get("") or {step: Figures() for step in periods.steps(period, grain)}


def currencies() -> list[str]:
    """Return the store's currency and every other that something was sold in; one query."""
    rows = SalesRollup.objects.filter(dimension=Dimension.ALL, grain=SalesRollup.Grain.MONTH)
    found = set(rows.order_by().values_list("currency", flat=True).distinct())
    return [settings.STORE_CURRENCY, *sorted(found - {settings.STORE_CURRENCY})]


def known(currency: str) -> Period | None:
    """Return the days from the first to the last of which there are sums; one query."""
    rows = SalesRollup.objects.filter(dimension=Dimension.ALL, grain=SalesRollup.Grain.DAY, currency=currency)
    found = rows.aggregate(first=Min("start"), last=Max("start"))
    return Period(found["first"], found["last"]) if found["first"] else None


def freshness(name: str = SUMS) -> Freshness | None:
    """Return how new a result is, or the sums; none before the first was made; two queries at most."""
    days = SalesRollup.objects.filter(dimension=Dimension.ALL, grain=SalesRollup.Grain.DAY)
    last = days.aggregate(last=Max("start"))["last"] if name == SUMS else None
    if name == SUMS and last is None:
        return None  # whatever stands there: whoever is about to make the first notes that, too
    results = AnalysisResult.objects.filter(name=name).order_by("-computed_at")
    if newest := results.values("through", "computed_at", f"facts__{READY}").first():
        return Freshness(newest["through"], newest["computed_at"], newest[f"facts__{READY}"] or "")
    return Freshness(last, None) if last else None


def _rows(currency: str, period: Period, dimension: str) -> QuerySet[SalesRollup]:
    return SalesRollup.objects.filter(periods.rows_of(period), currency=currency, dimension=dimension)
