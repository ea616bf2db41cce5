"""The transactional outbox: record with the change, relay after it, finish with the effect.

The row is the truth and the broker only a courier. Whatever is recorded and not finished becomes due again,
so a killed process or an emptied Redis loses nothing.

A consumer whose effect is in our database calls :func:`finish` first, in the transaction of the effect. One
whose effect leaves the machine calls :func:`claim`, acts outside any transaction, then calls :func:`finish`.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from dbProject import observation, redaction, resilience
from dbProject.outbox.models import OutboxEvent, OutboxEventQuerySet

logger = logging.getLogger(__name__)

BATCH = 100
"""Events that a relay takes at once."""
OVERDUE = timedelta(hours=1)
"""How late an event may be handed out; alerts ring long before."""
KEPT = timedelta(days=30)
"""How long finished rows are kept."""
AT_ONCE = 1_000
"""Finished rows that one call removes."""
RELAY = "dbProject.outbox.tasks.relay_outbox"
UNKNOWN = "NotRegistered: a worker of another release got it. One that knows this task takes it up again."
"""What stands beside an event whose task its worker did not know, as after going back to a release before."""
ROUND_SECONDS = 20
"""How long one task goes on while there is more to hand out."""
_last_poke = float("-inf")


class Figures(NamedTuple):
    """How the outbox is doing: rows that wait, seconds that the oldest has been due, rows given up."""

    depth: int
    age_seconds: float
    parked: int


def record(task: str, *, private: Mapping[str, Any] | None = None, **payload: Any) -> OutboxEvent:
    """Write down, inside the caller's transaction, that ``task`` has to run with ``payload``.

    However much one transaction records, it pokes once.

    Args:
        private: What neither the broker nor staff are to read, such as a code that opens an account; the
            consumer asks for it (:func:`private_of`), and it is gone with the event's end.
    """
    _insist_on_a_transaction()
    began = time.perf_counter()
    event = OutboxEvent.objects.create(task=task, payload=payload, private=private, **observation.origin())
    observation.count_step("outbox", began, task=task)
    _poke_after_commit()
    return event


def record_each(task: str, payloads: Iterable[Mapping[str, Any]]) -> int:
    """Write down likewise that ``task`` has to run with each of ``payloads``; one query. Return how many."""
    _insist_on_a_transaction()
    origin = observation.origin()
    events = OutboxEvent.objects.bulk_create(
        OutboxEvent(task=task, payload=one, **origin) for one in payloads
    )
    if events:
        _poke_after_commit()
    return len(events)


def poke(task: str = RELAY) -> None:
    """Ask for a relay now, or for what else the schedule asks for every few seconds: a failure loses nothing.

    A broker that hangs costs its socket's timeout (2 s), and only the first who asks: then the breaker opens.
    """
    breaker = resilience.breaker("broker", trips_on=(OperationalError, OSError), failures=1)
    with suppress(OperationalError, OSError, resilience.CircuitOpen), breaker.guard():
        current_app.send_task(task, retry=False)


def relay_all() -> int:
    """Relay until nothing is due, for about 20 s; give up what is spent. Return how many were accepted."""
    ends_at = time.monotonic() + ROUND_SECONDS
    take_up()
    park()
    accepted = taken = relay()
    while taken == BATCH and time.monotonic() < ends_at:
        taken = relay()
        accepted += taken
    return accepted


def relay(*, limit: int = BATCH) -> int:
    """Hand at most ``limit`` due events to Celery; return how many the broker accepted.

    Any number of relays may run at once. Each publishes outside any transaction, and a broker that is away
    costs no attempt: the rows are due again after the lease.
    """
    accepted = []
    for event in _lease(limit):
        try:
            current_app.send_task(
                event.task,
                kwargs={**event.payload, "event_id": str(event.pk)},
                headers=observation.headers_of(event),
                retry=False,
            )
        except (OperationalError, OSError) as away:
            logger.warning("The broker takes no events: %s", away)
            break
        accepted.append(event)
    _count(accepted)
    return len(accepted)


def park() -> int:
    """Give up what has had its attempts, and tell each once; return how many. Repeatable."""
    parked = 0
    for event in OutboxEvent.objects.spent():
        if OutboxEvent.objects.spent().filter(pk=event.pk).update(parked_at=timezone.now()):
            logger.error(
                "The outbox gives up %s %s after %d attempts: %s",
                *(event.task, event.pk, event.attempts, event.last_error or "no error was told"),
            )
            parked += 1
    return parked


def take_up() -> int:
    """Make due, with all its attempts, what a worker did not know and this one knows; return how many.

    Repeatable. So what a newer release has left behind is done as soon as it is there again.
    """
    left = OutboxEvent.objects.unfinished().filter(last_error=UNKNOWN, task__in=list(current_app.tasks))
    return left.update(attempts=0, parked_at=None, due_at=timezone.now(), last_error="")


def claim(event_id: UUID | str) -> bool:
    """Reserve an event whose effect leaves the machine; false if it is finished or another has it.

    It lasts for ``OUTBOX_CLAIM_SECONDS``, which no consumer outlives.
    """
    until = timezone.now() + timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS)
    return OutboxEvent.objects.unclaimed().filter(pk=event_id).update(claimed_until=until) == 1


def finish(event_id: UUID | str) -> bool:
    """Mark an event as done; true the first time only.

    A rival waits for the row, then learns that it came second.
    """
    rows = OutboxEvent.objects.unfinished().filter(pk=event_id)
    return rows.update(finished_at=timezone.now(), private=None) == 1


def private_of(event_id: UUID | str) -> Mapping[str, Any] | None:
    """Return what was recorded for the consumer's eyes only; none if the event is finished."""
    rows = OutboxEvent.objects.unfinished().filter(pk=event_id)
    found: Mapping[str, Any] | None = rows.values_list("private", flat=True).first()
    return found


