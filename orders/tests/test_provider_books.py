"""Our ledger of money against the bank's own: what is on its way, and what is a disagreement."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.gateways.test_bank import ledger
from orders.models import Payment, PaymentEvent
from orders.services import charging, reconciliation, status, timeline
from orders.tests.background import settle_payments
from orders.tests.bank import paid
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return OrderFactory(user=None)


def provider_breaks():
    return [(one.rule, one.detail.partition(" (")[0]) for one in reconciliation.breaks()]


def test_what_is_on_its_way_is_no_disagreement(order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    assert provider_breaks() == []  # the poller will ask
    charging.check(payment)
    status.cancel(order, actor=timeline.SHOP)
    due = order.payment_events.get(kind="refund_due")
    ledger.refund(payment.reference, cents=1000, key=status.refund_key(due))
    assert provider_breaks() == []  # its answer is on the way

    settle_payments()

    assert provider_breaks() == []


def test_money_that_only_the_bank_knows_of_is_a_disagreement(order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    Payment.objects.update(state="closed")

    assert provider_breaks() == [("provider", "captured 10.00 at test, not here")]


def test_money_that_only_we_know_of_is_a_disagreement(order):
    paid(order)
    PaymentEvent.objects.filter(kind="captured").update(event_id="made up")

    assert set(provider_breaks()) == {
        ("provider", "captured 10.00 at test, not here"),
        ("provider", "captured 10.00 here, not at test"),
    }


def test_another_amount_is_a_disagreement(order):
    payment = paid(order)
    status.refund_due(status.lock(order.pk), amount=Decimal(3), event_id="a", actor=timeline.SHOP)
    ledger.refund(payment.reference, cents=200, key=f"refund:a:{payment.pk}")
    settle_payments()
    PaymentEvent.objects.filter(kind="refunded").update(amount=Decimal(3))

    assert ("provider", "3.00 here, 2.00 at test") in provider_breaks()


def test_a_bank_that_does_not_answer_is_not_taken_for_agreement(order):
    paid(order)
    ledger.set_fault("movements", "down", times=3)

    assert provider_breaks() == [("provider", "not compared: test bank: nobody is there")]


def test_an_open_payment_that_nobody_asks_about_is_found(order):
    charging.start(order)
    Payment.objects.update(next_check_at=timezone.now() - timedelta(hours=1))

    assert provider_breaks() == [("payment", "nobody asks the provider about it")]
