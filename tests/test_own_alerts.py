"""What passes its limit for long is told once, and so is its end, however many look and whatever dies."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from dbProject.incidents import announcing, recording, tasks, watching
from dbProject.incidents.models import Alert
from dbProject.metrics import services as metrics
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from dbProject.webhooks.tests.receivers import Receiver

pytestmark = pytest.mark.django_db
Rule = Alert.Rule


@pytest.fixture(autouse=True)
def _staff(settings):
    settings.STAFF_EMAIL = ["staff@example.com"]
    settings.ALERT_WEBHOOK_URL = ""


def told():
    """Return the subjects of what staff are told, in order."""
    events = OutboxEvent.objects.filter(task__startswith="dbProject.incidents").order_by("created_at")
    return [event.payload["subject"] for event in events]


def let_pass(*, minutes):
    for alert in Alert.objects.filter(ended_at=None):
        alert.began_at -= timedelta(minutes=minutes)
        alert.checked_at -= timedelta(minutes=minutes)
        alert.save()


def test_what_lasts_is_told_once_and_so_is_its_end_and_both_stay_in_the_history():
    watching.note(Rule.CPU, host="web-1", value=95)
    assert told() == []
    let_pass(minutes=5)
    for _ in range(3):
        watching.note(Rule.CPU, host="web-1", value=97)
    assert told() == ["Alert: Processor web-1"]

    for _ in range(3):
        watching.note(Rule.CPU, host="web-1", value=20)

    assert told() == ["Alert: Processor web-1", "Alert is over: Processor web-1"]
    alert = Alert.objects.get()
    assert (alert.value, alert.limit) == (97, 80)
    assert alert.told_at <= alert.ended_at


def test_what_does_not_last_is_not_told_and_leaves_nothing():
    watching.note(Rule.CPU, host="web-1", value=95)
    let_pass(minutes=4)
    watching.note(Rule.CPU, host="web-1", value=95)
    watching.note(Rule.CPU, host="web-1", value=50)

    assert told() == []
    assert not Alert.objects.exists()


def test_a_limit_that_is_reached_is_not_passed():
    watching.note(Rule.CPU, host="web-1", value=80)
    assert not Alert.objects.exists()


def test_each_machine_has_its_own_alerts():
    watching.note(Rule.SPACE, host="web-1", value=95)
    watching.note(Rule.SPACE, host="web-2", value=95)
    watching.note(Rule.SPACE, host="web-2", value=10)

    assert Alert.objects.get().host == "web-1"


def test_alerts_of_a_machine_that_is_gone_end(monkeypatch):
    watching.note(Rule.SPACE, host="gone", value=95)
    let_pass(minutes=5)
    watching.note(Rule.SPACE, host="gone", value=95)
    let_pass(minutes=61)
    monkeypatch.setattr(watching, "WATCHES", {})
    watching.check()

    assert told()[-1] == "Alert is over: Memory or disk gone"


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_once():
    watching.note(Rule.OUTBOX, value=100)
    let_pass(minutes=5)
    start = Barrier(2)

    def run():
        start.wait()
        watching.note(Rule.OUTBOX, value=100)
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told() == ["Alert: Outbox late"]


def test_killed_while_it_is_told_the_next_look_tells(monkeypatch):
    def die(*_, **__):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(announcing.outbox, "record", die)
        with pytest.raises(DatabaseError):
            watching.note(Rule.RECONCILE, value=2)

    watching.note(Rule.RECONCILE, value=2)
    assert told() == ["Alert: Books disagree"]


def steady(monkeypatch, *, errors_a_minute):
    """Let half an hour pass minute by minute, with so many errors in each, spread evenly."""
    moment = datetime(2026, 1, 5, 12, 3, 20, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    for _ in range(30):
        for _ in range(errors_a_minute):
            moment += timedelta(minutes=1) / errors_a_minute
            note_error()
        watching.note(Rule.ERRORS, value=watching.errors())


def note_error():
    try:
        raise RuntimeError
    except RuntimeError as error:
        recording.note(error, error_id=recording.new_id())


@pytest.mark.parametrize(
    ("errors_a_minute", "subjects"),
    [(6, ["New error: RuntimeError", "Alert: Error rate"]), (4, ["New error: RuntimeError"])],
)
def test_more_than_five_errors_a_minute_are_told_and_fewer_are_not(
    errors_a_minute, subjects, monkeypatch, settings
):
    settings.ERRORS_WRITTEN_PER_MINUTE = 1000

    steady(monkeypatch, errors_a_minute=errors_a_minute)

    assert told() == subjects


def test_the_figures_are_the_shops_own(monkeypatch, settings):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: recording.bucket_of(now))
    monkeypatch.setattr(watching.psutil, "cpu_percent", lambda interval: 12.5)
    metrics.note("reconcile_breaks", 3)
    settings.ERRORS_WRITTEN_PER_MINUTE = 1000
    for _ in range(20):
        note_error()
    OutboxEvent.objects.all().delete()
    outbox.record("orders.tasks.some", order_id=1)
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=90))

    found = {rule: watch.measure() for rule, watch in watching.WATCHES.items()}

    assert found[Rule.CPU] == 12.5
    assert 0 < found[Rule.SPACE] <= 100
    assert found[Rule.ERRORS] == 2
    assert found[Rule.OUTBOX] == pytest.approx(90, abs=30)
    assert found[Rule.RECONCILE] == 3


def test_what_cannot_be_measured_hides_nothing_else(monkeypatch):
    def unknown():
        raise OSError

    watches = {Rule.CPU: watching.Watch(unknown), Rule.RECONCILE: watching.Watch(lambda: 1.0)}
    monkeypatch.setattr(watching, "WATCHES", watches)
    tasks.check_alerts()

    assert told() == ["Alert: Books disagree"]


def test_before_the_first_reconciliation_there_is_nothing_to_say():
    assert watching.reconcile_breaks() is None


def test_the_webhook_is_told_in_slacks_format(settings):
    settings.STAFF_EMAIL = []
    with Receiver(200) as receiver:
        settings.ALERT_WEBHOOK_URL = receiver.url
        watching.note(Rule.RECONCILE, value=2)
        event = OutboxEvent.objects.get()
        tasks.post_notice(**event.payload, event_id=str(event.pk))

    ((_headers, body),) = receiver.told
    assert b"Alert: Books disagree" in body
    assert b"Value: 2.0, limit: 0.0" in body


def test_staff_see_what_is_and_what_was(staff_client):
    watching.note(Rule.RECONCILE, value=2)
    page = staff_client.get(reverse("admin:incidents_alert_changelist")).content.decode()
    assert "Books disagree" in page


def test_old_alerts_are_let_go_of_but_none_that_is_open(settings):
    watching.note(Rule.RECONCILE, value=2)
    watching.note(Rule.RECONCILE, value=0)
    Alert.objects.update(ended_at=timezone.now() - settings.ALERT_AGE - timedelta(days=1))
    watching.note(Rule.RECONCILE, value=2)

    assert watching.tidy() == 1
    assert Alert.objects.get().ended_at is None
