"""The price of a kilogram, a liter, a meter: what goods sold by measure are compared by."""

from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from dbProject import money


class Unit(models.TextChoices):
    """What the content of a product is measured in."""

    MILLIGRAM = "mg", "mg"
    GRAM = "g", "g"
    KILOGRAM = "kg", "kg"
    MILLILITER = "ml", "ml"
    CENTILITER = "cl", "cl"
    LITER = "l", "l"
    CENTIMETER = "cm", "cm"
    METER = "m", "m"
    SQUARE_METER = "m2", "m²"
    PIECES = "pcs", _("pieces")


PER_BASE_UNIT = {
    Unit.MILLIGRAM: (Unit.KILOGRAM, Decimal(1_000_000)),
    Unit.GRAM: (Unit.KILOGRAM, Decimal(1_000)),
    Unit.KILOGRAM: (Unit.KILOGRAM, Decimal(1)),
    Unit.MILLILITER: (Unit.LITER, Decimal(1_000)),
    Unit.CENTILITER: (Unit.LITER, Decimal(100)),
    Unit.LITER: (Unit.LITER, Decimal(1)),
    Unit.CENTIMETER: (Unit.METER, Decimal(100)),
    Unit.METER: (Unit.METER, Decimal(1)),
    Unit.SQUARE_METER: (Unit.SQUARE_METER, Decimal(1)),
    Unit.PIECES: (Unit.PIECES, Decimal(1)),
}
"""Each unit with the one that prices are compared by, and how many make it.

Source: Directive 98/6/EC, article 2 (b).
"""


class UnitPrice(NamedTuple):
    """What one ``unit`` costs, in the store's currency and on the basis of the price it comes from."""

    amount: Decimal
    unit: str


def unit_price(price: Decimal, *, content: Decimal, unit: str) -> UnitPrice:
    """Return the price of a kilogram, liter or meter when ``content`` (> 0, in ``unit``) costs ``price``."""
    base, per_base = PER_BASE_UNIT[Unit(unit)]
    return UnitPrice(money.rounded(price * per_base / content), str(base.label))
