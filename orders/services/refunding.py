"""Giving money back: what is due goes out through the provider, each amount once."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dbProject.outbox import services as outbox
from orders import gateways
from orders.errors import PaymentRefused
from orders.models import Order, Payment, PaymentEvent
from orders.services import charging, payments, status

MANUAL = "manual"


def settle(*, order_id: int, event_id: str) -> None:
    """Give back what is due of an order, as consumer of the outbox. Safe to repeat.

    The provider is asked outside any transaction, under a key for each amount: when its answer is lost, the
    next try finds the refund instead of making another. What staff took by hand they give back by hand.

    Raises:
        ServiceFailed: No answer; the outbox hands the event out again.
    """
    if not outbox.claim(event_id):
        return
    order = Order.all_objects.get(pk=order_id)
    for due in unsettled(order):
        if due.payment:
            _through_the_provider(order, due, due.payment)
        elif due.provider != MANUAL:
            _book(order, due)
    outbox.finish(event_id)


def given_back_by_hand(order: Order, due: PaymentEvent) -> Order:
    """Book that staff have given back by hand what they took by hand. Safe to repeat."""
    if due.provider != MANUAL or due.kind != PaymentEvent.Kind.REFUND_DUE:
        raise PaymentRefused(_("This goes back through the payment provider."), event=due.event_id)
    return _book(order, due)


def unsettled(order: Order) -> Iterable[PaymentEvent]:
    """Yield what is due of an order and has not gone back yet; one query."""
    events = list(order.payment_events.select_related("payment"))
    done = {event.event_id for event in events if event.kind == PaymentEvent.Kind.REFUNDED}
    for event in events:
        if event.kind == PaymentEvent.Kind.REFUND_DUE and status.refund_key(event) not in done:
            yield event


def _through_the_provider(order: Order, due: PaymentEvent, payment: Payment) -> None:
    report = gateways.call(
        payment.provider,
        lambda gateway: gateway.refund(
            payment.reference,
            order_number=order.order_number,
            amount=due.amount,
            key=status.refund_key(due),
        ),
    )
    charging.book(payment.provider, report)


def _book(order: Order, due: PaymentEvent) -> Order:
    """Book a refund that no provider has to be asked for."""
    return payments.apply_event(
        provider=due.provider,
        event_id=status.refund_key(due),
        order_number=order.order_number,
        kind=PaymentEvent.Kind.REFUNDED,
        amount=due.amount,
    )
