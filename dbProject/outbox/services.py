"""The transactional outbox: record with the change, relay after it, finish with the effect.

The row is the truth and the broker only a courier. Whatever is recorded and not finished becomes due again,
so a killed process or an emptied Redis loses nothing.

A consumer whose effect is in our database calls :func:`finish` first, in the transaction of the effect. One
whose effect leaves the machine calls :func:`claim`, acts outside any transaction, then calls :func:`finish`.
"""

import logging
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from dbProject import resilience
from dbProject.outbox.models import OutboxEvent, OutboxEventQuerySet

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long one relay keeps a row to itself; a broker says no within 2 s."""
KEPT = timedelta(days=30)
"""How long finished rows are kept."""
AT_ONCE = 1_000
"""Finished rows that one call removes."""
RELAY = "dbProject.outbox.tasks.relay_outbox"


class Figures(NamedTuple):
    """How the outbox is doing: rows that wait, seconds that the oldest has been due, rows given up."""

    depth: int
    age_seconds: float
    parked: int


def record(task: str, **payload: Any) -> OutboxEvent:
    """Write down, inside the caller's transaction, that ``task`` has to run with ``payload``."""
    event = OutboxEvent.objects.create(task=task, payload=payload)
    if poke not in [function for _points, function, _robust in transaction.get_connection().run_on_commit]:
        transaction.on_commit(poke)
    return event


def poke() -> None:
    """Ask for a relay now. If that fails the schedule asks within 5 s, so a broker that is away costs little.

    While the breaker says that it is away, nothing is asked and nothing is waited for.
    """
    breaker = resilience.breaker("broker", trips_on=(OperationalError, OSError))
    try:
        with breaker.guard():
            current_app.send_task(RELAY, retry=False)
    except (OperationalError, OSError, resilience.CircuitOpen):
        logger.warning("The broker is away; the outbox is relayed by the schedule.")


def relay(*, limit: int = 100) -> int:
    """Hand at most ``limit`` due events to Celery; return how many the broker accepted.

    Any number of relays may run at once. Each publishes outside any transaction, and a broker that is away
    costs no attempt: the rows are due again after the lease.
    """
    accepted = 0
    for event in _lease(limit):
        try:
            current_app.send_task(
                event.task, kwargs={**event.payload, "event_id": str(event.pk)}, retry=False
            )
        except (OperationalError, OSError):
            break
        due_at = timezone.now() + event.patience()
        rows = OutboxEvent.objects.filter(pk=event.pk, attempts=event.attempts)
        rows.update(attempts=F("attempts") + 1, due_at=due_at)
        accepted += 1
        if event.attempts + 1 == OutboxEvent.MOST_ATTEMPTS:
            logger.error("The outbox hands out %s for the last time: %s", event.task, event.pk)
    return accepted


def claim(event_id: UUID | str, *, seconds: int) -> bool:
    """Reserve an event whose effect leaves the machine; false if it is finished or another has it."""
    until = timezone.now() + timedelta(seconds=seconds)
    return OutboxEvent.objects.unclaimed().filter(pk=event_id).update(claimed_until=until) == 1


def finish(event_id: UUID | str) -> bool:
    """Mark an event as done; true the first time only.

    A rival waits for the row, then learns that it came second.
    """
    return OutboxEvent.objects.unfinished().filter(pk=event_id).update(finished_at=timezone.now()) == 1


def release(event: OutboxEvent) -> bool:
    """Give a parked event its attempts again, as staff may; false if it is not parked. Repeatable."""
    parked = OutboxEvent.objects.unfinished().filter(pk=event.pk, attempts__gte=OutboxEvent.MOST_ATTEMPTS)
    return parked.update(attempts=0, due_at=timezone.now(), claimed_until=None) == 1


def tidy() -> int:
    """Remove rows that were finished long ago; return how many. Repeatable."""
    old = OutboxEvent.objects.filter(finished_at__lt=timezone.now() - KEPT).order_by("finished_at")
    return OutboxEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]


def parked() -> OutboxEventQuerySet:
    """Return what was given up."""
    return OutboxEvent.objects.parked()


def figures() -> Figures:
    """Measure the outbox; one query."""
    now = timezone.now()
    waiting = Q(attempts__lt=OutboxEvent.MOST_ATTEMPTS)
    found = OutboxEvent.objects.unfinished().aggregate(
        depth=Count("pk", filter=waiting),
        oldest=Min("due_at", filter=waiting & Q(due_at__lte=now)),
        parked=Count("pk", filter=~waiting),
    )
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return Figures(depth=found["depth"], age_seconds=age, parked=found["parked"])


@transaction.atomic
def _lease(limit: int) -> list[OutboxEvent]:
    rows = OutboxEvent.objects.due().order_by("due_at").select_for_update(skip_locked=True)
    events = list(rows[:limit])
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(due_at=timezone.now() + LEASE)
    return events
