"""What other systems are told of orders and payments (docs/webhooks.md). Nothing of it names a person."""

from typing import Any

from dbProject.webhooks import services as webhooks
from orders.models import Order, OrderEvent, PaymentEvent

STEPS = {
    OrderEvent.Kind.PLACED: "order.created",
    OrderEvent.Kind.CONFIRMED: "order.confirmed",
    OrderEvent.Kind.PROCESSING: "order.processing",
    OrderEvent.Kind.SHIPPED: "order.shipped",
    OrderEvent.Kind.DELIVERED: "order.delivered",
    OrderEvent.Kind.CANCELLED: "order.cancelled",
    OrderEvent.Kind.REFUNDED: "order.refunded",
}
MOVES = {
    PaymentEvent.Kind.CAPTURED: "payment.captured",
    PaymentEvent.Kind.DECLINED: "payment.declined",
    PaymentEvent.Kind.REFUNDED: "payment.refunded",
}


def step(order: Order, kind: str) -> None:
    """Tell of a step of ``order``, in the transaction that makes it; of some steps nobody is told."""
    if kind in STEPS:
        webhooks.publish(STEPS[OrderEvent.Kind(kind)], {"order": facts(order)})


def payment(order: Order, event: PaymentEvent) -> None:
    """Tell of money that moved or did not, in the transaction that books it."""
    if event.kind in MOVES:
        webhooks.publish(MOVES[PaymentEvent.Kind(event.kind)], money(order, event))


def facts(order: Order) -> dict[str, Any]:
    """Return what is told of an order."""
    return {
        "id": order.pk,
        "order_number": order.order_number,
        "status": order.status,
        "total_amount": f"{order.total_amount:.2f}",
        "currency": order.currency,
    }


def money(order: Order, event: PaymentEvent) -> dict[str, Any]:
    """Return what is told of money that moved or did not."""
    moved = {
        "id": event.event_id,
        "provider": event.provider,
        "amount": f"{event.amount:.2f}",
        "currency": order.currency,
    }
    return {"order": facts(order), "payment": moved}
