"""What the bank writes to the shop: in any order, any number of times, late, forged, or of nobody's order."""

import json
import time
from decimal import Decimal
from itertools import permutations

import pytest
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.errors import WebhookRefused
from orders.gateways import signatures
from orders.gateways.test_bank import ledger
from orders.gateways.test_bank.gateway import SIGNATURE, secret
from orders.models import Order, PaymentEvent, PaymentWebhook
from orders.services import charging, holds, reconciliation, status, timeline, webhooks
from orders.tests.background import settle_payments
from orders.tests.bank import at_the_bank, bring, deliver, paid
from orders.tests.factories import OrderFactory
from products.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return OrderFactory(user=None)


IN_ANY_ORDER = pytest.mark.parametrize(
    "sequence", list(permutations(["declined", "authorized", "captured", "refunded"])), ids="-".join
)


def hear(sequence):
    """Take what the bank has written to the shop: each message three times, and the third round backwards."""
    letters = {json.loads(text)["kind"]: text.encode() for _, text in ledger.take_due_webhooks()}
    assert letters.keys() == set(sequence)
    for kind in [*sequence, *sequence, *reversed(sequence)]:
        bring(letters[kind])
        settle_payments()


@IN_ANY_ORDER
@pytest.mark.parametrize("is_late", [False, True], ids=["in time", "late"])
def test_webhooks_lead_to_the_same_state_in_any_order_and_any_number(order, sequence, is_late):
    payment = charging.start(order)
    ledger.decline(payment.reference)
    ledger.authorize(payment.reference)
    ledger.capture(payment.reference)
    ledger.refund(payment.reference, cents=1, key="by hand")
    if is_late:
        Order.objects.update(hold_expires_at=timezone.now())
        assert holds.release_expired() == 1

    hear(sequence)

    order.refresh_from_db()
    assert (order.status, order.holds_stock) == ("confirmed", True)
    events = {event.kind: event.amount for event in order.payment_events.all()}
    assert events == {
        "declined": 0,
        "authorized": order.total_amount,
        "captured": order.total_amount,
        "refunded": Decimal("0.01"),
    }
    assert order.payment_events.count() == PaymentWebhook.objects.count() == 4


@IN_ANY_ORDER
@pytest.mark.parametrize("end", ["refunded", "cancelled"])
def test_webhooks_of_an_order_that_has_ended_change_nothing(order, sequence, end):
    payment = charging.start(order)
    ledger.decline(payment.reference)
    ledger.authorize(payment.reference)
    charging.check(payment)
    order.refresh_from_db()
    status.move(order, to=end, actor=timeline.SHOP)
    settle_payments()

    def facts():
        return (
            Order.objects.values("status", "holds_stock").get(),
            list(order.payment_events.values_list("kind", "amount", "event_id")),
            list(order.events.values_list("kind", flat=True)),
            list(order.documents.values_list("number", flat=True)),
            Product.objects.values_list("stock_quantity", flat=True).get(),
            at_the_bank(payment),
        )

    before = facts()

    hear(sequence)

    assert facts() == before
    assert before[0]["status"] == end
    assert before[-1] == (order.total_amount, order.total_amount)
    assert PaymentWebhook.objects.count() == 4
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("times", [1, 3])
def test_money_told_of_after_a_cancellation_goes_back_once(order, times):
    payment = charging.start(order)
    ledger.authorize(payment.reference)
    ledger.capture(payment.reference)
    status.cancel(order, actor=timeline.SHOP)
    letters = [text.encode() for _, text in ledger.take_due_webhooks()]

    for letter in [*letters, *reversed(letters)] * times:
        bring(letter)
        settle_payments()
    deliver(reverse=True)
    settle_payments()

    assert at_the_bank(payment) == (order.total_amount, order.total_amount)
    assert order.payment_events.filter(kind="refunded").count() == 1
    assert reconciliation.breaks() == []


def test_webhook_answer_and_poll_that_tell_the_same_book_it_once(order):
    payment = paid(order)
    deliver()
    settle_payments()
    charging.check(payment)

    assert PaymentEvent.objects.filter(kind="captured").count() == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1,v1=2",
        "nonsense",
        lambda body: signatures.sign(body, secret="another", at=int(time.time())),
        lambda body: signatures.sign(body + b" ", secret=secret(), at=int(time.time())),
        lambda body: signatures.sign(body, secret=secret(), at=int(time.time()) - 400),
        lambda body: signatures.sign(body, secret=secret(), at=int(time.time()) + 400),
        lambda body: signatures.sign(body, secret=secret(), at=int(time.time())).replace("t=", "t= "),
    ],
)
def test_a_message_that_is_not_the_bank_s_is_refused(client, order, header):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    body = ledger.take_due_webhooks()[-1][1].encode()
    header = header(body) if callable(header) else header

    answer = client.post(
        "/api/payments/webhooks/test/", body, "application/json", headers={SIGNATURE: header}
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "webhook_refused"
    assert not PaymentWebhook.objects.exists()


def test_a_message_is_thanked_for_each_time_and_kept_once(client, order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    body = ledger.take_due_webhooks()[-1][1].encode()
    header = signatures.sign(body, secret=secret(), at=int(time.time()))

    for _ in range(3):
        answer = client.post(
            "/api/payments/webhooks/test/", body, "application/json", headers={SIGNATURE: header}
        )
        assert (answer.status_code, answer.json()) == (200, {"received": True})

    assert PaymentWebhook.objects.count() == 1
    assert OutboxEvent.objects.filter(task="orders.tasks.apply_payment_webhook").count() == 1
    assert client.post("/api/payments/webhooks/paypal/", body, "application/json").status_code == 404
    assert client.get("/api/payments/webhooks/test/").status_code == 405


def test_a_signed_message_that_makes_no_sense_is_refused():
    body = b'{"id": 1}'
    header = signatures.sign(body, secret=secret(), at=int(time.time()))

    with pytest.raises(WebhookRefused):
        webhooks.receive("test", body=body, headers={SIGNATURE: header})


def test_a_message_about_an_order_that_nobody_knows_is_kept_and_logged(order, caplog):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    _, text = ledger.take_due_webhooks()[-1]
    body = text.replace(order.order_number, "ORD-20260101-NOBODY").encode()
    header = signatures.sign(body, secret=secret(), at=int(time.time()))
    webhooks.receive("test", body=body, headers={SIGNATURE: header})

    settle_payments()

    assert "was not booked" in caplog.text
    assert not PaymentEvent.objects.exists()
