"""The order that the lines of one past invoice come to. Amounts are in the invoice's currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from dbProject import money
from orders.models import Order, OrderDiscount, OrderItem

MOST_UNITS = 32_767
HIGHEST_PRICE = Decimal("99999999.99")
HIGHEST_TOTAL = Decimal("9999999999.99")
"""What a line of an order can hold. An invoice with more is kept in its lines alone."""
PREFIXES = {"online-retail": "OR", "csv": "CSV"}
LITERAL = 12
"""Characters of an invoice that stand in the order's number as they are; longer ones are hashed."""
NAMED = 100


class Part(NamedTuple):
    """One line of an invoice, as far as an order is concerned."""

    code: str
    description: str
    quantity: int
    unit_price: Decimal
    product_id: int | None
    is_fee: bool

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def counts(self) -> bool:
        """Say whether it is part of the order: goods that were sold, and fees that were charged."""
        return self.quantity > 0 and self.unit_price >= 0 and (self.is_fee or self.product_id is not None)


@dataclass
class Frozen:
    """An order with its lines, not stored yet."""

    order: Order
    items: list[OrderItem]
    discounts: list[OrderDiscount]


def freeze(
    parts: Iterable[Part],
    *,
    source: str,
    invoice: str,
    placed_at: datetime,
    currency: str,
    customer: str,
    country: str,
) -> Frozen | None:
    """Return the order that ``parts`` of an invoice come to; none if nothing was sold or it cannot be held.

    Each product is one line, at its highest price rounded up to the cent; a discount takes off what that
    is more than the exact amounts come to, which are summed first and rounded once.
    """
    parts = [part for part in parts if part.counts]
    by_product: dict[int, list[Part]] = {}
    for part in parts:
        if not part.is_fee and part.product_id is not None:
            by_product.setdefault(part.product_id, []).append(part)
    fees = [part for part in parts if part.is_fee]
    order = _order(source=source, invoice=invoice)
    items = [_item(order, product, several) for product, several in by_product.items()]
    subtotal = sum((item.total_price for item in items), Decimal())
    discount = sum((item.discount_amount for item in items), Decimal())
    delivery = money.rounded(sum((fee.amount for fee in fees), Decimal()))
    if not items or subtotal + delivery > HIGHEST_TOTAL or not all(map(_fits, items)):
        return None
    order.created_at, order.currency = placed_at, currency
    order.email = customer if is_address(customer) else ""
    order.billing_address = order.shipping_address = address(country)
    order.subtotal = order.subtotal_gross = subtotal
    order.discount_amount = order.discount_gross = discount
    order.shipping_amount = order.shipping_gross = delivery
    order.total_amount = subtotal - discount + delivery
    order.shipping_name = ", ".join(dict.fromkeys(fee.description.strip() or fee.code for fee in fees))
    order.shipping_name = order.shipping_name[:NAMED].strip()
    discounts = []
    if discount:
        reason = _("Within this order prices differ, or have more decimals than a price has here.")
        name = _("Exact amounts")
        discounts = [OrderDiscount(order=order, name=name, reason=reason, amount=discount)]
    return Frozen(order, items, discounts)


def order_number(source: str, invoice: str) -> str:
    """Return the number of the order of this invoice: readable where it is short enough."""
    prefix = PREFIXES[source]
    is_plain = invoice.isascii() and invoice.isalnum() and invoice == invoice.upper()  # as people look for it
    if is_plain and len(invoice) <= LITERAL:
        return f"{prefix}-{invoice}"
    digest = sha256(key(source, invoice).encode()).hexdigest().upper()
    return f"{prefix}-{digest[: 18 - len(prefix)]}"


def key(source: str, invoice: str) -> str:
    """Return what makes the order of this invoice one, as ``Order.idempotency_key``."""
    return f"history:{source}:{invoice}"


def is_address(customer: str) -> bool:
    """Say whether ``customer`` is an e-mail address and no reference."""
    try:
        validate_email(customer)
    except ValidationError:
        return False
    return True


def address(country: str) -> dict[str, str]:
    """Return all that is known of where it went."""
    return {"name": "", "street": "", "zip_code": "", "city": "", "state": "", "country": country}


def _order(*, source: str, invoice: str) -> Order:
    return Order(
        order_number=order_number(source, invoice),
        idempotency_key=key(source, invoice),
        status=Order.Status.DELIVERED,
        prices_include_tax=True,
        language=settings.LANGUAGE_CODE[:10],
        is_historic=True,
        tax_amount=Decimal(),
    )


def _item(order: Order, product_id: int, parts: Sequence[Part]) -> OrderItem:
    units = sum(part.quantity for part in parts)
    amount = money.rounded(sum((part.amount for part in parts), Decimal()))
    price = max(part.unit_price for part in parts).quantize(money.CENT, rounding=ROUND_CEILING)
    first = parts[0]
    return OrderItem(
        order=order,
        product_id=product_id,
        product_name=first.description.strip() or first.code,
        product_sku=first.code,
        quantity=units,
        unit_price=price,
        total_price=price * units,
        discount_amount=price * units - amount,
        net_amount=amount,
        tax_amount=Decimal(),
        gross_amount=amount,
    )


def _fits(item: OrderItem) -> bool:
    return item.quantity <= MOST_UNITS and item.unit_price <= HIGHEST_PRICE
