"""Paying through a provider: started, answered, lost, repeated, late, and given back; each effect once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from dbProject.resilience import ServiceFailed
from orders.errors import IllegalTransition, PaymentRefused, RefundRefused
from orders.gateways.test_bank import ledger
from orders.models import Order, Payment
from orders.services import charging, holds, reconciliation, refunding, status, timeline
from orders.tests.background import settle_payments
from orders.tests.bank import at_the_bank, deliver, paid
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return OrderFactory(user=None)


# Starting


def test_a_payment_is_the_same_however_often_it_is_started(order):
    first, again = charging.start(order), charging.start(order)

    assert first.pk == again.pk
    assert first.url == f"/test-bank/{first.reference}/"
    assert (first.amount, first.state) == (order.total_amount, "open")


@pytest.mark.parametrize("fault", ["lose", "down"])
def test_an_answer_that_is_lost_leads_to_the_same_payment_later(order, fault):
    ledger.set_fault("start", fault, times=3)
    with pytest.raises(ServiceFailed):
        charging.start(order)
    assert Payment.objects.get().reference == ""

    payment = charging.start(order)

    assert Payment.objects.count() == 1
    assert ledger.payment(payment.reference).key == payment.key


def test_what_is_paid_or_cancelled_starts_no_payment(order):
    status.cancel(order, actor=timeline.SHOP)

    with pytest.raises(IllegalTransition):
        charging.start(order)
    assert not Payment.objects.exists()


# Answers


def test_money_at_the_bank_confirms_the_order(order):
    payment = paid(order)

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert payment.state == "paid"
    assert at_the_bank(payment) == (order.total_amount, 0)
    assert reconciliation.breaks() == []


def test_a_declined_card_leaves_the_payment_open_for_another(order):
    payment = charging.start(order)
    ledger.decline(payment.reference)

    assert charging.check(payment).state == "open"
    order.refresh_from_db()
    assert order.status == "pending"
    assert charging.start(order).pk == payment.pk
    assert paid(order).state == "paid"


@pytest.mark.parametrize("told_by", ["webhook", "answer"])
def test_what_is_only_promised_is_captured_by_the_shop(order, told_by):
    payment = charging.start(order)
    ledger.ask(payment.reference)
    ledger.authorize(payment.reference)
    assert at_the_bank(payment) == (0, 0)
    if told_by == "webhook":
        deliver()
        settle_payments()
    else:
        charging.check(payment)

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert at_the_bank(payment) == (order.total_amount, 0)


def test_what_is_promised_for_a_cancelled_order_is_never_taken(order):
    payment = charging.start(order)
    ledger.authorize(payment.reference)
    deliver()
    status.cancel(order, actor=timeline.SHOP)

    settle_payments()
    charging.check(payment)

    assert at_the_bank(payment) == (0, 0)
    assert reconciliation.breaks() == []


def test_money_that_comes_after_the_hold_takes_the_stock_again_or_goes_back():
    product = ProductFactory(stock_quantity=1)
    late, early = OrderFactory(units={product: 1}), None
    payment = charging.start(late)
    Order.objects.filter(pk=late.pk).update(hold_expires_at=timezone.now())
    holds.release_expired()
    early = OrderFactory(units={product: 1})
    ledger.pay(payment.reference)

    charging.check(payment)
    settle_payments()

    late.refresh_from_db()
    assert late.status == "cancelled"
    assert at_the_bank(payment) == (late.total_amount, late.total_amount)
    assert early.status == "pending"
    assert reconciliation.breaks() == []


# The poller


def test_what_no_webhook_told_is_found_out_by_asking(order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    assert charging.settle_open() == 0  # not yet its time

    Payment.objects.update(next_check_at=timezone.now())
    assert charging.settle_open() == 1
    assert charging.settle_open() == 0

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_a_start_whose_answer_was_lost_is_found_out_by_asking_too(order):
    ledger.set_fault("start", "lose", times=3)
    with pytest.raises(ServiceFailed):
        charging.start(order)
    Payment.objects.update(next_check_at=timezone.now())

    charging.settle_open()

    assert Payment.objects.get().reference


def test_a_bank_that_is_down_is_asked_again_at_growing_intervals(order):
    payment = charging.start(order)
    waits = []
    for _ in range(4):
        ledger.set_fault("status", "down", times=9)
        Payment.objects.update(next_check_at=timezone.now())
        before = timezone.now()
        assert charging.settle_open() == 0
        payment.refresh_from_db()
        waits.append(round((payment.next_check_at - before).total_seconds(), -1))
    ledger.set_fault("status", "", times=0)

    assert waits == [20, 40, 80, 160]


def test_a_slow_bank_is_asked_for_a_minute_and_about_the_others_the_next_time(order, monkeypatch):
    for one in (order, OrderFactory(user=None)):
        ledger.pay(charging.start(one).reference)
    Payment.objects.update(next_check_at=timezone.now())
    monkeypatch.setattr(charging, "ROUND_SECONDS", 0)

    assert charging.settle_open() == 1
    Payment.objects.filter(state="open").update(next_check_at=timezone.now())
    assert charging.settle_open() == 1

    assert set(Order.objects.values_list("status", flat=True)) == {"confirmed"}


def test_a_payment_that_never_ends_is_given_up(order):
    payment = charging.start(order)
    Payment.objects.update(next_check_at=timezone.now(), created_at=timezone.now() - timedelta(days=9))

    charging.settle_open()

    payment.refresh_from_db()
    assert (payment.state, payment.next_check_at) == ("closed", None)


def test_nobody_gives_up_a_payment_without_a_last_look(order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    Payment.objects.update(next_check_at=timezone.now(), created_at=timezone.now() - timedelta(days=9))
    ledger.set_fault("status", "down", times=3)

    assert charging.settle_open() == 0
    payment.refresh_from_db()
    assert payment.state == "open"
    Payment.objects.update(next_check_at=timezone.now())
    assert charging.settle_open() == 1

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.state, order.status) == ("paid", "confirmed")
    assert reconciliation.breaks() == []


# Giving back


def test_a_refund_whose_answer_is_lost_is_not_sent_twice(order):
    payment = paid(order)
    status.cancel(order, actor=timeline.SHOP)
    event = OutboxEvent.objects.get(task="orders.tasks.refund_order")
    ledger.set_fault("refund", "lose", times=3)
    with pytest.raises(ServiceFailed):
        refunding.settle(order_id=order.pk, event_id=str(event.pk))
    assert not order.payment_events.filter(kind="refunded").exists()
    OutboxEvent.objects.update(claimed_until=None)

    refunding.settle(order_id=order.pk, event_id=str(event.pk))
    refunding.settle(order_id=order.pk, event_id=str(event.pk))

    assert at_the_bank(payment) == (order.total_amount, order.total_amount)
    assert order.payment_events.get(kind="refunded").amount == order.total_amount
    assert reconciliation.breaks() == []


def test_never_more_goes_back_than_was_paid(order):
    paid(order)

    status.refund_due(status.lock(order.pk), amount=Decimal(1), event_id="a", actor=timeline.SHOP)
    with pytest.raises(RefundRefused):
        status.refund_due(status.lock(order.pk), amount=order.total_amount, event_id="b", actor=timeline.SHOP)


def test_what_staff_took_by_hand_they_give_back_by_hand(order):
    status.move(order, to="confirmed", actor=timeline.SHOP)
    status.cancel(order, actor=timeline.SHOP)
    settle_payments()
    due = order.payment_events.get(kind="refund_due")
    assert not order.payment_events.filter(kind="refunded").exists()

    for _ in range(2):
        refunding.given_back_by_hand(order, due)

    assert order.payment_events.get(kind="refunded").amount == order.total_amount
    assert reconciliation.breaks() == []


def test_what_the_provider_took_is_not_given_back_by_hand(order):
    paid(order)
    status.cancel(order, actor=timeline.SHOP)

    with pytest.raises(PaymentRefused):
        refunding.given_back_by_hand(order, order.payment_events.get(kind="refund_due"))


def test_a_provider_is_never_asked_inside_a_transaction(transactional_db, order):
    with transaction.atomic(), pytest.raises(RuntimeError):
        charging.start(order)


def test_stock_is_not_taken_twice_by_paying_late():
    product = ProductFactory(stock_quantity=5)
    order = OrderFactory(units={product: 2})
    payment = charging.start(order)
    Order.objects.filter(pk=order.pk).update(hold_expires_at=timezone.now())
    holds.release_expired()
    ledger.pay(payment.reference)
    charging.check(payment)
    charging.check(payment)

    product.refresh_from_db()
    assert product.stock_quantity == 3
