"""Reports of what was sold: by time, by where it went, by what it was, and from gross to net."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from orders.selectors.reports import names, rollups
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.report import (
    AVERAGE,
    BEFORE,
    CHANGE,
    ORDERS,
    REVENUE,
    SALES,
    SHARE,
    UNITS,
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
    change,
    share,
    shown,
)
from orders.selectors.reports.rollups import Dimension, Figures

STEP = Column(
    "step",
    _("From"),
    Unit.DATE,
    _("The first day of the step: the day, the Monday of the week, or the first of the month."),
)


def revenue(asked: Asked) -> Table:
    """Two queries, one without a comparison."""
    now = rollups.of_all(asked.currency, asked.period, asked.grain)
    before = rollups.of_all(asked.currency, asked.before, asked.grain) if asked.before else {}
    then = list(before.values())
    rows = []
    for number, (step, figures) in enumerate(now.items()):
        beside = then[number] if number < len(then) else None
        rows.append(Row({"step": step, **_figures(figures, beside)}))
    total = _figures(total_of(now.values()), total_of(then) if asked.before else None)
    columns = shown(REVENUE_BY_TIME.columns, is_compared=asked.before is not None)
    return Table(columns, rows, Row({"step": None, **total}), grain=asked.grain)


def _figures(now: Figures, before: Figures | None) -> dict[str, Value]:
    return {
        "revenue": now.revenue,
        "orders": now.orders,
        "units": now.units,
        "average": now.average,
        "revenue_before": before.revenue if before else None,
        "revenue_change": change(now.revenue, before.revenue) if before else None,
    }


def total_of(several: Iterable[Figures]) -> Figures:
    """Return what several come to together."""
    total = Figures()
    for one in several:
        total.add({name: getattr(one, name) for name in rollups.NAMES})
    return total


def by(
    dimension: str, named: Callable[[list[str]], dict[str, str]], columns: tuple[Column, ...]
) -> Callable[[Asked], Table]:
    """Return what reads the revenue of each key of a dimension, most first; three queries."""

    def read(asked: Asked) -> Table:
        now = rollups.by_key(asked.currency, asked.period, dimension)
        then = rollups.by_key(asked.currency, asked.before, dimension) if asked.before else {}
        keys = sorted(
            {key for found in (now, then) for key, one in found.items() if one.revenue or one.orders},
            key=lambda key: (-now.get(key, NOTHING).revenue, -then.get(key, NOTHING).revenue, key),
        )
        whole = sum((one.revenue for one in now.values()), rollups.NOUGHT)
        titles = named(keys)
        rows = []
        for key in keys:
            one = now.get(key, NOTHING)
            before = then.get(key, NOTHING) if asked.before else None
            values = {"name": titles[key], **_figures(one, before), "share": share(one.revenue, whole)}
            rows.append(Row(values, key if key.isdecimal() else ""))
        before = total_of(then.values()) if asked.before else None
        total = _figures(total_of(now.values()), before) | {"share": share(whole, whole)}
        if dimension != Dimension.COUNTRY:  # an order with goods of two of them is in both
            total |= {"orders": None, "average": None}
        is_compared = asked.before is not None
        return Table(shown(columns, is_compared=is_compared), rows, Row({"name": None, **total}))

    return read


NOTHING = Figures()


def gross_to_net(asked: Asked) -> Table:
    """One query."""
    found = rollups.of_all(asked.currency, asked.period, asked.grain)
    rows = [Row({"step": step, **_taken_apart(one)}) for step, one in found.items()]
    total = Row({"step": None, **_taken_apart(total_of(found.values()))})
    return Table(GROSS_TO_NET.columns, rows, total, grain=asked.grain)


def _taken_apart(one: Figures) -> dict[str, Value]:
    return {
        "listed": one.listed,
        "discount": -one.discount,
        "goods": one.goods,
        "delivery": one.delivery,
        "back": -one.back,
        "revenue": one.revenue,
        "tax": one.tax,
        "net": one.net,
    }


REVENUE_BY_TIME = Report(
    slug="revenue",
    name=_("Revenue"),
    question=_("How much do we sell, and is it more than before?"),
    group=Group.SALES,
    columns=(STEP, REVENUE, ORDERS, UNITS, AVERAGE, BEFORE, CHANGE),
    read=revenue,
    takes=SALES | {Takes.GRAIN},
    picture=Picture(Kind.LINE, "step", ("revenue",), before="revenue_before", most=1000),
    facts=_("The steps of the period compared with stand beside those of this one, first beside first."),
)

BY_COUNTRY = (
    Column("name", _("Country"), Unit.TEXT, _("The country that the order is delivered to.")),
    REVENUE,
    SHARE,
    ORDERS,
    UNITS,
    AVERAGE,
    BEFORE,
    CHANGE,
)
COUNTRIES = Report(
    slug="countries",
    name=_("Countries"),
    question=_("Where do our orders go?"),
    group=Group.SALES,
    columns=BY_COUNTRY,
    read=by(Dimension.COUNTRY, names.countries_of, BY_COUNTRY),
    takes=SALES,
    picture=Picture(Kind.BAR, "name", ("revenue",), before="revenue_before", most=12),
)

OF_GOODS = replace(
    REVENUE,
    definition=_("Goods after discounts, with tax, minus what came back; without delivery and fees."),
)
OF_A_KIND = replace(
    REVENUE,
    definition=_(
        "Goods after discounts, with tax, minus what went back; delivery and fees stand in a row of their"
        " own, with goods of the past that are none of our products."
    ),
)
WITH_SUCH = replace(
    ORDERS, definition=_("Paid orders with at least one such thing; an order may count in several rows.")
)
OF_SUCH = replace(
    AVERAGE, definition=_("What such goods come to in an order that has some, before anything came back.")
)


def _by_goods(slug: str, name: object, question: object, column: Column, dimension: str) -> Report:
    titles = {Dimension.CATEGORY: names.categories_of, Dimension.BRAND: names.brands_of}
    columns = (column, OF_A_KIND, SHARE, WITH_SUCH, UNITS, OF_SUCH, BEFORE, CHANGE)
    return replace(
        COUNTRIES,
        slug=slug,
        name=name,
        question=question,
        columns=columns,
        read=by(dimension, titles[Dimension(dimension)], columns),
    )


CATEGORIES = _by_goods(
    "categories",
    _("Categories"),
    _("Which shelves earn what?"),
    Column("name", _("Category"), Unit.TEXT, _("The category that a product stands in; not those above it.")),
    Dimension.CATEGORY,
)
BRANDS = _by_goods(
    "brands",
    _("Brands"),
    _("Which makers earn what?"),
    Column("name", _("Brand"), Unit.TEXT, _("The brand of the product.")),
    Dimension.BRAND,
)

GROSS_TO_NET = Report(
    slug="gross-to-net",
    name=_("Gross to net"),
    question=_("What is left of the prices on our tags?"),
    group=Group.SALES,
    columns=(
        STEP,
        Column("listed", _("At full price"), Unit.MONEY, _("Goods before discounts, with tax.")),
        Column("discount", _("Discounts"), Unit.MONEY, _("What offers and coupons took off goods.")),
        Column("goods", _("Goods"), Unit.MONEY, _("What customers paid for goods, with tax.")),
        Column("delivery", _("Delivery"), Unit.MONEY, _("What customers paid for delivery and as fees.")),
        Column(
            "back",
            _("Went back"),
            Unit.MONEY,
            _("Refunds and cancellations on the day on which they happened, whenever the order was placed."),
        ),
        REVENUE,
        Column(
            "tax", _("Tax"), Unit.MONEY, _("The part of revenue that is tax; nothing where it is unknown.")
        ),
        Column("net", _("Net revenue"), Unit.MONEY, _("Revenue without its tax.")),
    ),
    read=gross_to_net,
    takes=frozenset({Takes.DATES, Takes.CURRENCY, Takes.GRAIN}),
    picture=Picture(Kind.STACKED, "step", ("net", "tax", "discount", "back")),
    facts=_(
        "From left to right each figure follows from those before it: at full price + discounts = goods."
    ),
)
