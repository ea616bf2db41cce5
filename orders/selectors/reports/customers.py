"""The report of those who buy: for the first time, or again."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.selectors.reports import rollups
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
from orders.selectors.reports.rollups import Dimension, Figures
from orders.selectors.reports.sales import STEP, total_of

NEW, RETURNING, UNKNOWN = "new", "returning", "unknown"
KINDS = (NEW, RETURNING, UNKNOWN)


def new_and_returning(asked: Asked) -> Table:
    """One query."""
    found = rollups.series(asked.currency, asked.period, asked.grain, dimension=Dimension.CUSTOMER)
    steps = next(iter(found.values()), {})
    rows = [
        Row({"step": step, **_kinds({kind: of.get(step, Figures()) for kind, of in found.items()})})
        for step in steps
    ]
    whole = _kinds({kind: total_of(of.values()) for kind, of in found.items()})
    return Table(CUSTOMERS.columns, rows, Row({"step": None, **whole}), grain=asked.grain)


def _kinds(found: Mapping[str, Figures]) -> dict[str, Value]:
    new, returning, unknown = (found.get(kind, Figures()) for kind in KINDS)
    return {
        "revenue_new": new.revenue,
        "revenue_returning": returning.revenue,
        "revenue_unknown": unknown.revenue,
        "orders_new": new.orders,
        "orders_returning": returning.orders,
        "orders_unknown": unknown.orders,
        "share_new": share(new.orders, new.orders + returning.orders),
    }


def _money(kind: str, title: Any, definition: Any) -> Column:
    return Column(f"revenue_{kind}", title, Unit.MONEY, definition)


def _count(kind: str, title: Any, definition: Any) -> Column:
    return Column(f"orders_{kind}", title, Unit.COUNT, definition)


CUSTOMERS = Report(
    slug="customers",
    name=_("New and returning"),
    question=_("Do we win customers, and do they come back?"),
    group=Group.CUSTOMERS,
    columns=(
        STEP,
        _money(NEW, _("Revenue of new"), _("Revenue of customers on the day of their first order of all.")),
        _money(
            RETURNING,
            _("Revenue of returning"),
            _("Revenue of customers on all later days, minus what went back then, of their first order too."),
        ),
        _money(
            UNKNOWN,
            _("Revenue of unknown"),
            _("Revenue of orders that name no customer, as some of the past and of those who are forgotten."),
        ),
        _count(NEW, _("First orders"), _("Orders of customers on the day of their first order of all.")),
        _count(RETURNING, _("Later orders"), _("Orders of customers on all later days.")),
        _count(
            UNKNOWN,
            _("Orders of unknown"),
            _("Orders that name no customer, as some of the past and of those who are forgotten."),
        ),
        Column(
            "share_new",
            _("New of all"),
            Unit.PERCENT,
            _("First orders in percent of the orders whose customer is known."),
        ),
    ),
    read=new_and_returning,
    takes=frozenset({Takes.DATES, Takes.CURRENCY, Takes.GRAIN}),
    picture=Picture(Kind.STACKED, "step", ("revenue_new", "revenue_returning", "revenue_unknown")),
    facts=_(
        "A guest counts as one customer for one e-mail address; who orders twice on their first day"
        " is new with both orders."
    ),
)
