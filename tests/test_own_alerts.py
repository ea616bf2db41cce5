"""What passes its limit for long is told once, and so is its end, however many look and whatever dies."""

import socket
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from dbProject import batches
from dbProject.incidents import announcing, machines, recording, tasks, watching
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


def let_pass(*, minutes, looked=True):
    """Let time pass in which somebody looks every minute, or in which nobody does."""
    for alert in Alert.objects.filter(ended_at=None):
        alert.began_at -= timedelta(minutes=minutes)
        alert.checked_at -= timedelta(minutes=1 if looked else minutes)
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
    let_pass(minutes=61, looked=False)
    monkeypatch.setattr(watching, "WATCHES", {})
    watching.check()

    assert told()[-1] == "Alert is over: Memory or disk gone"


# While nobody looks


def test_what_was_above_its_limit_before_nobody_looked_has_to_last_anew():
    watching.note(Rule.CPU, host="web-1", value=95)
    let_pass(minutes=60, looked=False)
    watching.note(Rule.CPU, host="web-1", value=95)
    assert timezone.now() - Alert.objects.get().began_at < timedelta(minutes=1)
    let_pass(minutes=4)
    watching.note(Rule.CPU, host="web-1", value=95)
    assert told() == []

    let_pass(minutes=1)
    watching.note(Rule.CPU, host="web-1", value=95)

    assert told() == ["Alert: Processor web-1"]


def test_a_look_that_comes_late_counts():
    for _ in range(3):
        watching.note(Rule.CPU, host="web-1", value=95)
        let_pass(minutes=2.5, looked=False)
    watching.note(Rule.CPU, host="web-1", value=95)

    assert told() == ["Alert: Processor web-1"]


@pytest.mark.parametrize(("minutes", "rows"), [(50, 1), (70, 2)])
def test_what_was_told_is_not_told_again_however_long_nobody_looked(minutes, rows):
    watching.note(Rule.RECONCILE, value=2)
    let_pass(minutes=minutes, looked=False)
    watching.note(Rule.RECONCILE, value=2)
    let_pass(minutes=1)
    watching.note(Rule.RECONCILE, value=0)

    assert told() == ["Alert: Books disagree", "Alert is over: Books disagree"]
    lasted = [alert.ended_at - alert.began_at < timedelta(minutes=2) for alert in Alert.objects.all()]
    assert lasted == [rows == 2] * rows  # of the time in between nobody knows


# Machines


class Machine:
    """A machine that its processes look at; ``pass_a_minute`` of which it works so many percent."""

    def __init__(self, monkeypatch, settings, name):
        settings.MACHINE_NAME = name
        self._monkeypatch = monkeypatch
        self._seconds, self._busy = 0.0, 0.0
        self._processes = {}
        self._show()

    def _show(self):
        times = CpuTimes(user=self._busy, idle=4 * self._seconds - self._busy)
        self._monkeypatch.setattr(machines.psutil, "cpu_times", lambda: times)
        self._monkeypatch.setattr(machines, "monotonic", lambda: self._seconds)

    def pass_a_minute(self, *, percent):
        self._seconds += 60
        self._busy += 4 * 60 * percent / 100
        self._show()

    def look(self, process=1):
        machines._last = self._processes.get(process)
        machines.look()
        self._processes[process] = machines._last


CpuTimes = namedtuple("CpuTimes", "user idle")


@pytest.fixture
def noted(monkeypatch):
    """What was said of machines, as (machine, percent of its processors)."""
    said = []

    def note(rule, *, value, host=""):
        if rule == Rule.CPU:
            said.append((host, value))

    monkeypatch.setattr(watching, "note", note)
    yield said
    machines.forget()


def test_every_process_looks_by_itself_once_it_counts():
    assert machines.look in batches._writers


def test_a_machine_says_once_a_minute_how_busy_it_was_however_many_processes_it_has(
    monkeypatch, settings, noted
):
    machine = Machine(monkeypatch, settings, "web-2")
    for percent in (90, 30):
        for process in (1, 2, 3):
            machine.look(process)
            machine.look(process)
        machine.pass_a_minute(percent=percent)
        for process in (2, 1, 3):
            machine.look(process)
        cache.clear()  # a minute has passed there too

    assert noted == [("web-2", 90), ("web-2", 30)]


def test_each_machine_speaks_for_itself_and_is_named(monkeypatch, settings):
    monkeypatch.setattr(machines, "space", lambda: 50.0)
    for name, percent in (("web-1", 20), ("web-2", 90)):
        machine = Machine(monkeypatch, settings, name)
        machine.look()
        for _ in range(2):
            machine.pass_a_minute(percent=percent)
            machine.look()
            cache.clear()
            let_pass(minutes=5)
    machines.forget()

    assert told() == ["Alert: Processor web-2"]


def test_without_the_cache_every_process_says_it(monkeypatch, settings, noted):
    monkeypatch.setattr(machines.cache, "add", lambda *_: None)  # what a Redis that is away answers
    machine = Machine(monkeypatch, settings, "web-2")
    for process in (1, 2):
        machine.look(process)
    machine.pass_a_minute(percent=90)
    for process in (1, 2):
        machine.look(process)

    assert noted == [("web-2", 90)] * 2


def test_this_machine_has_figures_and_a_name():
    before = machines.processors()

    assert 0 < before.busy < before.all <= machines.processors().all
    assert 0 < machines.space() <= 100
    assert machines.name() == socket.gethostname()[:100]


# At once, and killed


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
    metrics.note("reconcile_breaks", 3)
    settings.ERRORS_WRITTEN_PER_MINUTE = 1000
    for _ in range(20):
        note_error()
    OutboxEvent.objects.all().delete()
    outbox.record("orders.tasks.some", order_id=1)
    OutboxEvent.objects.update(due_at=timezone.now() - timedelta(seconds=90))

    found = {rule: measure() for rule, measure in watching.WATCHES.items()}

    assert found[Rule.ERRORS] == 2
    assert found[Rule.OUTBOX] == pytest.approx(90, abs=30)
    assert found[Rule.RECONCILE] == 3


def test_what_cannot_be_measured_hides_nothing_else(monkeypatch):
    def unknown():
        raise OSError

    monkeypatch.setattr(watching, "WATCHES", {Rule.OUTBOX: unknown, Rule.RECONCILE: lambda: 1.0})
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
