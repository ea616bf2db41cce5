"""Asking for money: a payment is started, looked after, captured and settled, whatever gets lost on the way.

What we mean to ask is written down before the provider is asked, under a key that it knows the question by.
So a killed process, a lost answer and a second click all find the same payment.
"""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dbProject.outbox import services as outbox
from dbProject.resilience import Deadline, ServiceFailed
from orders import gateways
from orders.errors import IllegalTransition, PaymentRefused
from orders.gateways import Charge, Report
from orders.models import Order, Payment, PaymentEvent
from orders.selectors import orders
from orders.services import card_testing, payments, status
from orders.services.card_testing import Payer

logger = logging.getLogger(__name__)
Kind = PaymentEvent.Kind

FIRST_LOOK = timedelta(seconds=45)
"""After the start: by then the webhook should have come."""
AT_ONCE = 50
"""Payments that one call looks after; the schedule comes again."""
ROUND_SECONDS = 60
"""How long one call goes on asking; a task may live for 100 s."""
GOOD_FOR = timedelta(minutes=25)
"""How long a provider's page is trusted to be open without asking."""
GIVEN_UP_AFTER = timedelta(days=8)


def start(order: Order, *, by: Payer | None = None) -> Payment:
    """Return the open payment of ``order``, with the address of the provider's page.

    However many questions that takes, nobody waits longer than ``gateways.PATIENCE_SECONDS`` for the answers.

    Args:
        by: In front of the page; without, the shop itself asks, whom no declined card holds up.

    Raises:
        PaymentHeldUp: Too many cards were declined.
        IllegalTransition: There is nothing to pay any more.
        ServiceFailed: The provider does not answer; asked again later, it finds the same payment.
        PaymentRefused: The provider wants no such payment.
    """
    if by:
        card_testing.refuse_if_held_up(order, by)
    deadline = gateways.patience()
    payment = _open(order, by)
    if payment.url and payment.created_at > timezone.now() - GOOD_FOR:
        return payment
    if payment.url and check(payment, deadline).state != Payment.State.OPEN:
        payment = _open(order, by)  # its page has closed meanwhile
    return _ask_for(payment, deadline) if not payment.url else payment


def check(payment: Payment, deadline: Deadline | None = None) -> Payment:
    """Ask the provider what has become of ``payment`` and book it; return how it stands.

    Args:
        deadline: Of all its questions; without one, as :func:`start`.

    Raises:
        ServiceFailed: No answer; nothing was booked.
    """
    deadline = deadline or gateways.patience()
    if not payment.reference:
        payment = _ask_for(payment, deadline)
    snapshot = gateways.call(payment.provider, lambda gateway: gateway.status(payment.reference), deadline)
    for report in snapshot.reports:
        book(payment.provider, report)
    kinds = {report.kind for report in snapshot.reports}
    if Kind.AUTHORIZED in kinds and Kind.CAPTURED not in kinds:
        _take(payment, deadline)
    if not snapshot.is_open:
        _end(payment)
    payment.refresh_from_db()
    return payment


def look_after(order: Order) -> Order:
    """Book what has become of the payment of ``order``, if one is open; return the order as it is now.

    Raises:
        ServiceFailed: The provider does not answer; :func:`settle_open` goes on asking.
    """
    if payment := order.payments.filter(state=Payment.State.OPEN).first():
        check(payment)
        order = Order.all_objects.get(pk=order.pk)
    return order


def capture(*, payment_id: int, event_id: str) -> None:
    """Take money that is authorized, as consumer of the outbox. Safe to repeat.

    Raises:
        ServiceFailed: No answer; the outbox hands the event out again.
    """
    if not outbox.claim(event_id):
        return
    _take(Payment.objects.select_related("order").get(pk=payment_id), gateways.patience())
    outbox.finish(event_id)


def close(*, payment_id: int, event_id: str) -> None:
    """Have the provider's page take no more cards, as consumer of the outbox. Safe to repeat.

    Raises:
        ServiceFailed: No answer; the outbox hands the event out again.
    """
    if not outbox.claim(event_id):
        return
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.state == Payment.State.OPEN and payment.reference:
        deadline = gateways.patience()
        try:
            gateways.call(payment.provider, lambda gateway: gateway.close(payment.reference), deadline)
        except PaymentRefused as refusal:  # a card was good in this moment
            logger.info("Payment %s was not closed: %s", payment.key, refusal)
        check(payment, deadline)
    outbox.finish(event_id)


