"""Telling other systems: each event to all who want it, signed, patiently, and never inside our network."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as shop
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from dbProject import sealing
from dbProject.outbox.models import OutboxEvent
from dbProject.outbox.tests.working import work_off
from dbProject.webhooks import delivering, services
from dbProject.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from dbProject.webhooks.tests.receivers import Receiver, later, listens, publish
from tests.races.crowd import crowd

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


# Signatures


def test_an_independent_receiver_verifies_what_it_is_told(receiver):
    _endpoint, secret = listens(receiver)
    publish()

    assert delivering.deliver_due() == 1
    headers, body = receiver.told[0]
    message = Webhook(secret).verify(body, headers)
    assert message["type"] == "order.created"
    assert message["data"] == {"order": {"order_number": "ORD-1", "total_amount": "64.90"}}
    assert message["timestamp"].endswith("+00:00")
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"].startswith("msg_")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)


def test_after_a_new_secret_both_verify_for_a_day_and_then_only_the_new(receiver):
    endpoint, old = listens(receiver)
    new = services.rotate_secret(endpoint)
    publish()
    delivering.deliver_due()
    headers, body = receiver.told[0]
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    assert len(headers["webhook-signature"].split()) == 2

    WebhookEndpoint.objects.update(old_secret_until=timezone.now())
    publish()
    delivering.deliver_due()

    headers, body = receiver.told[1]
    assert Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_a_copy_of_the_database_has_no_secret(receiver, settings):
    endpoint, secret = listens(receiver)
    assert secret not in str(WebhookEndpoint.objects.values().get())

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 8, [shop.SECRET_KEY]
    assert endpoint.secrets() == [secret]
    settings.SECRET_KEY_FALLBACKS = []
    publish()
    assert delivering.deliver_due() == 0
    assert WebhookAttempt.objects.get().error == "its secret cannot be read"
    assert sealing.unseal(sealing.seal("x", purpose="test"), purpose="test") == "x"


# Who is told


def test_everybody_is_told_of_what_they_chose_and_nothing_costs_where_nobody_listens(
    receiver, django_assert_num_queries
):
    services.forget()
    for queries in (1, 0):
        with transaction.atomic(), django_assert_num_queries(queries):
            services.publish("order.created", {})
    assert not OutboxEvent.objects.exists()
    listens(receiver, kinds=["stock.changed"])
    listens(receiver, kinds=[])

    publish("order.created")
    publish("stock.changed", products=[])
    delivering.deliver_due()

    assert sorted(json.loads(body)["type"] for _headers, body in receiver.told) == [
        "order.created",
        "stock.changed",
        "stock.changed",
    ]
    assert WebhookMessage.objects.count() == 2


def test_what_is_rolled_back_is_told_to_nobody(receiver):
    listens(receiver)
    with transaction.atomic():
        services.publish("order.created", {})
        transaction.set_rollback(True)
    work_off("dbProject.webhooks.tasks.fan_out_webhook")

    assert delivering.deliver_due() == 0


def test_many_rows_are_several_messages(receiver):
    listens(receiver)
    with transaction.atomic():
        services.publish_rows("product.updated", "products", ({"id": number} for number in range(1_001)))

    sizes = [len(event.payload["data"]["products"]) for event in OutboxEvent.objects.all()]
    assert sorted(sizes) == [1, 500, 500]


# Twice, at once, killed


def test_an_event_that_is_handed_out_twice_is_one_message(receiver):
    listens(receiver)
    publish()
    event = OutboxEvent.objects.get()
    services.fan_out(**event.payload, event_id=str(event.pk))

    delivering.deliver_due()
    delivering.deliver_due()

    assert receiver.ids() == [f"msg_{event.pk.hex}"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once():
    with Receiver(0.2) as receiver:
        listens(receiver)
        publish()
        with crowd(2) as people:
            taken = people.at_once(delivering.deliver_due, delivering.deliver_due)

    assert sorted(taken) == [0, 1]
    assert len(receiver.told) == 1


def test_killed_between_the_answer_and_our_commit_it_comes_again_under_the_same_id(receiver, monkeypatch):
    _endpoint, secret = listens(receiver)
    publish()

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_note", killed)
        with pytest.raises(Killed):
            delivering.deliver_due()
    assert delivering.deliver_due() == 0  # the lease still holds
    later(seconds=61)

    assert delivering.deliver_due() == 1
    first, second = receiver.ids()
    assert first == second
    assert receiver.told[0][1] == receiver.told[1][1]
    assert all(Webhook(secret).verify(body, headers) for headers, body in receiver.told)
    assert WebhookDelivery.objects.get().attempts == 2


# Patience


@pytest.mark.parametrize("answer", [500, 404, 429, (302, b""), 199 + 300])
def test_whatever_is_no_yes_is_tried_again_with_growing_pauses(answer):
    with Receiver(answer) as receiver:
        listens(receiver)
        publish()
        for number, pause in enumerate(shop.WEBHOOK_PAUSES, 1):
            assert delivering.deliver_due() == 0
            delivery = WebhookDelivery.objects.get()
            wait = delivery.next_attempt_at - timezone.now()
            assert (delivery.state, delivery.attempts) == ("waiting", number)
            assert timedelta(0) <= pause - wait < timedelta(seconds=20)
            later(seconds=wait.total_seconds() + 1)
        assert len(receiver.told) == 9


def test_after_three_days_it_is_given_up_the_endpoint_is_off_and_staff_have_mail(settings, mailoutbox):
    settings.STAFF_EMAIL = ["staff@example.com"]
    with Receiver((500, b"<broken>" * 1_000)) as receiver:
        endpoint, _secret = listens(receiver)
        publish()
        for pause in (*shop.WEBHOOK_PAUSES, timedelta()):
            delivering.deliver_due()
            later(seconds=pause.total_seconds() + 1)
        work_off("dbProject.webhooks.tasks.send_webhook_disabled_email")

    endpoint.refresh_from_db()
    delivery = WebhookDelivery.objects.get()
    log = list(delivery.log.values_list("status", "response"))
    assert (delivery.state, endpoint.is_active, len(receiver.told)) == ("given_up", False, 10)
    assert log == [(500, ("<broken>" * 1_000)[:1_000])] * 10
    assert [mail.subject for mail in mailoutbox] == ["Warehouse is not told of events any more"]
    assert "HTTP 500" in mailoutbox[0].body
    publish()
    assert WebhookMessage.objects.count() == 1


def test_who_is_gone_is_told_nothing_more_at_once():
    with Receiver(410) as receiver:
        endpoint, _secret = listens(receiver)
        publish()
        publish()
        delivering.deliver_due()
        endpoint.refresh_from_db()
        assert not endpoint.is_active

        receiver.answers = [204]
        assert services.switch_on(endpoint)
        later(minutes=2)
        assert delivering.deliver_due() == 2


def test_who_is_not_there_holds_up_nobody_and_is_left_alone_for_a_minute(receiver):
    away, _secret = services.add_endpoint(url="http://127.0.0.1:1/", name="Away")
    listens(receiver)
    for _ in range(12):
        publish()

    tries = WebhookAttempt.objects.filter(delivery__endpoint=away)
    for passed, count in ((0, 10), (0, 10), (61, 11)):
        later(seconds=passed)
        delivering.deliver_due()
        assert tries.count() == count
    assert "the connection failed" in tries.first().error
    assert len(receiver.told) == 12


def test_who_takes_too_long_has_not_taken_it(settings):
    settings.WEBHOOK_SECONDS = 0.1
    with Receiver(5.0) as slow:
        listens(slow)
        publish()
        assert delivering.deliver_due() == 0

    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.error) == (None, "no answer within 0.1 s")
    assert attempt.milliseconds >= 100


def test_one_success_ends_the_failing(receiver):
    endpoint, _secret = listens(receiver)
    receiver.answers = [500, 204]
    publish()
    delivering.deliver_due()
    endpoint.refresh_from_db()
    assert endpoint.failing_since
    later(minutes=2)
    delivering.deliver_due()

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert list(WebhookDelivery.objects.get().log.values_list("status", flat=True)) == [500, 204]


# By hand


def test_a_test_event_goes_to_one_endpoint_and_a_message_goes_again_under_its_id(receiver):
    endpoint, secret = listens(receiver)
    listens(receiver)
    delivery = services.send_test(endpoint)
    delivering.deliver_due()
    headers, body = receiver.told[0]
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"

    assert services.redeliver(delivery)
    assert not services.redeliver(delivery)
    delivering.deliver_due()

    assert receiver.ids() == [delivery.message.public_id] * 2


def test_staff_add_an_endpoint_see_its_secret_once_and_the_log_of_a_test(staff_client, receiver):
    form = {"name": "Warehouse", "url": receiver.url, "kinds": ["order.created"]}
    page = staff_client.post("/admin/webhooks/webhookendpoint/add/", form, follow=True).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    (secret,) = endpoint.secrets()
    assert secret in page.replace("&#x2F;", "/").replace("&#x3D;", "=")
    assert (endpoint.kinds, endpoint.url) == (["order.created"], receiver.url)
    address = f"/admin/webhooks/webhookendpoint/{endpoint.pk}/change/"
    assert secret not in staff_client.get(address).content.decode()

    chosen = {"_selected_action": [endpoint.pk]}
    screen = "/admin/webhooks/webhookendpoint/"
    staff_client.post(screen, {"action": "send_test", **chosen})
    delivering.deliver_due()
    delivery = WebhookDelivery.objects.get()
    page = staff_client.get(f"/admin/webhooks/webhookdelivery/{delivery.pk}/change/").content.decode()
    assert delivery.message.public_id in page
    assert "webhook.test" in page
    assert "204" in page
    again = {"action": "send_again", "_selected_action": [delivery.pk]}
    staff_client.post("/admin/webhooks/webhookdelivery/", again)
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    for name, is_active in (("switch_off", False), ("switch_on", True)):
        staff_client.post(screen, {"action": name, **chosen})
        endpoint.refresh_from_db()
        assert endpoint.is_active is is_active
    staff_client.post(screen, {"action": "rotate", **chosen})
    endpoint.refresh_from_db()
    assert len(endpoint.secrets()) == 2
    staff_client.post(address, {**form, "name": "Depot", "kinds": []})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.kinds) == ("Depot", [])


def test_an_address_that_is_refused_is_said_beside_it(staff_client, settings):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = False
    form = {"name": "Inside", "url": "https://169.254.169.254/latest/meta-data/"}

    page = staff_client.post("/admin/webhooks/webhookendpoint/add/", form).content.decode()

    assert "https addresses on the public internet only" in page
    assert not WebhookEndpoint.objects.exists()


# The log


def test_the_log_lets_go_of_what_ended_a_month_ago(receiver):
    listens(receiver)
    publish()
    delivering.deliver_due()
    receiver.answers = [500]
    publish()
    delivering.deliver_due()
    assert services.tidy() == 0

    WebhookMessage.objects.update(created_at=timezone.now() - timedelta(days=31))

    assert services.tidy() == 1
    assert WebhookDelivery.objects.get().state == "waiting"
