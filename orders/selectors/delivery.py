"""How a cart can travel, and what that costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from django.conf import settings
from django.utils import translation

from dbProject import caching
from orders.models import ShippingMethod
from products.models import Product

SUNDAY = 6
PROMISE_SECONDS = 300
GRAMS = 1_000
"""In a kilogram."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way of delivering, with its price tag (gross or net as the store's prices are)."""

    method_id: int
    name: str
    carrier: str
    price: Decimal
    """Before offers; 0 from the method's free-from value on."""
    days_min: int
    days_max: int


@dataclass(frozen=True, slots=True)
class Promise:
    """What is said of delivery before anybody has a cart: how long it takes inside the shop's own country."""

    days_min: int
    days_max: int
    free_from: Decimal | None
    """Value of the goods from which nothing is charged."""


def promise() -> Promise | None:
    """Return what holds for the first way into the shop's own country; one query in 5 minutes."""
    kept = caching.remember(
        "delivery", f"promise:{settings.STORE_COUNTRY}", _first_way_home, seconds=PROMISE_SECONDS
    )
    if kept is None:
        return None
    days_min, days_max, free_from = kept
    return Promise(days_min, days_max, None if free_from is None else Decimal(free_from))


def _first_way_home() -> tuple[int, int, str | None] | None:
    for method in ShippingMethod.objects.filter(is_active=True).select_related("zone"):
        if settings.STORE_COUNTRY in method.zone.countries:
            free_from = None if method.free_from is None else str(method.free_from)
            return method.days_min, method.days_max, free_from
    return None


def methods() -> list[ShippingMethod]:
    """Return the active methods of all zones; two queries."""
    return list(
        ShippingMethod.objects.filter(is_active=True).select_related("zone").prefetch_related("bands")
    )


def options(
    offered: Iterable[ShippingMethod],
    *,
    weight_grams: int,
    value: Decimal,
    asked: Mapping[int, Decimal] | None = None,
) -> list[Option]:
    """Return what the methods cost for goods of this weight and value, in the shop's order.

    ``value`` is that of the goods after discounts, as ``free_from`` counts. ``asked`` (method pk -> price)
    are prices that carriers gave; without one a method's own bands count. A method that has neither for
    these goods is left out.
    """
    found = []
    for method in offered:
        price = _price(method, weight_grams=weight_grams, value=value, asked=asked or {})
        if price is not None:
            found.append(
                Option(
                    method_id=method.pk,
                    name=method.localized_name(translation.get_language()),
                    carrier=method.carrier,
                    price=price,
                    days_min=method.days_min,
                    days_max=method.days_max,
                )
            )
    return found


def countries(offered: Iterable[ShippingMethod]) -> list[str]:
    """Return the countries that the methods deliver to, sorted by code."""
    return sorted({country for method in offered for country in method.zone.countries})


def weight_grams(lines: Sequence[tuple[Product, int]]) -> int:
    """Return what the goods weigh, each unit rounded up to the gram; what has no weight weighs nothing."""
    return sum(ceil((product.weight or 0) * GRAMS) * quantity for product, quantity in lines)


def _price(
    method: ShippingMethod, *, weight_grams: int, value: Decimal, asked: Mapping[int, Decimal]
) -> Decimal | None:
    bands = [band.price for band in method.bands.all() if band.covers(weight_grams=weight_grams, value=value)]
    price = asked.get(method.pk, min(bands, default=None))
    if price is not None and method.free_from is not None and value >= method.free_from:
        return Decimal("0.00")
    return price


def arrives(start: date, working_days: int) -> date:
    """Return the day that is so many working days after ``start``; Sundays do not count."""
    day = start
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() != SUNDAY
    return day
