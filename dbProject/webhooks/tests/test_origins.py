"""An attempt belongs to the request that there is something to tell of, whoever sends it."""

import pytest

from dbProject import observation
from dbProject.outbox.models import OutboxEvent
from dbProject.webhooks import delivering
from dbProject.webhooks.models import WebhookEndpoint, WebhookMessage
from dbProject.webhooks.tests.receivers import Receiver, later, listens, publish
from tests.observing import observed

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_each_attempt_belongs_to_the_request_that_there_is_something_to_tell_of(
    receiver, log_lines, settings
):
    settings.STAFF_EMAIL = ["staff@example.com"]
    receiver.answers = [500, 500, 204]
    listens(receiver)
    traces = {"of-ada": f"00-{'ab' * 16}-{'cd' * 8}-01", "of-ben": ""}
    for request_id, traceparent in traces.items():
        with observed(request_id, traceparent=traceparent):
            publish()
    with observed("of-the-clock") as clock:
        delivering.deliver_due()
        later(minutes=2)
        WebhookEndpoint.objects.update(failing_since=None)
        delivering.deliver_due()
        assert clock.request_id == "of-the-clock"
        assert clock.queries > 4

    names = {message.public_id: message.request_id for message in WebhookMessage.objects.all()}
    lines = [line for line in log_lines() if line["event"] == "webhook"]
    assert sorted(names.values()) == ["of-ada", "of-ben"]
    assert [names[line["webhook_id"]] for line in lines] == [line["request_id"] for line in lines]
    assert sorted((line["request_id"], line["attempt"]) for line in lines) == [
        *(("of-ada", 1), ("of-ada", 2)),
        *(("of-ben", 1), ("of-ben", 2)),
    ]
    for headers, _body in receiver.told:
        assert headers.get("traceparent", "") == traces[names[headers["webhook-id"]]]
        assert "x-request-id" not in headers


def test_what_follows_from_an_attempt_belongs_to_its_request_too(settings):
    settings.STAFF_EMAIL = ["staff@example.com"]
    with Receiver(410) as gone:
        listens(gone)
        with observed("of-ada"):
            publish()
        with observed("of-the-clock"):
            delivering.deliver_due()

    mail = OutboxEvent.objects.get(task="dbProject.webhooks.tasks.send_webhook_disabled_email")
    assert mail.request_id == "of-ada"


@pytest.mark.parametrize("breaks", ["_note", "sending._post"])
def test_an_attempt_that_breaks_down_fails_its_task_in_the_name_of_its_request(receiver, monkeypatch, breaks):
    def fail(*_):
        raise ZeroDivisionError

    listens(receiver)
    with observed("of-ada"):
        publish()
    *module, name = breaks.split(".")
    monkeypatch.setattr(delivering.sending if module else delivering, name, fail)
    with observed("of-the-clock") as task:
        with pytest.raises(ZeroDivisionError):
            delivering.deliver_due()
        assert task.request_id == "of-ada"
        assert observation.current() is task
