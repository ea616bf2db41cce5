"""What a cart or an order comes to, in the rows that customers read: they add up to the total to the cent."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from orders.models import Order, OrderItem


class Discount(Protocol):
    """What takes something off: of a quote, or of an order."""

    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Reduction:
    """What one discount takes off goods and delivery, with its reason."""

    name: str
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """The rows of a summary: ``goods``, less each of ``discounts``, and ``delivery`` and ``tax_on_top``.

    All but ``total`` are on the basis of the lines above them: with tax where price tags include it, else
    without, as for an exempt customer. So lines, discounts and delivery are never of two kinds.
    """

    goods: Decimal
    """Before discounts."""
    discounts: tuple[Reduction, ...]
    delivery_name: str
    delivery: Decimal | None
    """Before discounts, since what they take off it is in theirs; none where nothing travels."""
    tax_on_top: Decimal | None
    """None where the rows above it include the tax, or none is due."""
    tax_included: Decimal
    tax_note: str
    """Why no tax is due, if none is."""
    total: Decimal


def listed(
    *,
    goods: Decimal,
    discounts: Iterable[Discount],
    delivery_name: str,
    delivery: Decimal | None,
    includes_tax: bool,
    tax: Decimal,
    tax_note: str,
    total: Decimal,
) -> Sums:
    """Return the rows; amounts on the basis of the price tags, ``delivery`` before discounts."""
    is_on_top = not includes_tax and not tax_note
    return Sums(
        goods=goods,
        discounts=tuple(Reduction(one.name, one.reason, one.amount) for one in discounts),
        delivery_name=delivery_name,
        delivery=delivery,
        tax_on_top=tax if is_on_top else None,
        tax_included=Decimal() if is_on_top else tax,
        tax_note=tax_note,
        total=total,
    )


def of_order(order: Order, items: Iterable[OrderItem] | None = None) -> Sums:
    """Return what ``order`` came to; no query where lines and discounts are loaded.

    A caller that has its ``items`` gives them, so that they are not read again.
    """
    items = list(order.items.all() if items is None else items)
    discounts = list(order.discounts.all())
    all_off = sum((discount.amount for discount in discounts), Decimal())
    goods_off = sum((item.discount_amount for item in items), Decimal())
    charged = order.shipping_gross if order.prices_include_tax else order.shipping_amount
    before = charged + all_off - goods_off
    travels = bool(order.shipping_name or before)
    return listed(
        goods=sum((item.total_price for item in items), Decimal()),
        discounts=discounts,
        delivery_name=(order.shipping_name or _("Delivery")) if travels else "",
        delivery=before if travels else None,
        includes_tax=order.prices_include_tax,
        tax=order.tax_amount,
        tax_note=order.tax_note,
        total=order.total_amount,
    )
