"""``dbProject.outbox.services``, against a real broker."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from celery.signals import task_failure, task_unknown
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from deploy.servers import free_port, redis_bin

BEFORE = """
import os, signal, time
import django
django.setup()
from django.db import transaction
from dbProject.outbox import services as outbox
"""
TASK = "orders.tasks.send_order_confirmation_email"


def queued() -> int:
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen(current_app.conf.task_default_queue)


def in_a_process(story: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a ``story`` on this test's database in a process of its own."""
    database = connection.settings_dict
    url = "postgres://{USER}@{HOST}:{PORT}/{NAME}".format(**database)
    return subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", f"{BEFORE}{story}"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dbProject.settings.local", "DATABASE_URL": url}
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answers(port: int) -> bool:
    """Wait for a Redis that has just been started."""
    redis = Redis(port=port, retry=Retry(ConstantBackoff(0.05), 200))
    return bool(redis.ping())


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
@pytest.mark.django_db(transaction=True)
def test_a_relay_leaves_to_another_what_that_one_holds_and_does_not_wait():
    for number in range(3):
        OutboxEvent.objects.create(task=TASK, payload={"order_id": number})
    first = OutboxEvent.objects.earliest("due_at")

    def rival() -> int:
        try:
            return outbox.relay()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        OutboxEvent.objects.select_for_update().get(pk=first.pk)
        assert pool.submit(rival).result(timeout=1.5) == 2

    assert OutboxEvent.objects.get(attempts=0) == first


@pytest.mark.django_db
def test_a_backlog_is_handed_out_in_one_go():
    OutboxEvent.objects.bulk_create(OutboxEvent(task=TASK) for _ in range(2 * outbox.BATCH + 1))

    assert outbox.relay_all() == 2 * outbox.BATCH + 1


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
def test_poison_is_given_up_after_its_attempts_and_told_once(caplog):
    event = outbox.record(TASK, order_id=1)
    for _ in range(OutboxEvent.MOST_ATTEMPTS):
        make_due()
        assert outbox.relay_all() == 1
    assert list(outbox.parked()) == []  # the last attempt may still come to its end
    make_due()
    for _ in range(3):
        assert outbox.relay_all() == 0

    assert list(outbox.parked()) == [event]
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert f"gives up {TASK} {event.pk} after 8 attempts" in told.getMessage()


@pytest.mark.django_db
def test_the_database_refuses_a_ninth_attempt():
    event = outbox.record(TASK)

    with pytest.raises(IntegrityError, match="outbox_attempts_bounded"), transaction.atomic():
        OutboxEvent.objects.filter(pk=event.pk).update(attempts=9)


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_worker_writes_down_what_its_task_died_of():
    @current_app.task(name="tests.poison")
    def poison(**_):
        raise ZeroDivisionError("poison")

    failed = Event()
    task_failure.connect(lambda **_: failed.set(), weak=False, dispatch_uid="seen")
    with transaction.atomic():
        event = outbox.record("tests.poison")
    OutboxEvent.objects.update(attempts=OutboxEvent.MOST_ATTEMPTS - 1)
    try:
        with start_worker(current_app._get_current_object(), perform_ping_check=False):
            assert failed.wait(20)
    finally:
        task_failure.disconnect(dispatch_uid="seen")
        del current_app.tasks["tests.poison"]
    assert outbox.park() == 1

    event.refresh_from_db()
    assert (event.is_parked, event.last_error) == (True, "ZeroDivisionError: poison")


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempts", [0, OutboxEvent.MOST_ATTEMPTS - 1], ids=["first", "last"])
def test_what_a_worker_does_not_know_is_kept_for_one_that_does(attempts):
    with transaction.atomic():
        event = outbox.record("tests.of_the_next_release")
    OutboxEvent.objects.update(attempts=attempts)
    seen = Event()
    task_unknown.connect(lambda **_: seen.set(), weak=False, dispatch_uid="seen")
    try:
        with start_worker(current_app._get_current_object(), perform_ping_check=False):
            outbox.relay_all()
            assert seen.wait(20)
    finally:
        task_unknown.disconnect(dispatch_uid="seen")
    assert outbox.relay_all() == 0  # not the next one yet
    event.refresh_from_db()
    assert (event.last_error, event.is_parked) == (outbox.UNKNOWN, bool(attempts))

    @current_app.task(name="tests.of_the_next_release")
    def thank(**_):
        """Do nothing, where the task is known."""

    try:
        assert outbox.relay_all() == 1
        assert outbox.relay_all() == 0
    finally:
        del current_app.tasks["tests.of_the_next_release"]
    event.refresh_from_db()
    assert (event.attempts, event.is_parked, event.last_error) == (1, False, "")


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
    event = OutboxEvent.objects.create(task=TASK)
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
    OutboxEvent.objects.update(attempts=OutboxEvent.MOST_ATTEMPTS, parked_at=timezone.now())

    page = staff_client.get("/admin/outbox/outboxevent/?state=parked")
    assert "Given up" in page.content.decode()
    staff_client.post("/admin/outbox/outboxevent/", {"action": "try_again", "_selected_action": [event.pk]})

    assert outbox.parked().count() == 0
    assert outbox.relay() == 1


