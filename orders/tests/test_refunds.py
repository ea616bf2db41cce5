"""Money that staff give back: never more than was paid, once per form, and to the cent."""

from decimal import Decimal

import pytest

from dbProject.outbox.models import OutboxEvent
from orders.errors import IllegalTransition, RefundRefused, SentBefore, UnknownReturn
from orders.gateways.test_bank import ledger
from orders.models import Order, PaymentEvent, Refund
from orders.selectors import refunds as proposals
from orders.services import charging, coupons, payments, reconciliation, refunding, refunds, status, timeline
from orders.tests.factories import (
    CouponFactory,
    MethodFactory,
    OrderFactory,
    RefundFactory,
    ReturnFactory,
)
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Order.Status


def give(order, amount, *, key="form", **wishes):
    fields = {"reason": "A scratch", "actor": timeline.SHOP} | wishes
    return refunds.refund(order, amount=Decimal(amount), key=key, **fields)


@pytest.fixture
def order():
    """A delivered order of three bowls for 33.33 each, ten percent off, and 4.90 for the delivery."""
    MethodFactory()
    user = UserFactory()
    coupons.put_in_cart(user.cart, code=CouponFactory().code)
    units = {ProductFactory(price=Decimal("33.33")): 3}
    return OrderFactory(user=user, units=units, status=S.DELIVERED)


def test_part_of_the_money_goes_back_with_its_reason_and_nothing_else_moves(order):
    boss = StaffFactory()

    refund = give(order, "10.00", actor=timeline.staff(boss))

    assert (refund.amount, refund.reason, refund.user) == (Decimal("10.00"), "A scratch", boss)
    assert order.payment_events.get(kind="refund_due").amount == Decimal("10.00")
    step = order.events.last()
    assert (step.kind, step.detail) == ("refund_due", "10.00 EUR · A scratch")
    order.refresh_from_db()
    assert (order.status, order.amount_kept()) == (S.DELIVERED, order.total_amount - 10)
    assert Product.objects.get().stock_quantity == 17
    assert reconciliation.breaks() == []


def test_the_money_is_sent_by_the_provider_once():
    order = OrderFactory()
    payment = charging.start(order)
    ledger.pay(payment.reference)
    charging.check(payment)
    refund = give(order, "10.00")

    event = OutboxEvent.objects.get(task="orders.tasks.refund_order")
    for _ in range(2):
        refunding.settle(order_id=order.pk, event_id=str(event.pk))

    assert order.payment_events.get(kind="refunded").amount == refund.amount
    assert reconciliation.breaks() == []


def test_no_more_goes_back_than_was_paid(order):
    total = order.total_amount
    give(order, total - 10, key="1")

    for amount in ("10.01", "0.00", "-1.00", "0.001"):
        with pytest.raises(RefundRefused) as refusal:
            give(order, amount, key="2")
        assert refusal.value.facts == {"left": "10.00"}
    give(order, "10.00", key="2")
    with pytest.raises(RefundRefused):
        give(order, "0.01", key="3")

    assert order.amount_going_back() == total
    assert reconciliation.breaks() == []


def test_the_same_form_twice_refunds_once_and_with_another_amount_is_refused(order):
    first, again = (give(order, "10.00") for _ in range(2))

    assert first == again
    with pytest.raises(SentBefore):
        give(order, "11.00")
    assert order.amount_going_back() == Decimal("10.00")


def test_money_that_comes_twice_goes_back_whole_after_a_refund(order):
    give(order, "10.00")

    payments.apply_event(provider="test", event_id="again", order_number=order.order_number,
                         kind="captured", amount=order.total_amount)  # fmt: skip

    assert order.amount_kept() == order.total_amount - 10
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("now", [S.PENDING, S.CANCELLED, S.REFUNDED])
def test_what_is_unpaid_or_has_ended_gives_nothing_back(now):
    order = OrderFactory(status=now)

    with pytest.raises(IllegalTransition):
        give(order, "1.00")

    assert Refund.objects.count() == 0


def test_an_order_is_closed_as_refunded_when_all_of_its_money_goes_back(order):
    give(order, "10.00", key="1")

    with pytest.raises(RefundRefused):
        give(order, "1.00", key="2", closes=True)
    give(order, order.amount_kept(), key="2", closes=True)

    order.refresh_from_db()
    assert (order.status, order.amount_kept()) == (S.REFUNDED, 0)
    assert [event.kind for event in order.events.all()][-2:] == ["refund_due", "refunded"]
    assert reconciliation.breaks() == []


def test_what_is_being_packed_cannot_be_closed_as_refunded():
    order = OrderFactory(status=S.PROCESSING)

    with pytest.raises(IllegalTransition):
        give(order, order.total_amount, closes=True)

    assert order.amount_going_back() == 0


@pytest.mark.parametrize("to", [S.CANCELLED, S.REFUNDED])
def test_what_ends_after_a_refund_gives_back_the_rest(to):
    order = OrderFactory(status=S.CONFIRMED)
    give(order, "4.00")

    status.move(order, to=to, actor=timeline.SHOP)

    assert [event.amount for event in PaymentEvent.objects.filter(kind="refund_due")] == [4, 6]
    assert reconciliation.breaks() == []


# What is proposed


def test_the_units_of_a_line_are_worth_what_was_paid_for_it_to_the_cent(order):
    item = order.items.get()
    assert item.gross_amount == Decimal("89.99")  # 99.99 less ten percent

    worth = [proposals.proposal(order, ReturnFactory(order=order, units={item: 1})).goods for _ in range(3)]

    assert worth == [Decimal("30.00"), Decimal("29.99"), Decimal("30.00")]
    assert sum(worth) == item.gross_amount


def test_a_return_that_was_declined_is_not_counted(order):
    ReturnFactory(order=order, status="declined")

    assert proposals.worth(ReturnFactory(order=order)) == Decimal("30.00")


def test_the_delivery_is_proposed_until_it_was_given_back(order):
    back = ReturnFactory(order=order, status="received")
    assert proposals.proposal(order, back) == (Decimal("30.00"), Decimal("4.90"))

    with pytest.raises(RefundRefused):
        give(order, "34.90", delivery_amount=Decimal("4.91"))
    give(order, "34.90", of_return=back, delivery_amount=Decimal("4.90"))

    assert back.refunds.get().amount == Decimal("34.90")
    assert proposals.proposal(order, back) == (0, 0)
    with pytest.raises(RefundRefused):
        give(order, "1.00", key="2", delivery_amount=Decimal("0.01"))


def test_no_more_is_proposed_than_is_left(order):
    back = ReturnFactory(order=order, units={order.items.get(): 3})
    RefundFactory(order=order, amount=order.total_amount - Decimal("31.00"))

    assert proposals.proposal(order, back) == (Decimal("31.00"), 0)


def test_a_refund_for_the_return_of_another_order_is_refused(order):
    with pytest.raises(UnknownReturn):
        give(order, "1.00", of_return=ReturnFactory())

    assert Refund.objects.count() == 0
