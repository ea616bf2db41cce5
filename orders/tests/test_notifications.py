"""The mail that confirms an order, on its way through the outbox."""

import re
from decimal import Decimal

import pytest
from django.core import mail

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order
from orders.selectors import letters
from orders.services import notifications, packing, refunds, shipments, status, timeline
from orders.tests.background import work_off
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


# The steps of an order


def step_mails(order):
    """Run what the outbox holds of an order's steps; return the mails."""
    work_off("render_document", "send_order_step_email")
    return [message for message in mail.outbox if message.to == [order.email]]


def test_each_step_that_matters_is_told_once_in_the_customer_s_language():
    order = OrderFactory(user=None)
    Order.objects.update(language="de")
    for to in ("confirmed", "processing", "shipped", "delivered"):
        status.move(order, to=to, actor=timeline.SHOP)

    subjects = [message.subject for message in step_mails(order)]

    assert subjects == [
        f"Bezahlt: Ihre Bestellung {order.order_number} bei Marlow & Finch",
        f"Ihre Bestellung {order.order_number} ist unterwegs",
        f"Ihre Bestellung {order.order_number} ist angekommen",
    ]
    assert step_mails(order) == mail.outbox[:3]


def test_the_invoice_goes_with_the_payment_and_the_credit_note_with_the_money():
    order = OrderFactory(user=None)
    status.move(order, to="confirmed", actor=timeline.SHOP)
    refunds.refund(order, amount=Decimal("1.00"), reason="A scratch", actor=timeline.SHOP, key="1")

    paid, returned = step_mails(order)

    for message, kind in ((paid, "invoice"), (returned, "credit_note")):
        ((name, content, media_type),) = message.attachments
        assert name == f"{order.documents.get(kind=kind).number}.pdf"
        assert (content[:5], media_type) == (b"%PDF-", "application/pdf")
    assert "A scratch" in returned.body


def test_a_cancelled_order_is_told_in_one_mail_with_the_money_in_it():
    order = OrderFactory(user=None)
    status.move(order, to="confirmed", actor=timeline.SHOP)
    status.cancel(order, actor=timeline.SHOP)

    _paid, cancelled = step_mails(order)

    assert cancelled.subject.startswith("Cancelled")
    assert "goes back" in cancelled.body
    assert not OutboxEvent.objects.filter(
        task="orders.tasks.send_order_step_email", finished_at=None
    ).exists()


def test_a_parcel_is_told_with_what_is_in_it_and_where_to_follow_it():
    mug, lamp = ProductFactory(name="Harbor mug"), ProductFactory(name="Attic lamp")
    pictures.add(mug, picture((900, 900)))
    order = OrderFactory(user=None, units={mug: 2, lamp: 1}, status="confirmed")
    item = order.items.get(product=mug)
    tracking = packing.Tracking(carrier="DHL", number="JJD1", url="https://track.example.com/JJD1")
    shipments.ship(order, key="1", actor=timeline.SHOP, units={item.pk: 1}, tracking=tracking)

    *_, part = step_mails(order)

    assert part.subject.startswith("Part of your order")
    html = part.alternatives[0][0]
    for form in (part.body, html):
        assert "DHL JJD1" in form
        assert "https://track.example.com/JJD1" in form
        assert "1 \N{MULTIPLICATION SIGN} Harbor mug" in form
        assert "Attic lamp" not in form
    assert len(re.findall(r'<img src="https://testserver/media/[^"]+\.jpg"', html)) == 1


@pytest.mark.parametrize("kind", letters.LETTERS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_letter_can_be_written(kind, language):
    order = OrderFactory(user=None)
    Order.objects.update(language=language)
    step = timeline.record(order, kind, actor=timeline.SHOP, detail="Because")

    (message,) = step_mails(order)

    assert order.order_number in message.subject
    for form in (message.body, message.alternatives[0][0]):
        assert order.order_number in form
        assert "%(" not in form
    assert step.kind == kind


def test_a_laptop_prints_its_mail_and_keeps_it(settings, tmp_path, capsys):
    settings.MAIL_FOLDER = tmp_path / "mail"

    with mail.get_connection("dbProject.mailbox.EmailBackend") as box:
        mail.EmailMessage("Hello", "You", to=["robin@example.com"], connection=box).send()

    assert "Subject: Hello" in capsys.readouterr().out
    (kept,) = (tmp_path / "mail").iterdir()
    assert "Subject: Hello" in kept.read_text()
