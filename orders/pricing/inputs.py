"""What the price of a cart depends on.

A *price tag* is what the shop window says: with tax or without, as the store has decided for all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Line:
    """Some units of one product."""

    key: int
    """Tells the lines of a cart apart; of two equal claims to a cent the smaller key wins."""
    name: str
    quantity: int
    unit_price: Decimal
    """The price tag, in whole cents."""
    tax_class: str
    categories: frozenset[int]
    """Pk of the product's category and of all its ancestors."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the goods travel; ``price`` is a price tag like those of the goods."""

    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """What tax is due on goods that go to one place on one day. Rates are shares of the net price."""

    includes_tax: bool
    """Whether price tags include the tax."""
    rates: Mapping[str, Decimal]
    """Tax class -> rate where the goods go."""
    home_rates: Mapping[str, Decimal]
    """Tax class -> rate where the store is: what its price tags include."""
    is_exempt: bool
    """Reverse charge or export: nothing is due, and price tags are paid without the tax they include."""
    note: str = ""
    """What the law wants the invoice to say of it."""


class OfferKind(StrEnum):
    """What an offer does."""

    PERCENT = "percent"
    AMOUNT = "amount"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"
    TIERS = "tiers"


@dataclass(frozen=True, slots=True)
class Offer:
    """A reduction that comes by itself, or, with a ``code``, one whose coupon the customer has typed."""

    id: int
    name: str
    kind: OfferKind
    priority: int
    """Higher is applied first; of equals the smaller id."""
    is_exclusive: bool
    """Stands alone, or not at all."""
    code: str | None
    value: Decimal
    """Percent (10 is 10 %), or an amount in the currency on the basis of the price tags."""
    minimum: Decimal
    """The smallest goods value, by price tags, of what it is for."""
    categories: frozenset[int]
    """What it is for; empty means everything."""
    buy: int
    get: int
    """Of every ``buy + get`` units, ``get`` are free."""
    tiers: tuple[tuple[Decimal, Decimal], ...]
    """Goods value from which, and percent."""
