"""The money ledger: what a payment provider tells us, in any order and any number of times."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from dbProject.outbox import services as outbox
from orders.errors import PaymentRefused, UnknownOrder
from orders.models import Order, OrderEvent, Payment, PaymentEvent
from orders.services import announcements, card_testing, status, timeline
from products.errors import ChooseVariant, OutOfStock

Kind = PaymentEvent.Kind
REPORTED = {Kind.AUTHORIZED, Kind.CAPTURED, Kind.DECLINED, Kind.REFUNDED}


@transaction.atomic
def apply_event(
    *,
    provider: str,
    event_id: str,
    order_number: str,
    kind: str,
    amount: Decimal = Decimal(),
    reference: str = "",
) -> Order:
    """Book what ``provider`` reports about an order; an event that is known already changes nothing.

    Money for a pending order confirms it; if its reservation has ended the stock is taken again. Where
    that cannot be, or the order is cancelled, or more came than it costs, the money goes back. Money that is
    only authorized is captured if the order still wants it.

    Args:
        event_id: Of what happened, not of the message that tells it.
        kind: ``authorized``, ``captured``, ``declined`` or ``refunded``.
        amount: In the order's currency, 0 for what was declined.
        reference: The provider's name of the payment, if it is one that the shop has started.

    Raises:
        UnknownOrder: There is none with this number.
        PaymentRefused: A kind that providers do not report, or an amount that cannot be.
    """
    if kind not in REPORTED or amount < 0:
        raise PaymentRefused(_("This payment event makes no sense."), event=event_id)
    pk = Order.all_objects.filter(order_number=order_number).values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownOrder
    order = status.lock(pk)
    payment = order.payments.filter(provider=provider, reference=reference).first() if reference else None
    event, is_new = PaymentEvent.objects.get_or_create(
        provider=provider,
        event_id=event_id,
        defaults={
            "order": order,
            "payment": payment,
            "kind": kind,
            "amount": Decimal() if kind == Kind.DECLINED else amount,
        },
    )
    if not is_new:
        return order
    if payment and kind == Kind.CAPTURED:
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.PAID, next_check_at=None)
    order = BOOKED_BY[Kind(kind)](order, event)
    announcements.payment(order, event)
    return order


def _authorized(order: Order, event: PaymentEvent) -> Order:
    """Have the money taken that was promised, if the order waits for it; else the promise lapses."""
    if order.is_payable and event.payment:
        outbox.record("orders.tasks.capture_payment", payment_id=event.payment.pk)
    return order


def _captured(order: Order, event: PaymentEvent) -> Order:
    """Confirm a locked order with the money of ``event``, or send back what it has no use for; return it."""
    timeline.record(
        order,
        OrderEvent.Kind.PAYMENT,
        actor=timeline.PROVIDER,
        detail=f"{event.amount} {order.currency}",
    )
    kept = order.amount_kept()
    if order.status == Order.Status.PENDING and kept >= order.total_amount:
        try:
            status.hold_again(order)
        except (OutOfStock, ChooseVariant):
            return status.cancel(
                order, actor=timeline.SHOP, detail=_("Paid after the reservation had ended; sold out.")
            )
        status.confirm_paid(order, actor=timeline.PROVIDER)
    is_gone = order.status in {Order.Status.CANCELLED, Order.Status.REFUNDED}
    too_much = kept if is_gone else kept + order.amount_given_back() - order.total_amount
    if too_much > 0:
        status.refund_due(
            order, amount=too_much, event_id=f"{event.provider}:{event.event_id}", actor=timeline.SHOP
        )
    return order


def _declined(order: Order, _event: PaymentEvent) -> Order:
    """Have the page closed where too many cards were declined: the next one has to wait."""
    timeline.record(order, OrderEvent.Kind.PAYMENT_DECLINED, actor=timeline.PROVIDER)
    payment = order.payments.filter(state=Payment.State.OPEN).first()
    if payment and card_testing.seconds_to_wait(order, visitor=payment.visitor):
        outbox.record("orders.tasks.close_payment", payment_id=payment.pk)
    return order


def _refunded(order: Order, event: PaymentEvent) -> Order:
    timeline.record(
        order,
        OrderEvent.Kind.REFUND_SENT,
        actor=timeline.PROVIDER,
        detail=f"{event.amount} {order.currency}",
    )
    return order


BOOKED_BY = {
    Kind.AUTHORIZED: _authorized,
    Kind.CAPTURED: _captured,
    Kind.DECLINED: _declined,
    Kind.REFUNDED: _refunded,
}