@pytest.mark.django_db
def test_the_outbox_knows_its_depth_age_and_what_it_gave_up():
    outbox.record(TASK, order_id=1)
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=90))
    OutboxEvent.objects.create(task=TASK, attempts=OutboxEvent.MOST_ATTEMPTS, parked_at=timezone.now())

    with CaptureQueriesContext(connection) as queries:
        figures = outbox.figures()

    assert len(queries) == 1
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
def test_what_staff_read_of_a_failure_names_nobody_and_opens_nothing():
    event = OutboxEvent.objects.create(task=TASK)

    outbox.fail(event.pk, "550 robin@example.com, see https://hooks.example.com/T0aB1cD2eF3gH4iJ5kL6mN7o")

    event.refresh_from_db()
    assert event.last_error == "550 [removed], see https://hooks.example.com/[removed]"


@pytest.mark.django_db
def test_an_event_is_claimed_by_one_consumer_at_a_time():
    event = outbox.record(TASK)

    assert outbox.claim(event.pk)
    assert not outbox.claim(event.pk)
    outbox.fail(event.pk, "the mail server is away")
    assert outbox.claim(event.pk)
    assert outbox.finish(event.pk)
    assert not outbox.claim(event.pk)
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
    assert asked == [outbox.RELAY]  # the breaker lets nobody else wait


@pytest.mark.django_db(transaction=True)
def test_a_crowd_of_commits_asks_for_the_relay_in_turn(monkeypatch, settings):
    settings.OUTBOX_POKE_SECONDS = 0.2
    asked, now = [], [1000.0]
    monkeypatch.setattr(outbox, "_last_poke", float("-inf"))
    monkeypatch.setattr(outbox, "poke", lambda: asked.append(now[0]))
    monkeypatch.setattr(outbox.time, "monotonic", lambda: now[0])
    for moment in (1000.0, 1000.1, 1000.25, 1000.4, 1005.0):
        now[0] = moment
        with transaction.atomic():
            outbox.record(TASK)

    assert asked == [1000.0, 1000.25, 1005.0]


@pytest.mark.django_db(transaction=True)
def test_an_event_belongs_into_the_transaction_of_its_change():
    with pytest.raises(transaction.TransactionManagementError):
        outbox.record(TASK)

    assert not OutboxEvent.objects.exists()


KILLED = """
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    outbox.record("task")
"""


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_commit_and_poke_loses_nothing():
    told = in_a_process(KILLED)

    assert (told.returncode, queued()) == (-signal.SIGKILL, 0)
    assert (outbox.relay(), queued()) == (1, 1)


HUNG = """
for _ in range(3):
    began = time.monotonic()
    with transaction.atomic():
        outbox.record("task")
    print(time.monotonic() - began)
"""


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_the_first_who_asks_its_time_limit_and_nobody_an_error(tmp_path):
    port = free_port()
    quiet = ("--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", "", "--appendonly", "no")
    with subprocess.Popen(  # noqa: S603 -- our own
        [redis_bin(), "--port", str(port), *quiet], stdout=subprocess.DEVNULL
    ) as redis:
        try:
            assert answers(port)
            redis.send_signal(signal.SIGSTOP)
            told = in_a_process(HUNG, CELERY_BROKER_URL=f"redis://127.0.0.1:{port}/0")
        finally:
            redis.kill()

    assert told.returncode == 0, told.stderr
    first, *others = map(float, told.stdout.split())
    assert 1 < first < 4  # 2 s, and what a busy machine adds
    assert max(others) < 1
    assert OutboxEvent.objects.count() == 3
