"""Buying without anybody who buys: what the style guide shows of cart, checkout, orders and the account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from orders.errors import LimitReached
from orders.forms import CheckoutForm
from orders.models import Order, OrderEvent
from orders.selectors.delivery import Option
from orders.selectors.shown_sums import Reduction, Sums
from products.models import Product
from products.selectors import samples
from users.forms import SignupForm

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NUMBER = "ORD-20261126-AB3CD4"
STEPS = (
    OrderEvent.Kind.PLACED,
    OrderEvent.Kind.PAYMENT,
    OrderEvent.Kind.CONFIRMED,
    OrderEvent.Kind.PART_SHIPPED,
    OrderEvent.Kind.DELIVERED,
)


def parts() -> dict[str, Any]:
    """Return every part of buying in every state, in the shapes that its templates read; no query."""
    lines = list(_cart_lines())
    ways = [
        Option(1, _("Standard parcel"), "", Decimal("4.90"), 2, 3, Decimal("4.90")),
        Option(2, _("Express, the next working day"), "", Decimal("12.90"), 1, 1, Decimal("12.90")),
        Option(3, _("Pick up in the shop"), "", Decimal(0), 1, 1, Decimal(0)),
    ]
    typed = {
        "checkout-idempotency_key": uuid4(),
        "checkout-total_seen": "87.70",
        "checkout-email": "robin@",
        "checkout-country": "DE",
        "checkout-zip_code": "12",
    }
    return {
        "lines": lines,
        "added": {"item": lines[0]["item"] | {"product": lines[0]["product"]}},
        "refusal": LimitReached(_("Your cart holds all that you can have of it.")),
        "quote": _quote(ways[0]),
        "ways": ways,
        "checkout": CheckoutForm(typed, prefix="checkout", codes=["AT", "DE"], methods=[]),
        "offer": SignupForm(prefix="offer"),
        "order": _order(),
        "orders": [_order(status) for status in Order.Status],
    }


def _cart_lines() -> Iterator[dict[str, Any]]:
    """Yield a line in every state: as it should be, dearer, cheaper, too many, none left, and off sale."""
    states: list[dict[str, Any]] = [
        {},
        {"price_before": Decimal("39.00")},
        {"price_before": Decimal("52.00")},
        {"left": 1},
        {"left": 0},
        {"is_gone": True},
    ]
    for place, (state, product) in enumerate(zip(states, samples.products(), strict=False), start=1):
        item = {"pk": place, "quantity": 2, "total_price": 2 * product.effective_price}
        known = {"image": None, "price_before": None, "left": None, "is_gone": False}
        yield known | {"item": item, "product": product} | state


def _quote(chosen: Option) -> dict[str, Any]:
    """Return what a cart comes to, with a discount and delivery."""
    return {
        "chosen": chosen,
        "sums": _sums(chosen, tax="14.00", total="87.70"),
    }


def _sums(way: Option, *, tax: str, total: str) -> Sums:
    return Sums(
        goods=Decimal("92.00"),
        discounts=(Reduction("WELCOME10", _("Ten percent off"), Decimal("9.20")),),
        delivery_name=way.name,
        delivery=way.price,
        tax_on_top=None,
        tax_included=Decimal(tax),
        tax_note="",
        total=Decimal(total),
    )


def _order(status: str = Order.Status.SHIPPED) -> dict[str, Any]:
    """Return an order that was paid, went out in two parcels, and of which something comes back."""
    bought: list[Product] = samples.products()[:2]
    free = Option(1, _("Standard parcel"), "", Decimal(0), 2, 3, Decimal(0))
    items = [
        {
            "product": {"images": {"all": []}},
            "product_name": product.name,
            "product_sku": product.sku,
            "quantity": 1,
            "unit_price": product.effective_price,
            "total_price": product.effective_price,
        }
        for product in bought
    ]
    sent = {
        "number": 1,
        "shipped_at": NOON + timedelta(days=1),
        "delivered_at": NOON + timedelta(days=3),
        "carrier": "DHL",
        "tracking_number": "JJD000390007889",
        "tracking_url": "https://www.dhl.example/JJD000390007889",
        "items": {"all": [{"quantity": 1, "item": items[0]}]},
    }
    back = {
        "number": 1,
        "status": "accepted",
        "get_status_display": _("Accepted"),
        "answer": _("Please pack it as it came."),
        "items": {"all": [{"quantity": 1, "item": items[0]}]},
    }
    return {
        "order_number": NUMBER,
        "get_absolute_url": f"/orders/{NUMBER}/",
        "email": "robin@example.com",
        "status": status,
        "get_status_display": Order.Status(status).label,
        "created_at": NOON,
        "items": {"all": items},
        "events": {
            "all": [
                {
                    "get_kind_display": kind.label,
                    "detail": "",
                    "created_at": NOON + timedelta(hours=9 * hours),
                }
                for hours, kind in enumerate(STEPS)
            ]
        },
        "shipments": {
            "all": [sent, sent | {"number": 2, "delivered_at": None, "tracking_url": "", "carrier": ""}]
        },
        "returns": {"all": [back]},
        "sums": _sums(free, tax="13.22", total="82.80"),
        "total_amount": Decimal("82.80"),
        "refunds": {"all": [{"reason": _("Return"), "amount": Decimal("20.00")}]},
    }
