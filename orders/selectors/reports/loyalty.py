"""Reports of whether customers come back: long computations, read as they were last stored.

``orders.analytics.loyalty`` computes them, and says what their rows hold.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.models import AnalysisResult
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.report import (
    Column,
    Group,
    Kind,
    Picture,
    Report,
    Row,
    Table,
    Takes,
    Unit,
    Value,
    share,
)

MONTHS = range(1, 13)
"""After the first order."""
AFTER = (0, 1, 3, 6, 12)
NAMES = {
    "new": _("New"),
    "loyal": _("Loyal"),
    "best": _("Best"),
    "undecided": _("Undecided"),
    "cooling": _("Cooling down"),
    "at_risk": _("At risk"),
    "passing": _("Passing by"),
    "lost": _("Lost"),
    "missed": _("Missed"),
}
"""What the segments are called."""


def cohorts(asked: Asked) -> Table:
    """One query."""
    by_cohort: dict[str, dict[int, Any]] = {}
    for one in _rows("cohorts", asked):
        by_cohort.setdefault(one["cohort"], {})[one["since"]] = one
    columns = COHORTS.columns
    rows = []
    for cohort, of in sorted(by_cohort.items()):
        size = of[0]["customers"] if 0 in of else 0
        values: dict[str, Value] = {"cohort": cohort, "customers": size}
        last = max(of)
        for month in MONTHS:
            came = of.get(month, {"customers": 0})["customers"] if month <= last else None
            values[f"month_{month}"] = None if came is None else share(came, size)
        rows.append(Row(values))
    told = {name for row in rows for name, value in row.values.items() if value is not None}
    return Table(tuple(column for column in columns if column.name in told or not rows), rows)


def segments(asked: Asked) -> Table:
    """One query."""
    found = _rows("rfm", asked)
    whole = sum(one["customers"] for one in found)
    rows = [
        Row(
            {
                "segment": str(NAMES.get(one["segment"], one["segment"])),
                "recency": _band(one["days_from"], one["days_to"]),
                "frequency": _band(one["orders_from"], one["orders_to"]),
                "customers": one["customers"],
                "share": share(one["customers"], whole),
                "orders": one["orders"],
                "revenue": Decimal(one["revenue"]),
                "mean": Decimal(one["mean"]) if one["customers"] else None,
            }
        )
        for one in found
    ]
    return Table(SEGMENTS.columns, rows)


def _band(low: int, high: int | None) -> str:
    if high is None:
        return _now("%(low)d or more") % {"low": low}
    return str(low) if low == high else _now("%(low)d to %(high)d") % {"low": low, "high": high}


def lifetime(asked: Asked) -> Table:
    """One query."""
    rows = [
        Row(
            {
                "cohort": one["cohort"],
                "customers": one["customers"],
                "orders": one["orders"],
                "revenue": Decimal(one["revenue"]),
                "mean": Decimal(one["mean"]),
                **{f"after_{month}": _after(one["by_month"], month) for month in AFTER},
            }
        )
        for one in _rows("lifetime", asked)
    ]
    return Table(LIFETIME.columns, rows)


def _after(by_month: list[str], month: int) -> Decimal | None:
    return Decimal(by_month[month]) if month < len(by_month) else None


def _rows(name: str, asked: Asked) -> list[Mapping[str, Any]]:
    found = AnalysisResult.objects.filter(name=name, currency=asked.currency)
    return found.values_list("rows", flat=True).first() or []


COHORT = Column(
    "cohort", _("First order"), Unit.TEXT, _("The month of a customer's first order, as year and month.")
)
PEOPLE = Column("customers", _("Customers"), Unit.COUNT, _("Who ordered for the first time in that month."))
COHORTS = Report(
    slug="cohorts",
    name=_("Coming back"),
    question=_("How many of those who once ordered do so again, month after month?"),
    group=Group.CUSTOMERS,
    columns=(
        COHORT,
        PEOPLE,
        *(
            Column(
                f"month_{month}",
                f"+{month}",
                Unit.PERCENT,
                format_lazy(
                    _("Percent of them who ordered {month} months after that of their first order."),
                    month=month,
                ),
            )
            for month in MONTHS
        ),
    ),
    read=cohorts,
    takes=frozenset({Takes.CURRENCY}),
    picture=Picture(Kind.HEAT, "cohort", tuple(f"month_{month}" for month in MONTHS)),
    facts=_(
        "Customers who are not known, as some of the past, are left out; the latest month is not over yet."
    ),
    result="cohorts",
)
SEGMENTS = Report(
    slug="segments",
    name=_("Segments"),
    question=_("Who are our best customers, and whom are we about to lose?"),
    group=Group.CUSTOMERS,
    columns=(
        Column("segment", _("Segment"), Unit.TEXT, _("A name for customers of this recency and frequency.")),
        Column(
            "recency",
            _("Days since"),
            Unit.TEXT,
            _("Days since the last order, on the last day of the data."),
        ),
        Column("frequency", _("How many"), Unit.TEXT, _("Orders of one customer so far.")),
        Column("customers", _("Customers"), Unit.COUNT, _("Customers to whom both apply.")),
        Column("share", _("Share"), Unit.PERCENT, _("Part of all known customers, in percent.")),
        Column("orders", _("Orders"), Unit.COUNT, _("All orders of these customers.")),
        Column(
            "revenue", _("Revenue"), Unit.MONEY, _("What these customers paid in all, minus what went back.")
        ),
        Column("mean", _("By customer"), Unit.MONEY, _("Their revenue by the number of customers.")),
    ),
    read=segments,
    takes=frozenset({Takes.CURRENCY}),
    picture=Picture(Kind.BAR, "segment", ("customers",)),
    facts=_("Recency, frequency, monetary value (RFM), in fixed bands, so that months can be compared."),
    result="rfm",
)
LIFETIME = Report(
    slug="lifetime",
    name=_("Lifetime value"),
    question=_("What is a customer worth, and how soon?"),
    group=Group.CUSTOMERS,
    columns=(
        COHORT,
        PEOPLE,
        Column("orders", _("Orders"), Unit.COUNT, _("All orders of these customers so far.")),
        Column("revenue", _("Revenue"), Unit.MONEY, _("What they paid in all so far, minus what went back.")),
        Column("mean", _("By customer"), Unit.MONEY, _("That revenue by the number of customers.")),
        *(
            Column(
                f"after_{month}",
                format_lazy(_("After {month} mo."), month=month),
                Unit.MONEY,
                format_lazy(
                    _("Revenue by customer up to the end of month {month} after that of the first order."),
                    month=month,
                ),
            )
            for month in AFTER
        ),
    ),
    read=lifetime,
    takes=frozenset({Takes.CURRENCY}),
    picture=Picture(Kind.BAR, "cohort", ("mean",), most=24),
    facts=_("A figure is missing where that month is not reached yet."),
    result="lifetime",
)
