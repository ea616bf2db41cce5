"""Against those who try out stolen cards here: each declined card costs more time than the one before.

What was declined is read from the ledger, which books each answer once. Declines of an order, and of the
account or browser that began its payment, make that one wait, longer with each; the provider's page is
closed, so that the next try has to come through the shop. Declines from one network ask guests there to log
in, and hold up nobody who has, so that no stranger locks a customer out.
"""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from dbProject import security_log
from orders.errors import PaymentHeldUp
from orders.models import Order, Payment, PaymentEvent

Kind = PaymentEvent.Kind


class Payer(NamedTuple):
    """Who is about to pay: account or browser, and network, both as keyed hashes, empty if not known."""

    visitor: str
    network: str
    is_vouched_for: bool
    """Whether this is an account whose e-mail address is confirmed."""


def hashed(who: str) -> str:
    """Return what stands for somebody, the same each time; nothing for nobody."""
    return salted_hmac("orders.card_testing", who, algorithm="sha256").hexdigest()[:32] if who else ""


def refuse_if_held_up(order: Order, by: Payer) -> None:
    """Refuse a payment to whom declined cards hold up; two queries at most.

    Raises:
        PaymentHeldUp: They do.
    """
    if seconds := seconds_to_wait(order, visitor=by.visitor):
        security_log.note("payment_held_up", because="visitor", seconds=seconds)
        raise PaymentHeldUp(seconds=seconds, login_helps=False)
    if by.network and not by.is_vouched_for and _is_suspicious(by.network):
        security_log.note("payment_held_up", because="network")
        raise PaymentHeldUp(seconds=settings.CARD_TESTING["longest_wait"], login_helps=True)


def seconds_to_wait(order: Order, *, visitor: str) -> int:
    """Return how long ``visitor`` has to wait before they may pay ``order``; one query."""
    rule = settings.CARD_TESTING
    theirs = Q(order=order)
    if visitor:
        theirs |= Q(order__in=_begun(Q(visitor=visitor)))
    found = _answers().filter(theirs, kind=Kind.DECLINED).aggregate(count=Count("pk"), last=Max("created_at"))
    costly: int = found["count"] - rule["free_declines"]
    if costly <= 0:
        return 0
    wait = min(rule["first_wait"] * 2 ** min(costly - 1, 20), rule["longest_wait"])
    left: timedelta = found["last"] + timedelta(seconds=wait) - timezone.now()
    return max(0, math.ceil(left.total_seconds()))


def busy_networks() -> "QuerySet[Payment, str]":
    """Return the hashes of networks from which more cards were declined lately than cost nothing."""
    declined = Q(order__payment_events__kind=Kind.DECLINED, order__payment_events__created_at__gte=_since())
    networks = Payment.objects.filter(created_at__gte=_since()).exclude(network="").order_by()
    counted = networks.values("network").annotate(
        declines=Count("order__payment_events", filter=declined, distinct=True)
    )
    busy = counted.filter(declines__gt=settings.CARD_TESTING["free_declines"])
    return busy.values_list("network", flat=True)


def _is_suspicious(network: str) -> bool:
    rule = settings.CARD_TESTING
    found = (
        _answers()
        .filter(order__in=_begun(Q(network=network)), kind__in=[Kind.DECLINED, Kind.CAPTURED])
        .aggregate(all=Count("pk"), declined=Count("pk", filter=Q(kind=Kind.DECLINED)))
    )
    is_many: bool = found["declined"] >= rule["network_declines"]
    return is_many and found["declined"] >= rule["network_ratio"] * found["all"]


def _answers() -> "QuerySet[PaymentEvent]":
    return PaymentEvent.objects.filter(created_at__gte=_since())


def _begun(by: Q) -> "QuerySet[Payment, int]":
    """Return the orders for which somebody began a payment lately."""
    return Payment.objects.filter(by, created_at__gte=_since()).values_list("order", flat=True)


def _since() -> datetime:
    return timezone.now() - timedelta(seconds=settings.CARD_TESTING["window"])
