"""Withdrawing from a contract: the declaration counts when it arrives, whatever has become of the order."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.outbox import services as outbox
from orders.models import Order, OrderEvent, Return, Withdrawal
from orders.selectors import fulfillment, orders
from orders.services import returns, status, timeline


@transaction.atomic
def declare(
    *, key: UUID, order_number: str, email: str, name: str, what: str = "", language: str = "en"
) -> Withdrawal:
    """Keep a withdrawal, have its receipt mailed at once, and act on the order it is about. Once per ``key``.

    What has not left the house is cancelled, and what was paid goes back. Of what has, everything that may
    come back is asked back, for staff to receive; if the customer names parts only, staff read which.
    It says nothing of whether there is such an order: whoever guesses learns nothing.

    Args:
        what: The parts it is about, in the customer's words; empty: the whole order.
    """
    order = orders.find(order_number=order_number, email=email)
    withdrawal, is_new = Withdrawal.objects.get_or_create(
        key=key,
        defaults={
            "order": order,
            "order_number": order_number.strip().upper(),
            "email": email.strip().lower(),
            "name": name.strip(),
            "what": what.strip(),
            "language": language,
        },
    )
    if not is_new:
        return withdrawal
    outbox.record("orders.tasks.send_withdrawal_receipt_email", withdrawal_id=withdrawal.pk)
    if order is not None:
        _act(status.lock(order.pk), withdrawal)
    return withdrawal


def send_receipt(*, withdrawal_id: int, event_id: str) -> None:
    """Mail what was declared and when, as consumer of the outbox. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    withdrawal = Withdrawal.objects.get(pk=withdrawal_id)
    with translation.override(withdrawal.language):
        subject = _("We have your withdrawal from the order %(number)s") % {"number": withdrawal.order_number}
        mail.send_once(
            event_id,
            to=[withdrawal.email],
            subject=subject,
            template="orders/mail/withdrawal_receipt",
            context={"withdrawal": withdrawal, "store_address": settings.STORE_ADDRESS},
        )


def _act(order: Order, withdrawal: Withdrawal) -> None:
    actor = timeline.customer(order.user)
    timeline.record(order, OrderEvent.Kind.WITHDRAWN, actor=actor, detail=withdrawal.what)
    if withdrawal.what:
        return  # parts of it: a person reads which
    if order.may_become(Order.Status.CANCELLED) and not order.shipments.exists():
        status.cancel(order, actor=actor, detail=_("Withdrawn by the customer."))
        return
    units = {item.pk: count for item, count in fulfillment.returnable(order).items() if count}
    if units:
        reason = Return.Reason.WITHDRAWN
        returns.request(order, units=units, reason=reason, key=str(withdrawal.key), actor=actor)
