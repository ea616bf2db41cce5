"""``dbProject.outbox.services``, against a real broker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent

TASK = "orders.tasks.send_order_confirmation_email"


def queued() -> int:
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen(current_app.conf.task_default_queue)


def make_due() -> None:
    OutboxEvent.objects.update(due_at=timezone.now())


@pytest.mark.django_db
def test_an_event_of_a_rolled_back_change_never_was():
    with transaction.atomic():
        outbox.record(TASK, order_id=1)
        transaction.set_rollback(True)

    assert outbox.relay() == 0


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_relays_at_once_hand_out_each_event_once():
    with transaction.atomic():
        OutboxEvent.objects.bulk_create(OutboxEvent(task=TASK, payload={"order_id": n}) for n in range(40))

    def relay(_) -> int:
        try:
            return outbox.relay(limit=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        accepted = sum(pool.map(relay, range(8)))

    assert (accepted, queued()) == (40, 40)


@pytest.mark.integration
@pytest.mark.django_db
def test_what_an_emptied_broker_lost_is_handed_out_again():
    outbox.record(TASK, order_id=1)
    assert outbox.relay() == 1
    current_app.control.purge()
    assert (queued(), outbox.relay()) == (0, 0)  # still trusting the broker

    make_due()

    assert (outbox.relay(), queued()) == (1, 1)


@pytest.mark.django_db
def test_poison_is_given_up_after_its_attempts():
    event = outbox.record(TASK, order_id=1)
    for _ in range(OutboxEvent.MOST_ATTEMPTS):
        make_due()
        assert outbox.relay() == 1
    make_due()

    assert outbox.relay() == 0
    assert list(outbox.parked()) == [event]


@pytest.mark.django_db
def test_a_broker_that_is_away_costs_no_attempt(monkeypatch):
    def refuse(*_, **__):
        raise OperationalError

    event = outbox.record(TASK, order_id=1)
    monkeypatch.setattr(current_app, "send_task", refuse)

    assert outbox.relay() == 0

    event.refresh_from_db()
    assert (event.attempts, event.due_at > timezone.now()) == (0, True)


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_rival_consumers_apply_the_effect_once():
    event = outbox.record(TASK)
    tally = OutboxEvent.objects.create(task="tally")

    def consume(_) -> None:
        try:
            with transaction.atomic():
                if outbox.finish(event.pk):
                    OutboxEvent.objects.filter(pk=tally.pk).update(attempts=F("attempts") + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(consume, range(8)))

    tally.refresh_from_db()
    assert tally.attempts == 1


@pytest.mark.django_db
def test_staff_may_try_again_what_was_given_up(staff_client):
    event = outbox.record(TASK, order_id=1)
    OutboxEvent.objects.update(attempts=OutboxEvent.MOST_ATTEMPTS, due_at=timezone.now())

    page = staff_client.get("/admin/outbox/outboxevent/?state=parked")
    assert "Given up" in page.content.decode()
    staff_client.post("/admin/outbox/outboxevent/", {"action": "try_again", "_selected_action": [event.pk]})

    assert outbox.parked().count() == 0
    assert outbox.relay() == 1


@pytest.mark.django_db
def test_the_outbox_knows_its_depth_age_and_what_it_gave_up():
    outbox.record(TASK, order_id=1)
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=90))
    OutboxEvent.objects.create(task=TASK, attempts=OutboxEvent.MOST_ATTEMPTS)

    figures = outbox.figures()

    assert (figures.depth, figures.parked) == (1, 1)
    assert 90 <= figures.age_seconds < 120


@pytest.mark.django_db
def test_what_was_finished_long_ago_is_removed():
    old, new = outbox.record(TASK), outbox.record(TASK)
    for event in (old, new):
        assert outbox.finish(event.pk)
    OutboxEvent.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))

    assert outbox.tidy() == 1
    assert OutboxEvent.objects.get() == new


@pytest.mark.django_db
def test_an_event_is_claimed_by_one_consumer_at_a_time():
    event = outbox.record(TASK)

    assert outbox.claim(event.pk, seconds=30)
    assert not outbox.claim(event.pk, seconds=30)
    assert outbox.finish(event.pk)
    assert not outbox.finish(event.pk)


@pytest.mark.django_db
def test_one_transaction_pokes_once_and_a_broker_that_is_away_costs_no_error(
    monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def refuse(name, **_):
        asked.append(name)
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            outbox.record(TASK, order_id=number)

    assert asked == [outbox.RELAY]
    for _ in range(10):
        outbox.poke()
    assert len(asked) == 5  # then the breaker lets nobody wait
