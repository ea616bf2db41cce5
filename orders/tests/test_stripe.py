"""Stripe, against a stand-in that speaks its HTTP: the same promises as with the test bank."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dbProject import resilience
from dbProject.resilience import ServiceFailed
from orders.errors import PaymentRefused, WebhookRefused
from orders.gateways import gateway, stripe_checkout
from orders.models import Payment, PaymentWebhook
from orders.services import charging, provider_books, status, timeline, webhooks
from orders.tests.background import settle_payments
from orders.tests.factories import OrderFactory
from orders.tests.stripe_server import StripeServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(settings, monkeypatch):
    with StripeServer() as server:
        settings.PAYMENT_PROVIDER = "stripe"
        settings.STRIPE_SECRET_KEY = "sk_test_1"  # noqa: S105
        settings.STRIPE_WEBHOOK_SECRET = server.secret
        settings.STRIPE_API_BASE = server.url
        monkeypatch.setattr(stripe_checkout, "TIME_LIMIT_SECONDS", 0.3)
        yield server


@pytest.fixture
def order():
    return OrderFactory(user=None)


def paid(stripe, order):
    payment = charging.start(order)
    stripe.pay(payment.reference)
    return charging.check(payment)


def test_a_payment_leads_to_stripe_s_page_and_back(stripe, order):
    payment = charging.start(order)

    assert payment.url == f"https://checkout.stripe.com/c/pay/{payment.reference}"
    session = stripe.sessions[payment.reference]
    assert session["amount_total"] == order.total_amount * 100
    assert session["metadata"] == {"order_number": order.order_number, "key": payment.key}
    assert charging.check(payment).state == "open"

    stripe.pay(payment.reference)
    assert charging.check(payment).state == "paid"
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert list(provider_books.disagreements()) == []


@pytest.mark.parametrize("fault", ["lose", "hang", 500, 503, 429])
def test_a_call_that_goes_wrong_once_is_made_again_under_the_same_key(stripe, order, fault):
    stripe.faults = [fault]

    payment = charging.start(order)

    assert len(stripe.sessions) == 1
    assert stripe.calls == ["POST /v1/checkout/sessions"] * 2
    assert payment.reference


@pytest.mark.parametrize("fault", ["lose", "hang", 500])
def test_when_stripe_is_gone_the_payment_is_found_later(stripe, order, fault):
    stripe.faults = [fault] * 3
    with pytest.raises(ServiceFailed):
        charging.start(order)

    payment = charging.start(order)

    assert len(stripe.sessions) == 1
    assert Payment.objects.get() == payment


def test_a_wrong_secret_key_is_told_as_trouble_not_as_a_refusal(stripe, order):
    stripe.faults = [401] * 3

    with pytest.raises(ServiceFailed):
        charging.start(order)


def test_what_stripe_refuses_is_not_tried_again(stripe, order):
    stripe.faults = [400]

    with pytest.raises(PaymentRefused):
        charging.start(order)
    assert len(stripe.calls) == 1


def test_a_page_that_has_expired_gives_way_to_another(stripe, order):
    first = charging.start(order)
    stripe.expire(first.reference)
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=1))

    second = charging.start(order)

    assert second.reference != first.reference
    first.refresh_from_db()
    assert (first.state, second.state) == ("closed", "open")


def test_what_is_only_authorized_is_captured(stripe, order):
    payment = charging.start(order)
    stripe.authorize(payment.reference)

    assert charging.check(payment).state == "paid"
    assert stripe.taken() == (order.total_amount * 100, 0)


def test_a_refund_whose_answer_is_lost_is_made_once(stripe, order):
    paid(stripe, order)
    status.cancel(order, actor=timeline.SHOP)
    stripe.faults = ["hang", None, "lose"]

    settle_payments()

    assert stripe.taken() == (order.total_amount * 100, order.total_amount * 100)
    assert order.payment_events.get(kind="refunded").amount == order.total_amount
    assert list(provider_books.disagreements()) == []


def test_more_than_is_left_is_refused(stripe, order):
    payment = paid(stripe, order)

    with pytest.raises(PaymentRefused):
        gateway("stripe").refund(
            payment.reference,
            order_number=order.order_number,
            amount=order.total_amount + Decimal("0.01"),
            key="k",
        )


def test_webhooks_of_stripe_are_booked_once_in_any_order(stripe, order):
    payment = charging.start(order)
    declined = stripe.decline(payment.reference)
    completed = stripe.pay(payment.reference)
    for letter in (completed, declined, completed, declined):
        webhooks.receive("stripe", **letter)
        settle_payments()

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert {event.kind for event in order.payment_events.all()} == {"captured", "declined"}
    assert PaymentWebhook.objects.count() == 2
    charging.check(payment)
    assert order.payment_events.count() == 2


def test_a_refund_made_at_stripe_by_hand_is_booked_when_it_names_the_order(stripe, order):
    payment = paid(stripe, order)
    intent = stripe.sessions[payment.reference]["payment_intent"]
    refund = stripe._give_back(
        {"payment_intent": intent, "amount": "100", "metadata[order_number]": order.order_number}
    )
    webhooks.receive("stripe", **stripe.event("refund.created", refund))
    settle_payments()

    assert order.payment_events.get(kind="refunded").event_id == refund["id"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("customer.created", {"id": "cus_1"}),
        ("checkout.session.completed", {"id": "cs_1", "metadata": {}}),
        ("charge.succeeded", {"id": "ch_1", "metadata": {"order_number": "ORD-1"}}),
    ],
)
def test_what_is_not_about_an_order_of_ours_is_kept_and_nothing_else(stripe, kind, what):
    assert webhooks.receive("stripe", **stripe.event(kind, what))

    assert PaymentWebhook.objects.get().report is None


def test_an_event_that_another_has_signed_is_refused(stripe, order):
    letter = stripe.event("customer.created", {"id": "cus_1"})
    forged = {"Stripe-Signature": letter["headers"]["Stripe-Signature"] + "0"}

    with pytest.raises(WebhookRefused):
        webhooks.receive("stripe", body=letter["body"] + b" ", headers=letter["headers"])
    with pytest.raises(WebhookRefused):
        webhooks.receive("stripe", body=letter["body"], headers=forged)


def test_the_breaker_opens_and_closes_around_stripe(stripe, order):
    stripe.faults = [500] * 5
    for _ in range(2):
        with pytest.raises(ServiceFailed):
            charging.start(order)
    calls = len(stripe.calls)
    with pytest.raises(resilience.CircuitOpen):
        charging.start(order)
    assert len(stripe.calls) == calls

    resilience.forget()  # as after its minute
    assert charging.start(order).reference
