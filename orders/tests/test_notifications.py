"""The mail that confirms an order, on its way through the outbox."""

import re
from decimal import Decimal

import pytest
from django.core import mail

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order
from orders.services import notifications
from orders.tests.factories import MethodFactory, OrderFactory
from products.services import pictures
from products.tests.factories import ProductFactory
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db


def send(order):
    event = OutboxEvent.objects.get(payload={"order_id": order.pk})
    notifications.send_order_received(order_id=order.pk, event_id=str(event.pk))
    return event


def test_the_customer_reads_what_was_ordered_and_where_to_look():
    order = OrderFactory()

    event = send(order)

    (message,) = mail.outbox
    assert message.to == [order.email]
    assert order.order_number in message.subject
    assert message.extra_headers["Message-ID"] == f"<{event.pk}@testserver>"
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    for text in (message.body, html):
        assert order.items.get().product_name in text
        assert f"https://testserver/orders/{order.order_number}/?key=" in text


def test_both_forms_say_what_it_comes_to_and_where_it_goes_in_the_customer_s_language(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    MethodFactory(name="Paket")
    shown, plain = ProductFactory(price=Decimal("18.90")), ProductFactory(price=Decimal(80))
    pictures.add(shown, picture((900, 900)))
    order = OrderFactory(units={shown: 2, plain: 1}, user=None)
    Order.objects.update(language="de")

    send(order)

    (message,) = mail.outbox
    html = message.alternatives[0][0]
    for form in (message.body, html):
        assert "Danke. Ihre Bestellung ist bei uns." in form
        for said in ("Paket", "122,70\xa0€", "Torstr. 1", "10119 Berlin", "Deutschland", "widerrufen"):
            assert said in form
        assert not set("{%}") & set(re.sub(r"<style>.*?</style>", "", form, flags=re.DOTALL))
    assert re.findall(r'<img src="(https://testserver/media/[^"]+\.jpg)"', html)


def test_the_link_in_the_mail_opens_the_order_and_no_other(client):
    order, other = OrderFactory(user=None), OrderFactory(user=None)
    send(order)
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("https://"))
    path = link.removeprefix("https://testserver")

    assert order.order_number in client.get(path).content.decode()
    assert client.get(path.replace(order.order_number, other.order_number)).status_code == 404
    assert client.get(f"/orders/{order.order_number}/").status_code == 404


def test_the_mail_is_sent_once_however_often_the_task_comes():
    order = OrderFactory()
    for _ in range(3):
        send(order)

    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_leaves_the_mail_due(monkeypatch):
    order = OrderFactory()

    def refuse(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    with pytest.raises(ConnectionRefusedError):
        send(order)

    assert outbox.figures().depth == 1


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_an_order_is_confirmed_by_a_worker_through_the_outbox(worker):
    order = OrderFactory()

    worker("orders.tasks.send_order_confirmation_email")

    assert [message.to for message in mail.outbox] == [[order.email]]
    assert outbox.figures().depth == 0