def fail(event_id: UUID | str, error: str) -> None:
    """Write down why an attempt failed, and take back its claim so that the next may begin.

    Staff read it, so what opens something or says who somebody is is taken out of it.
    The event is due again when the outbox's patience is over; after its last attempt it is parked at once.
    """
    rows = OutboxEvent.objects.unfinished().filter(pk=event_id)
    rows.update(last_error=redaction.redacted(error)[:500], claimed_until=None)
    rows.filter(attempts__gte=OutboxEvent.MOST_ATTEMPTS).update(due_at=timezone.now())


@transaction.atomic
def release(event: OutboxEvent) -> bool:
    """Give a parked event its attempts again, as staff may; false if it is not parked. Repeatable."""
    rows = OutboxEvent.objects.parked().filter(pk=event.pk)
    is_released = rows.update(attempts=0, parked_at=None, due_at=timezone.now(), claimed_until=None) == 1
    if is_released:
        _poke_after_commit()
    return is_released


def forget(email: str) -> int:
    """Remove mails that wait for an address, and where else it stands; return how many rows. Repeatable."""
    stands_in_payload = Q(payload__icontains=f'"{email}"')  # the whole text: others end like it
    unsent = OutboxEvent.objects.filter(Q(private__to=email) | stands_in_payload).delete()[0]
    return unsent + OutboxEvent.objects.filter(last_error__icontains=email).update(last_error="")


def tidy() -> int:
    """Remove rows that were finished long ago; return how many. Repeatable."""
    old = OutboxEvent.objects.filter(finished_at__lt=timezone.now() - KEPT).order_by("finished_at")
    return OutboxEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]


def parked() -> OutboxEventQuerySet:
    """Return what was given up."""
    return OutboxEvent.objects.parked()


def overdue() -> OutboxEventQuerySet:
    """Return what has been due for so long that nobody can be handing it out."""
    return OutboxEvent.objects.waiting().filter(due_at__lt=timezone.now() - OVERDUE)


def figures() -> Figures:
    """Measure the outbox; one query."""
    now = timezone.now()
    waiting = Q(parked_at=None)
    found = OutboxEvent.objects.unfinished().aggregate(
        depth=Count("pk", filter=waiting),
        oldest=Min("due_at", filter=waiting),
        parked=Count("pk", filter=~waiting),
    )
    age = max(0.0, (now - found["oldest"]).total_seconds()) if found["oldest"] else 0.0
    return Figures(depth=found["depth"], age_seconds=age, parked=found["parked"])


@transaction.atomic
def _lease(limit: int) -> list[OutboxEvent]:
    rows = OutboxEvent.objects.due().order_by("due_at").select_for_update(skip_locked=True)
    events = list(rows[:limit])
    until = timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(due_at=until)
    return events


def _count(events: list[OutboxEvent]) -> None:
    """Write down that a broker has accepted these; one UPDATE for each number of attempts so far."""
    events.sort(key=attrgetter("attempts"))
    for attempts, alike in groupby(events, key=attrgetter("attempts")):
        batch = list(alike)
        rows = OutboxEvent.objects.filter(pk__in=[event.pk for event in batch], attempts=attempts)
        rows.update(attempts=attempts + 1, due_at=timezone.now() + batch[0].patience())


def _insist_on_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs into the transaction of the change")


def _poke_after_commit() -> None:
    waiting = transaction.get_connection().run_on_commit
    if _poke_in_turn not in [function for _points, function, _robust in waiting]:
        transaction.on_commit(_poke_in_turn, robust=True)


def _poke_in_turn() -> None:
    """Poke, unless this process just has: while much is recorded, the next one finds what this one left.

    Only the last of a crowd waits for the schedule. Two threads at once poke twice, which harms nothing.
    """
    global _last_poke
    now = time.monotonic()
    if now - _last_poke >= settings.OUTBOX_POKE_SECONDS:
        _last_poke = now
        poke()
