"""An order's rows, with everything frozen that the catalog may change. Nothing here is stored yet."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from orders import pricing
from orders.models import Order, OrderDiscount, OrderItem
from orders.selectors import totals
from products.models import Product


def order(number: str, quote: totals.Quote, *, now: datetime, **fields: Any) -> Order:
    """Return the order with its amounts, placed ``now`` and holding its stock for ``HOLD_MINUTES``."""
    sums = quote.totals
    frozen = Order(
        order_number=number,
        created_at=now,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        currency=settings.STORE_CURRENCY,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
        subtotal=sums.subtotal,
        discount_amount=sums.discount_amount,
        shipping_amount=sums.shipping_amount,
        tax_amount=sums.tax_amount,
        total_amount=sums.total_amount,
        subtotal_gross=sums.subtotal_gross,
        discount_gross=sums.discount_gross,
        shipping_gross=sums.shipping_gross,
        shipping_tax_rate=sums.shipping_tax_rate,
        shipping_tax_amount=sums.shipping_tax,
        tax_note=quote.tax.note,
        holds_stock=True,
        hold_expires_at=now + timedelta(minutes=settings.HOLD_MINUTES),
        **fields,
    )
    if quote.chosen:
        frozen.shipping_method_id = quote.chosen.method_id
        frozen.shipping_name = quote.chosen.name
        frozen.days_min, frozen.days_max = quote.chosen.days_min, quote.chosen.days_max
    return frozen


def lines(order: Order, quote: totals.Quote, products: Mapping[int, Product]) -> Iterator[OrderItem]:
    """Return the lines with names, SKUs, prices and taxes; ``products`` by pk."""
    for line in quote.totals.lines:
        yield OrderItem(
            order=order,
            product=products[line.key],
            product_name=products[line.key].name,
            product_sku=products[line.key].sku,
            quantity=line.quantity,
            unit_price=line.unit_price,
            total_price=line.total_price,
            discount_amount=line.discount,
            tax_rate=line.tax_rate,
            net_amount=line.net_amount,
            tax_amount=line.tax_amount,
            gross_amount=line.gross_amount,
        )


def discounts(order: Order, quote: totals.Quote) -> Iterator[OrderDiscount]:
    """Return the discounts, each with its reason."""
    taken_off: tuple[pricing.DiscountLine, ...] = quote.totals.discounts
    for discount in taken_off:
        yield OrderDiscount(
            order=order,
            promotion_id=discount.offer_id,
            code=discount.code or "",
            name=discount.name,
            reason=discount.reason,
            amount=discount.amount,
        )
