"""What other systems are told of orders and payments, described (docs/webhooks.md)."""

from decimal import Decimal

from dbProject.webhooks.openapi import AMOUNT, Event, thing
from dbProject.webhooks.openapi import shared as of
from orders.models import Order, PaymentEvent
from orders.services import announcements

TEXT = {"type": "string"}
CURRENCY = {**TEXT, "description": "ISO 4217."}
SCHEMAS = {
    "WebhookOrder": thing(
        "An order as it was then. It names no person: who needs more asks the API.",
        id={"type": "integer"},
        order_number=TEXT,
        status={"enum": [str(status) for status in Order.Status]},
        total_amount={**AMOUNT, "description": "Gross: what is charged."},
        currency=CURRENCY,
    ),
    "WebhookPayment": thing(
        "Money that came, went back, or did not come.",
        id={**TEXT, "description": "The provider's own."},
        provider=TEXT,
        amount={**AMOUNT, "description": "That moved: 0.00 where a card or account was declined."},
        currency=CURRENCY,
    ),
}


def _order(status: str) -> Order:
    number, amount = "ORD-20261126-AB3CD4", Decimal("64.90")
    return Order(pk=812, order_number=number, status=status, total_amount=amount, currency="EUR")


def _step(kind: str) -> Event:
    name = kind.removeprefix("order.")
    status = Order.Status.PENDING if name == "created" else Order.Status(name)
    return Event(thing(order=of("WebhookOrder")), {"order": announcements.facts(_order(status))})


def _move(kind: str, status: str) -> Event:
    order = _order(status)
    amount = Decimal() if kind == "payment.declined" else order.total_amount
    event = PaymentEvent(event_id="evt_3PqR7", provider="stripe", amount=amount)
    return Event(
        thing(order=of("WebhookOrder"), payment=of("WebhookPayment")), announcements.money(order, event)
    )


STATUSES = {
    "payment.captured": Order.Status.CONFIRMED,
    "payment.declined": Order.Status.PENDING,
    "payment.refunded": Order.Status.REFUNDED,
}
EVENTS = {kind: _step(kind) for kind in announcements.STEPS.values()} | {
    kind: _move(kind, STATUSES[kind]) for kind in announcements.MOVES.values()
}
