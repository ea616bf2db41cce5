"""Reports of things: what sells, what lies, and what has to be ordered again."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from heapq import nsmallest
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.selectors.reports import names, rollups
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import (
    BEFORE,
    CHANGE,
    ORDERS,
    REVENUE,
    SALES,
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
    shown,
)
from orders.selectors.reports.rollups import Dimension, Figures
from orders.selectors.reports.sales import OF_GOODS
from products.models import Product

MOST = 100
"""Rows of a report of things; the shop may have a hundred thousand."""
SLOW_UNITS_A_MONTH = 1
DAYS_OF_A_MONTH = 30
NOTHING = Figures()

NAME = Column(
    "name", _("Product"), Unit.TEXT, _("The name that it has today, or had at last."), leads_to="product"
)
SKU = Column("sku", _("SKU"), Unit.TEXT, _("Its number in our stock."))
BACK = Column(
    "units_back",
    _("Came back"),
    Unit.UNITS,
    _("Units that arrived back or were cancelled in these days, whenever they were ordered."),
)
WITH_IT = replace(ORDERS, definition=_("Paid orders with at least one of it, on the day they were placed."))
STOCK = Column(
    "stock",
    _("In stock"),
    Unit.UNITS,
    _("Units free to sell now, not on the last of these days; nothing for what is none of our products."),
)


def remember(currency: str, period: Period, *, made: str = "") -> None:
    """Have at hand what the reports of things ask of sums over many keys: that takes longest.

    ``made`` stands for the sums that are there, of which reports are not shown before all are at hand.
    """
    rollups.leading(currency, period, Dimension.PRODUCT, limit=MOST, made=made)
    rollups.units(currency, period, Dimension.PRODUCT, made=made)


def bestsellers(asked: Asked) -> Table:
    """Six queries at most."""
    keys = rollups.leading(asked.currency, asked.period, Dimension.PRODUCT, limit=MOST)
    sold = rollups.of_keys(asked.currency, asked.period, Dimension.PRODUCT, keys)
    then = rollups.of_keys(asked.currency, asked.before, Dimension.PRODUCT, keys) if asked.before else {}
    titles = names.products_of(keys)
    rows = []
    # Which ones lead may be known of before a refresh that is under way, what they came to is of this minute.
    for key in sorted(keys, key=lambda key: _rank(sold.get(key, NOTHING))):
        one, before, title = sold.get(key, NOTHING), then.get(key, NOTHING), titles[key]
        values: dict[str, Value] = {
            "name": title.name,
            "sku": title.sku,
            "revenue": one.revenue,
            "units": one.units,
            "units_back": one.units_back,
            "orders": one.orders,
            "stock": title.stock,
            "revenue_before": before.revenue if asked.before else None,
            "revenue_change": change(one.revenue, before.revenue) if asked.before else None,
        }
        rows.append(Row(values, title.pk))
    columns = shown(BESTSELLERS.columns, is_compared=asked.before is not None)
    return Table(columns, rows)


def _rank(sold: Figures) -> tuple[Decimal, int]:
    return sold.back - sold.goods, -sold.units


def slow_sellers(asked: Asked) -> Table:
    """Five queries at most, over all that is in stock."""
    sold = rollups.units(asked.currency, asked.period, Dimension.PRODUCT)
    limit = SLOW_UNITS_A_MONTH * asked.period.days // DAYS_OF_A_MONTH
    slow = []
    for pk, stock, price, sale_price in _buyable("price", "sale_price").filter(stock_quantity__gt=0):
        key = str(pk)
        if (units := sold.get(key, 0)) <= limit:
            slow.append((-stock * (price if sale_price is None else sale_price), units, pk, key, stock))
    listed = nsmallest(MOST, slow)
    titles = names.products_of(key for _worth, _units, _pk, key, _stock in listed)
    rows = [
        Row(
            {
                "name": titles[key].name,
                "sku": titles[key].sku,
                "stock": stock,
                "worth": -worth,
                "units": units,
                "cover": _days(_tenths(stock, units, asked.period.days)) if units > 0 else None,
            },
            key,
        )
        for worth, units, _pk, key, stock in listed
    ]
    return Table(SLOW_SELLERS.columns, rows, left_out=len(slow) - len(rows))


def stock_cover(asked: Asked) -> Table:
    """Five queries at most, over all that was sold."""
    sold = rollups.units(asked.currency, asked.period, Dimension.PRODUCT)
    wanted = []
    for pk, stock in _buyable():
        key = str(pk)
        if (units := sold.get(key, 0)) > 0:
            wanted.append((_tenths(stock, units, asked.period.days), -units, pk, key, stock))
    listed = nsmallest(MOST, wanted)
    titles = names.products_of(key for _cover, _units, _pk, key, _stock in listed)
    rows = []
    for cover, less, _pk, key, stock in listed:
        rate = Decimal(-less) / asked.period.days
        needed = (rate * asked.target_days).to_integral_value(ROUND_CEILING)
        values = {
            "name": titles[key].name,
            "sku": titles[key].sku,
            "stock": stock,
            "units": -less,
            "rate": rate.quantize(Decimal("0.01")),
            "cover": _days(cover),
            "reorder": max(0, int(needed) - stock),
        }
        rows.append(Row(values, key))
    return Table(STOCK_COVER.columns, rows, left_out=len(wanted) - len(rows))


def _tenths(stock: int, units: int, days: int) -> int:
    """Return for how many tenths of a day a stock lasts of which so many ``units`` sold in ``days``.

    Half a tenth goes to the even one, as everywhere; whole numbers, as it is asked of all that sold.
    """
    tenths, rest = divmod(max(stock, 0) * days * 10, units)
    return tenths + (2 * rest > units or (2 * rest == units and tenths % 2))


def _days(tenths: int) -> Decimal:
    return Decimal(tenths).scaleb(-1)


def _buyable(*more: str) -> Any:
    """Return pk, stock and ``more`` of what is for sale; of 100,000 things names would take the longest."""
    buyable: Any = Product.objects.active().exclude(kind=Product.Kind.PARENT)
    return buyable.order_by().values_list("pk", "stock_quantity", *more)


BESTSELLERS = Report(
    slug="bestsellers",
    name=_("Bestsellers"),
    question=_("What earns most?"),
    group=Group.PRODUCTS,
    columns=(NAME, SKU, OF_GOODS, UNITS, BACK, WITH_IT, STOCK, BEFORE, CHANGE),
    read=bestsellers,
    takes=SALES,
    picture=Picture(Kind.BAR, "name", (REVENUE.name,), before=BEFORE.name, most=12),
    facts=_("The 100 things with the most revenue; each color or size is a thing of its own."),
)
COVER = Column(
    "cover",
    _("Lasts days"),
    Unit.DAYS,
    _("Units in stock by units sold a day in these days: for how long it lasts if it goes on like this."),
)
SLOW_SELLERS = Report(
    slug="slow-sellers",
    name=_("Slow sellers"),
    question=_("What lies on our shelves and hardly sells?"),
    group=Group.PRODUCTS,
    columns=(
        NAME,
        SKU,
        STOCK,
        Column(
            "worth",
            _("Worth"),
            Unit.MONEY,
            _("Units in stock at today's price, in the store's currency: what would come in if they sold."),
        ),
        UNITS,
        COVER,
    ),
    read=slow_sellers,
    takes=frozenset({Takes.DATES, Takes.CURRENCY}),
    picture=Picture(Kind.BAR, "name", ("worth",), most=12),
    facts=_(
        "What is for sale, in stock, and sold one unit in 30 days at most; what is worth most comes first."
    ),
)
STOCK_COVER = Report(
    slug="stock-cover",
    name=_("Stock cover"),
    question=_("How long does our stock last, and what should we order again?"),
    group=Group.PRODUCTS,
    columns=(
        NAME,
        SKU,
        STOCK,
        UNITS,
        Column("rate", _("Units a day"), Unit.UNITS, _("Units sold by the number of these days.")),
        COVER,
        Column(
            "reorder",
            _("Order again"),
            Unit.UNITS,
            _("Units that are missing to last for the days that you want to have in stock, at this pace."),
        ),
    ),
    read=stock_cover,
    takes=frozenset({Takes.DATES, Takes.CURRENCY, Takes.TARGET}),
    picture=Picture(Kind.BAR, "name", ("cover",), most=12),
    facts=_("What was sold at all in these days; what runs out first comes first."),
)
