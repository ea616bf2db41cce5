"""Sending what is due: found in the database, leased, sent outside any transaction, and written down.

Whatever a killed worker had in hand is due again after its lease, under the same ``webhook-id``.
A worker has messages of many requests in hand: each attempt is observed as what follows from its own.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from celery.states import FAILURE, SUCCESS
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from dbProject import observation
from dbProject.observation import Observation
from dbProject.webhooks import sending, services, signing
from dbProject.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from dbProject.webhooks.sending import Outcome, Parcel

logger = logging.getLogger(__name__)
State = WebhookDelivery.State
LEASE = timedelta(seconds=60)
"""How long a worker has a delivery to itself: more than the receiver may take."""
PER_ENDPOINT = 10
"""Deliveries that one endpoint gets at the same time; one while it fails, so that it holds up no other."""
PAUSE_OF_OTHERS = timedelta(minutes=1)
"""How long a receiver that does not answer is left alone with all the rest, which counts as no attempt."""
ROUND_SECONDS = 40


def deliver_due(*, seconds: float = ROUND_SECONDS) -> int:
    """Send what is due, for about ``seconds``; return how many were taken. By several at once, repeatable."""
    ends_at = time.monotonic() + seconds
    taken = 0
    while due := _lease():
        with _observed(due) as seen:
            taken += _deliver(due, seen)
        if time.monotonic() >= ends_at:
            break
    return taken


@contextmanager
def _observed(due: list[WebhookDelivery]) -> Iterator[list[Observation]]:
    """Observe an attempt of each."""
    seen = [observation.follow_up(delivery.message) for delivery in due]
    try:
        yield seen
    finally:
        for attempt in seen:
            observation.end(attempt)


def _deliver(due: list[WebhookDelivery], seen: list[Observation]) -> int:
    """Send these at once; return how many were taken."""
    now = int(time.time())
    parcels = [_parcel(delivery, attempt, now) for delivery, attempt in zip(due, seen, strict=True)]
    outcomes = sending.send_all(parcel for parcel in parcels if parcel)
    taken = 0
    for delivery, attempt, parcel in zip(due, seen, parcels, strict=True):
        outcome = outcomes.pop(0) if parcel else Outcome(None, 0, error="its secret cannot be read")
        with observation.bound(attempt):
            taken += _note(delivery, outcome)
            _write_line(delivery, outcome)
        observation.conclude(attempt, status=SUCCESS if outcome.is_good else FAILURE)
    return taken


def _write_line(delivery: WebhookDelivery, outcome: Outcome) -> None:
    facts = {
        "webhook_id": delivery.message.public_id,
        "kind": delivery.message.kind,
        "endpoint": delivery.endpoint_id,
        "attempt": delivery.attempts,
        "status": outcome.status,
        "error": outcome.error,
        "duration_ms": outcome.milliseconds,
    }
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    logger.info("webhook", extra={"facts": known})


def _parcel(delivery: WebhookDelivery, attempt: Observation, timestamp: int) -> Parcel | None:
    body = delivery.message.body.encode()
    try:
        secrets = delivery.endpoint.secrets()
    except InvalidToken:
        return None
    headers = signing.headers(
        message_id=delivery.message.public_id, timestamp=timestamp, body=body, secrets=secrets
    )
    if attempt.traceparent:
        headers["traceparent"] = attempt.traceparent
    return Parcel(delivery.endpoint.url, headers, body, attempt)


@transaction.atomic
def _lease() -> list[WebhookDelivery]:
    """Take what is due of every endpoint, and put it off until the lease ends. Counted before it is sent."""
    waiting = WebhookDelivery.objects.due().filter(endpoint=OuterRef("pk"))
    endpoints = list(WebhookEndpoint.objects.filter(Exists(waiting)).values_list("pk", "failing_since"))
    found: list[WebhookDelivery] = []
    for endpoint, failing_since in endpoints:
        rows = WebhookDelivery.objects.due().filter(endpoint=endpoint).order_by("next_attempt_at", "pk")
        locked = rows.select_related("endpoint", "message").select_for_update(
            of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked
        )
        found += locked[: 1 if failing_since else PER_ENDPOINT]
    until = timezone.now() + LEASE
    WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in found]).update(
        attempts=F("attempts") + 1, next_attempt_at=until
    )
    for delivery in found:
        delivery.attempts += 1
    return found


@transaction.atomic
def _note(delivery: WebhookDelivery, outcome: Outcome) -> bool:
    """Write down how an attempt went, and what follows from it; return whether it was taken."""
    WebhookAttempt.objects.create(
        delivery=delivery,
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        response=outcome.response,
        error=outcome.error,
    )
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    now = timezone.now()
    if outcome.is_good:
        _move(delivery, State.DELIVERED, None)
        endpoint.exclude(failing_since=None).update(failing_since=None)
        return True
    endpoint.filter(failing_since=None).update(failing_since=now)
    if outcome.is_silence:
        others = WebhookDelivery.objects.due().filter(endpoint=delivery.endpoint_id)
        others.update(next_attempt_at=now + PAUSE_OF_OTHERS)
    pauses = settings.WEBHOOK_PAUSES
    if delivery.attempts > len(pauses):
        _move(delivery, State.GIVEN_UP, None)
    else:
        _move(delivery, State.WAITING, now + pauses[delivery.attempts - 1])
    said = outcome.error or f"HTTP {outcome.status}"
    if (
        outcome.status == sending.GONE
        or endpoint.filter(failing_since__lte=now - settings.WEBHOOK_DISABLED_AFTER).exists()
    ):
        services.switch_off(delivery.endpoint, because=said)
    return False


def _move(delivery: WebhookDelivery, state: str, next_attempt_at: object) -> None:
    """Move a delivery on, unless it is another's by now: taken is taken, whoever says it."""
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    if state != State.DELIVERED:
        rows = rows.filter(state=State.WAITING, attempts=delivery.attempts)
    rows.update(state=state, next_attempt_at=next_attempt_at, updated_at=timezone.now())
