"""Staff are told of an error once, by mail and by a message."""

import json
from threading import Barrier, Thread

import pytest
from django.db import connection

from dbProject.incidents import announcing, services, tasks
from dbProject.incidents.models import ErrorGroup
from dbProject.webhooks.tests.receivers import Receiver
from tests.failing import fail, notices

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_are_told(settings):
    settings.STAFF_EMAIL = ["staff@example.com"]
    settings.ALERT_WEBHOOK_URL = "https://hooks.example.com/"


def test_a_new_error_is_told_once_and_again_when_it_is_back_after_it_was_resolved(staff_are_told):
    fail()
    fail()
    assert [event.task.rpartition(".")[2] for event in notices()] == ["send_notice_email", "post_notice"]

    services.resolve(ErrorGroup.objects.get())
    fail()
    fail()

    assert ErrorGroup.objects.get().state == "open"
    assert len(notices()) == 4
    assert notices()[0].payload["subject"] == "New error: RuntimeError"
    assert notices()[2].payload["subject"] == "An error is back: RuntimeError"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_counted_as_two_and_told_once(staff_are_told):
    start = Barrier(2)

    def run():
        start.wait()
        fail()
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ErrorGroup.objects.get().count == 2
    assert len(notices()) == 2  # one mail, one message


def test_what_is_ignored_is_counted_and_never_told(staff_are_told):
    fail()
    services.ignore(ErrorGroup.objects.get())
    fail()

    assert (ErrorGroup.objects.get().state, ErrorGroup.objects.get().count) == ("ignored", 2)
    assert len(notices()) == 2


def test_killed_before_it_is_told_the_next_one_tells(staff_are_told, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(announcing.outbox, "record", lambda *_, **__: 1 / 0)
        fail()
    assert not ErrorGroup.objects.exists()

    fail()
    assert len(notices()) == 2


def test_nobody_listens_and_nothing_is_recorded():
    fail()
    assert notices() == []


def test_staff_get_a_mail_with_a_link_once(staff_are_told, mailoutbox):
    error_id = fail()
    event = notices()[0]
    for _ in range(2):
        tasks.send_notice_email(**event.payload, event_id=str(event.pk))

    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == (["staff@example.com"], "New error: RuntimeError")
    assert error_id in letter.body
    assert f"/admin/incidents/errorgroup/{ErrorGroup.objects.get().pk}/change/" in letter.body


def test_the_webhook_gets_a_message_in_slacks_format_once(staff_are_told, settings):
    fail()
    event = notices()[1]
    with Receiver(200) as receiver:
        settings.ALERT_WEBHOOK_URL = receiver.url
        for _ in range(2):
            tasks.post_notice(**event.payload, event_id=str(event.pk))

    ((headers, body),) = receiver.told
    assert headers["content-type"] == "application/json"
    assert headers["idempotency-key"] == str(event.pk)
    text = json.loads(body)["text"]
    assert text.startswith("*Marlow &amp; Finch: New error: RuntimeError*\n")
    assert "tests/failing.py:fail" in text


def test_a_webhook_that_refuses_is_asked_again_later_and_makes_no_error_of_its_own(
    staff_are_told, settings, connection_stays
):
    fail()
    event = notices()[1]
    with Receiver(500) as receiver:
        settings.ALERT_WEBHOOK_URL = receiver.url
        tasks.post_notice.apply(kwargs={**event.payload, "event_id": str(event.pk)})

    event.refresh_from_db()
    assert (event.finished_at, event.claimed_until) == (None, None)
    assert event.last_error == "HTTPError: The webhook answered 500"
    assert ErrorGroup.objects.count() == 1
