"""Messages of payment providers: kept once, answered at once, booked through the outbox."""

import logging
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from dbProject.outbox import services as outbox
from orders import gateways
from orders.errors import PaymentRefused, UnknownOrder
from orders.models import PaymentWebhook
from orders.services import payments

logger = logging.getLogger(__name__)


def receive(provider: str, *, body: bytes, headers: Mapping[str, str]) -> bool:
    """Keep a message of ``provider`` and have it booked; return whether it is new.

    Raises:
        WebhookRefused: Its signature is wrong, or its time is not now.
    """
    message = gateways.gateway(provider).parse_webhook(body, headers)
    told = message.report
    report = {**told._asdict(), "amount": str(told.amount)} if told else None
    with transaction.atomic():
        kept, is_new = PaymentWebhook.objects.get_or_create(
            provider=provider,
            event_id=message.event_id,
            defaults={"body": body.decode(errors="replace"), "report": report},
        )
        if is_new and report:
            outbox.record("orders.tasks.apply_payment_webhook", webhook_id=kept.pk)
    return is_new


@transaction.atomic
def apply(*, webhook_id: int, event_id: str) -> None:
    """Book what a message says, as consumer of the outbox. Safe to repeat."""
    if not outbox.finish(event_id):
        return
    kept = PaymentWebhook.objects.get(pk=webhook_id)
    report = dict(kept.report or {})
    report["amount"] = Decimal(report["amount"])
    try:
        payments.apply_event(provider=kept.provider, **report)
    except (UnknownOrder, PaymentRefused) as refusal:
        logger.warning("A webhook of %s was not booked: %s %s", kept.provider, kept.event_id, refusal)
