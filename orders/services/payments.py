"""What a payment provider tells us, in any order and any number of times, and what follows from it."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from dbProject.outbox import services as outbox
from orders.errors import PaymentRefused, UnknownOrder
from orders.models import Order, OrderEvent, PaymentEvent
from orders.services import status, timeline
from products.errors import OutOfStock


@transaction.atomic
def apply_event(
    *, provider: str, event_id: str, order_number: str, kind: str, amount: Decimal = Decimal()
) -> Order:
    """Book what ``provider`` reports about an order; an event that is known already changes nothing.

    Money for a pending order confirms it; if its reservation has ended the stock is taken again. Where
    that cannot be, or the order is cancelled, or more came than it costs, the money goes back.

    Args:
        kind: ``captured``, ``declined`` or ``refunded``.
        amount: In the order's currency, 0 for what was declined.

    Raises:
        UnknownOrder: There is none with this number.
        PaymentRefused: A kind that providers do not report, or an amount that cannot be.
    """
    kinds = PaymentEvent.Kind
    if kind not in {kinds.CAPTURED, kinds.DECLINED, kinds.REFUNDED} or amount < 0:
        raise PaymentRefused(_("This payment event makes no sense."), event=event_id)
    pk = Order.all_objects.filter(order_number=order_number).values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownOrder
    order = status.lock(pk)
    event, is_new = PaymentEvent.objects.get_or_create(
        provider=provider,
        event_id=event_id,
        defaults={
            "order": order,
            "kind": kind,
            "amount": Decimal() if kind == kinds.DECLINED else amount,
        },
    )
    if not is_new:
        return order
    if kind == kinds.CAPTURED:
        return _captured(order, event)
    if kind == kinds.DECLINED:
        timeline.record(order, OrderEvent.Kind.PAYMENT_DECLINED, actor=timeline.PROVIDER)
    else:
        timeline.record(
            order,
            OrderEvent.Kind.NOTE,
            actor=timeline.PROVIDER,
            detail=f"{_('Refunded')}: {amount} {order.currency}",
        )
    return order


@transaction.atomic
def settle_refunds(*, order_id: int, event_id: str) -> None:
    """Give back what is due of an order, as consumer of the outbox. Safe to repeat.

    The test provider moves no money, so the refund is done with the row that says so.
    """
    if not outbox.finish(event_id):
        return
    order = status.lock(order_id)
    refunded = order.payment_events.filter(kind=PaymentEvent.Kind.REFUNDED)
    done = set(refunded.values_list("event_id", flat=True))
    for due in order.payment_events.filter(kind=PaymentEvent.Kind.REFUND_DUE):
        if f"refund:{due.event_id}" not in done:
            apply_event(
                provider="test",
                event_id=f"refund:{due.event_id}",
                order_number=order.order_number,
                kind=PaymentEvent.Kind.REFUNDED,
                amount=due.amount,
            )


def _captured(order: Order, event: PaymentEvent) -> Order:
    """Confirm a locked order with the money of ``event``, or send back what it has no use for; return it."""
    timeline.record(
        order,
        OrderEvent.Kind.PAYMENT,
        actor=timeline.PROVIDER,
        detail=f"{event.amount} {order.currency}",
    )
    kept = order.amount_captured() - order.amount_going_back()
    if order.status == Order.Status.PENDING and kept >= order.total_amount:
        try:
            status.hold_again(order)
        except OutOfStock:
            return status.cancel(
                order, actor=timeline.SHOP, detail=_("Paid after the reservation had ended; sold out.")
            )
        status.confirm_paid(order, actor=timeline.PROVIDER)
    is_gone = order.status in {Order.Status.CANCELLED, Order.Status.REFUNDED}
    too_much = kept if is_gone else kept - order.total_amount
    if too_much > 0:
        status.refund_due(
            order, amount=too_much, event_id=f"{event.provider}:{event.event_id}", actor=timeline.SHOP
        )
    return order