def settle_open(*, limit: int = AT_ONCE) -> int:
    """Ask about open payments that nothing was heard of, and book what happened; return how many answered.

    Safe to repeat and to run twice at once: each payment is asked about by one, at growing intervals. With a
    provider that is slow it ends after about a minute; the others are asked about the next time.
    """
    ends_at = time.monotonic() + ROUND_SECONDS
    answered = 0
    for payment in _lease(limit):
        answered += _ask_about(payment)
        if time.monotonic() >= ends_at:
            break
    return answered


def _ask_about(payment: Payment) -> bool:
    """Ask about an open payment; return whether there was an answer.

    One that has been open for too long is given up, after this last look.
    """
    try:
        check(payment)
    except ServiceFailed as failed:
        logger.warning("Nothing was learned of payment %s: %s", payment.key, failed)
        return False
    except PaymentRefused as refusal:
        logger.warning("The provider refuses payment %s: %s", payment.key, refusal)
    if payment.created_at < timezone.now() - GIVEN_UP_AFTER and _end(payment):
        logger.error("Payment %s is given up: the provider never closed it.", payment.key)
    return True


def book(provider: str, report: Report) -> Order:
    """Book what a gateway reports."""
    return payments.apply_event(provider=provider, **report._asdict())


def _take(payment: Payment, deadline: Deadline) -> None:
    """Capture what is authorized, unless nobody wants it any more."""
    if not Order.objects.filter(pk=payment.order_id, status=Order.Status.PENDING).exists():
        return
    try:
        report = gateways.call(payment.provider, lambda gateway: gateway.capture(payment.reference), deadline)
    except PaymentRefused as refusal:
        logger.warning("The capture of payment %s was refused: %s", payment.key, refusal)
    else:
        book(payment.provider, report)


@transaction.atomic
def _open(order: Order, by: Payer | None) -> Payment:
    order = status.lock(order.pk)
    if not order.is_payable:
        raise IllegalTransition(status_now=order.status, status_wanted=Order.Status.CONFIRMED)
    found = order.payments.filter(state=Payment.State.OPEN).first()
    return found or Payment.objects.create(
        order=order,
        provider=settings.PAYMENT_PROVIDER,
        key=f"{order.order_number}-{order.payments.count() + 1}",
        amount=order.total_amount - order.amount_captured() + order.amount_going_back(),
        next_check_at=timezone.now() + FIRST_LOOK,
        visitor=by.visitor if by else "",
        network=by.network if by else "",
    )


def _ask_for(payment: Payment, deadline: Deadline) -> Payment:
    """Ask the provider for the payment, and keep its answer."""
    order = payment.order
    charge = Charge(
        key=payment.key,
        order_number=order.order_number,
        amount=payment.amount,
        currency=order.currency,
        email=order.email,
        language=order.language,
        return_url=f"{settings.SITE_URL}{orders.returning_path(order)}",
    )
    started = gateways.call(payment.provider, lambda gateway: gateway.start(charge), deadline)
    Payment.objects.filter(pk=payment.pk).update(
        reference=started.reference, url=started.url, updated_at=timezone.now()
    )
    payment.reference, payment.url = started
    return payment


def _end(payment: Payment) -> bool:
    """Note that no more money can come of a payment, if it is open; return whether it was."""
    rows = Payment.objects.filter(pk=payment.pk, state=Payment.State.OPEN)
    return rows.update(state=Payment.State.CLOSED, next_check_at=None) == 1


@transaction.atomic
def _lease(limit: int) -> list[Payment]:
    """Take payments that are due, and put each off until its next look."""
    rows = Payment.objects.due().select_related("order").order_by("next_check_at")
    due = list(rows.select_for_update(of=("self",), skip_locked=True)[:limit])
    for payment in due:
        payment.next_check_at = timezone.now() + payment.patience()
        payment.checks = min(payment.checks + 1, 30)
    Payment.objects.bulk_update(due, ["next_check_at", "checks"])
    return due
