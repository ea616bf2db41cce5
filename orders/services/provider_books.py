"""Our ledger of money against the payment provider's own: to the cent, in both directions."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dbProject.resilience import ServiceFailed
from orders import gateways
from orders.gateways import Report
from orders.models import Payment, PaymentEvent
from orders.services import status
from products.services.reconciliation import Break

OURS = timedelta(days=3)
"""How far back our ledger is compared."""
THEIRS = timedelta(days=10)
"""How far back the provider is asked: what moved there may have reached us days later."""
Kind = PaymentEvent.Kind


def disagreements() -> Iterable[Break]:
    """Yield what moved at the provider and is not in our ledger, or otherwise, or with another amount.

    What is still on its way is no disagreement: money of a payment that is open, which the poller asks
    about, and a refund that is due here and whose answer has not come.
    """
    provider = settings.PAYMENT_PROVIDER
    since = timezone.now() - THEIRS
    try:
        theirs = gateways.call(provider, lambda gateway: list(gateway.movements(since)))
    except ServiceFailed as failed:
        yield Break("provider", provider, f"not compared: {failed}")
        return
    moved = PaymentEvent.objects.filter(provider=provider, kind__in=[Kind.CAPTURED, Kind.REFUNDED])
    told = {report.event_id: report for report in theirs}
    booked = {event.event_id: event for event in moved.filter(event_id__in=told)}
    on_their_way = _on_their_way(provider)
    for report in theirs:
        event = booked.get(report.event_id)
        if event is None and not _is_on_its_way(report, on_their_way):
            yield _break(
                report.order_number, f"{report.kind} {report.amount} at {provider}, not here", report.event_id
            )
        elif event and (event.kind, event.amount) != (report.kind, report.amount):
            yield _break(
                report.order_number, f"{event.amount} here, {report.amount} at {provider}", report.event_id
            )
    recent = moved.filter(payment__isnull=False, created_at__gte=timezone.now() - OURS)
    for event in recent.exclude(event_id__in=told).select_related("order"):
        yield _break(
            event.order.order_number, f"{event.kind} {event.amount} here, not at {provider}", event.event_id
        )


def _on_their_way(provider: str) -> tuple[set[str], set[str]]:
    """Return the orders that a payment is open of, and the keys of refunds that are due."""
    waiting = Payment.objects.filter(provider=provider, state=Payment.State.OPEN)
    due = PaymentEvent.objects.filter(provider=provider, kind=Kind.REFUND_DUE)
    recent = due.filter(created_at__gte=timezone.now() - THEIRS)
    return (
        set(waiting.values_list("order__order_number", flat=True)),
        {status.refund_key(event) for event in recent},
    )


def _is_on_its_way(report: Report, on_their_way: tuple[set[str], set[str]]) -> bool:
    orders, refunds = on_their_way
    return report.order_number in orders if report.kind == Kind.CAPTURED else report.event_id in refunds


def _break(order_number: str, detail: str, event_id: str) -> Break:
    return Break("provider", order_number, f"{detail} ({event_id})")
