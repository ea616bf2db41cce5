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
        webhooks.publish(STEPS[OrderEvent.Kind(kind)], {"order": _order(order)})


def payment(order: Order, event: PaymentEvent) -> None:
    """Tell of money that moved or did not, in the transaction that books it."""
    if event.kind in MOVES:
        moved = {
            "id": event.event_id,
            "provider": event.provider,
            "amount": str(event.amount),
            "currency": order.currency,
        }
        webhooks.publish(MOVES[PaymentEvent.Kind(event.kind)], {"order": _order(order), "payment": moved})


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.pk,
        "order_number": order.order_number,
        "status": order.status,
        "total_amount": str(order.total_amount),
        "currency": order.currency,
    }
