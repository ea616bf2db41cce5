"""How a cart can travel, and what that costs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from dbProject import caching, statements
from orders.models import ShippingBand, ShippingMethod
from products.models import Product

SUNDAY = 6
PROMISE_SECONDS = METHODS_SECONDS = 300
GRAMS = 1_000
"""In a kilogram."""


class Band(NamedTuple):
    """What goods of some weight (grams) and value cost; an end that is open is none."""

    price: Decimal
    weight_from: int
    weight_below: int | None
    value_from: Decimal
    value_below: Decimal | None

    def covers(self, *, weight_grams: int, value: Decimal) -> bool:
        """Say whether goods of this weight and value fall into it."""
        return (
            self.weight_from <= weight_grams
            and (self.weight_below is None or weight_grams < self.weight_below)
            and self.value_from <= value
            and (self.value_below is None or value < self.value_below)
        )


@dataclass(frozen=True, slots=True)
class Method:
    """A way of delivering, with the countries of its zone; of its bands that fit, the cheapest counts."""

    pk: int
    name: str
    names: dict[str, str]
    """Language -> name, where it has one of its own."""
    zone: str
    countries: list[str]
    carrier: str
    days_min: int
    days_max: int
    free_from: Decimal | None
    bands: list[Band]

    @property
    def localized_name(self) -> str:
        return self.names.get(translation.get_language() or "") or self.name


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
    paid: Decimal
    """The price tag as this customer pays it: without the tax it includes, if none is due."""


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
    return Promise(days_min, days_max, _amount(free_from))


def _first_way_home() -> tuple[int, int, str | None] | None:
    for method in ShippingMethod.objects.filter(is_active=True).select_related("zone"):
        if settings.STORE_COUNTRY in method.zone.countries:
            return method.days_min, method.days_max, _text(method.free_from)
    return None


def methods() -> list[Method]:
    """Return the active methods of all zones as they are now, which is what orders go by; two queries."""
    return [_method(row) for row in _rows()]


def remembered_methods() -> list[Method]:
    """Return what :func:`methods` returned lately, and after the last change by staff: for pages."""
    return [_method(row) for row in caching.remember("delivery", "methods", _rows, seconds=METHODS_SECONDS)]


def _rows() -> list[dict[str, Any]]:
    """Return the methods as plain data; two queries that are written once."""
    bands: dict[int, list[Any]] = defaultdict(list)
    for band in statements.rows("bands", lambda: ShippingBand.objects.filter(method__is_active=True)):
        bands[band.method_id].append(
            [
                str(band.price),
                band.weight_from,
                band.weight_below,
                str(band.value_from),
                _text(band.value_below),
            ]
        )
    active = ShippingMethod.objects.filter(is_active=True).select_related("zone")
    return [
        {
            "pk": method.pk,
            "name": method.name,
            "names": {language: said.get("name", "") for language, said in method.translations.items()},
            "zone": method.zone.name,
            "countries": method.zone.countries,
            "carrier": method.carrier,
            "days_min": method.days_min,
            "days_max": method.days_max,
            "free_from": _text(method.free_from),
            "bands": bands[method.pk],
        }
        for method in statements.rows("methods", lambda: active)
    ]


def _method(row: dict[str, Any]) -> Method:
    bands = [
        Band(Decimal(price), weight_from, weight_below, Decimal(value_from), _amount(value_below))
        for price, weight_from, weight_below, value_from, value_below in row["bands"]
    ]
    return Method(**{**row, "free_from": _amount(row["free_from"]), "bands": bands})


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def options(
    offered: Iterable[Method],
    *,
    weight_grams: int,
    value: Decimal,
    asked: Mapping[int, Decimal] | None = None,
) -> list[Option]:
    """Return what the methods cost for goods of this weight and value, in the shop's order.

    ``value`` is that of the goods after discounts, by their price tags, as ``free_from`` counts. ``asked``
    (method pk -> price) are prices that carriers gave; without one a method's own bands count. A method that
    has neither for these goods is left out.
    """
    found = []
    for method in offered:
        price = _price(method, weight_grams=weight_grams, value=value, asked=asked or {})
        if price is not None:
            found.append(
                Option(
                    method_id=method.pk,
                    name=method.localized_name,
                    carrier=method.carrier,
                    price=price,
                    days_min=method.days_min,
                    days_max=method.days_max,
                    paid=price,
                )
            )
    return found


def countries(offered: Iterable[Method]) -> list[str]:
    """Return the countries that the methods deliver to, sorted by code."""
    return sorted({country for method in offered for country in method.countries})


def weight_grams(lines: Sequence[tuple[Product, int]]) -> int:
    """Return what the goods weigh, each unit rounded up to the gram; what has no weight weighs nothing."""
    return sum(ceil((product.weight or 0) * GRAMS) * quantity for product, quantity in lines)


def _price(
    method: Method, *, weight_grams: int, value: Decimal, asked: Mapping[int, Decimal]
) -> Decimal | None:
    bands = [band.price for band in method.bands if band.covers(weight_grams=weight_grams, value=value)]
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
