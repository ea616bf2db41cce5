"""What is exported of orders: the columns of each dataset, and what one row of it says.

Each dataset lies in files of one day (``DATASET/day=YYYY-MM-DD/part-0.parquet``), in the store's time zone.
Money is gross, in whole ten-thousandths of the row's currency: exact, for orders of the shop and for historic
prices with four decimals alike. Nobody is named: customers are ``u<pk>`` with an account, ``g<keyed hash of
the mail address>`` as guests, here and in files of past orders, ``h<reference>`` where those have a number,
and empty where unknown or forgotten.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.crypto import salted_hmac

from dbProject.mail import NOBODY

TEN_THOUSANDTHS = 10_000

LINES = (
    ("at", "timestamp", "when it happened (UTC)"),
    ("currency", "string", "ISO 4217"),
    ("kind", "string", "goods, delivery, fee, back (refunded, returned, cancelled) or adjustment"),
    ("order", "string", "order number, or FORMAT:INVOICE of a past line"),
    ("customer", "string", "see above"),
    ("product", "int64", "pk; 0: none"),
    ("code", "string", "SKU, or the file's code"),
    ("category", "int64", "pk of the product's own category when it was exported; 0: none"),
    ("brand", "int64", "pk; 0: none"),
    ("country", "string", "ISO 3166-1 of the delivery; empty: unknown"),
    ("units", "int32", "signed; negative: came back"),
    ("listed", "int64", "before discounts"),
    ("discount", "int64", "listed - discount is the amount"),
    ("amount", "int64", "signed; the sum of this column is revenue"),
    ("tax", "int64", "part of the amount; 0 of past lines: unknown"),
)
"""One row for each thing that moved money or goods on that day.

Of orders that were paid, also those that were refunded or cancelled since, on the day they were placed:
``goods`` for each line, ``delivery`` for each that was delivered at a price. On the day it happened: ``back``
for money that staff refund or that goes back because the order is refunded or cancelled, spread over what it
was paid for (the units of its return, else the whole order) to the cent; and, without money, for units that
arrived back or never left because the order was cancelled. Money paid twice, or for an order that was never
confirmed, has never been revenue, nor is it back. Every line of a file of past orders: ``goods``, ``fee``,
``back`` (cancelled, or negative at a price), ``adjustment`` (negative at none).
"""
ORDERS = (
    ("at", "timestamp", "when it was placed (UTC)"),
    ("order", "string", "order number"),
    ("customer", "string", "see above"),
    ("currency", "string", "ISO 4217"),
    ("status", "string", "as in Order.Status, when it was exported"),
    ("country", "string", "ISO 3166-1 of the delivery"),
    ("language", "string", "that it was placed in"),
    ("historic", "bool", "from before the shop"),
    ("listed", "int64", "goods before discounts"),
    ("discount", "int64", "on goods"),
    ("delivery", "int64", "before discounts"),
    ("total", "int64", "what was charged"),
    ("tax", "int64", "part of the total"),
    ("coupons", "string", "codes, by comma"),
    ("confirmed_at", "timestamp", "empty: not yet"),
    ("shipped_at", "timestamp", "empty: not yet"),
    ("delivered_at", "timestamp", "empty: not yet"),
)
"""One row for each order, whatever became of it, on the day it was placed."""
CUSTOMERS = (
    ("at", "timestamp", "when the account was made (UTC)"),
    ("customer", "string", "u<pk>"),
    ("verified", "bool", "has answered a mail to its address"),
)
"""One row for each account that is open, on the day it was made."""
EVENTS = (
    ("at", "timestamp", "when it happened (UTC)"),
    ("order", "string", "order number"),
    ("kind", "string", "as in OrderEvent.Kind"),
    ("actor", "string", "customer, staff, provider or shop"),
)
"""One row for each step in the life of an order, on the day it was taken."""
DATASETS = {"lines": LINES, "orders": ORDERS, "customers": CUSTOMERS, "events": EVENTS}


class Line(NamedTuple):
    """One row of ``lines``."""

    at: Any
    currency: str
    kind: str
    order: str
    customer: str
    product: int
    code: str
    category: int
    brand: int
    country: str
    units: int
    listed: int
    discount: int
    amount: int
    tax: int


def schema(dataset: str) -> Any:
    """Return the columns of a dataset as a ``pyarrow.Schema``."""
    import pyarrow as pa

    types = {"timestamp": pa.timestamp("ms", tz="UTC"), "string": pa.string(), "bool": pa.bool_()}
    types |= {"int32": pa.int32(), "int64": pa.int64()}
    return pa.schema([(name, types[kind]) for name, kind, _meaning in DATASETS[dataset]])


def exact(amount: Decimal) -> int:
    """Return an amount in ten-thousandths.

    Raises:
        ValueError: It has more than four decimals.
    """
    whole = amount * TEN_THOUSANDTHS
    if whole != int(whole):
        raise ValueError(f"{amount} has more than four decimals")
    return int(whole)


def customer(user_id: int | None, email: str) -> str:
    """Return what stands for who placed an order."""
    if user_id:
        return f"u{user_id}"
    if email in ("", NOBODY):
        return ""
    return "g" + salted_hmac("orders.analytics.customer", email.lower(), algorithm="sha256").hexdigest()[:24]


def past_customer(reference: str) -> str:
    """Return what stands for who placed an order of the past; a mail address is that of a guest."""
    if "@" in reference:
        return customer(None, reference)
    return f"h{reference}" if reference else ""


def historic_kind(*, is_fee: bool, is_cancellation: bool, quantity: int, unit_price: Decimal) -> str:
    """Return what a line of a file of past orders is."""
    if is_fee:
        return "fee"
    if is_cancellation or (quantity < 0 and unit_price):
        return "back"
    return "adjustment" if quantity < 0 else "goods"
