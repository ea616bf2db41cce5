"""The books of orders: sound ones are silent, and each kind of damage is told."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Coupon, CouponUse, Order, OrderItem, PaymentEvent
from orders.services import coupons, reconciliation
from orders.tests.factories import (
    CouponFactory,
    MethodFactory,
    OrderFactory,
    RefundFactory,
    ReturnFactory,
    ShipmentFactory,
)
from products.models import StockMovement
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    MethodFactory()
    user, coupon = UserFactory(), CouponFactory()
    coupons.put_in_cart(user.cart, code=coupon.code)
    return OrderFactory(user=user, units={ProductFactory(): 2}, status="confirmed")


def rules():
    return {found.rule for found in reconciliation.breaks()}


def test_books_that_agree_are_silent(order):
    assert rules() == set()


def lose_a_line(order):
    OrderItem.objects.filter(order=order).update(
        net_amount=1, tax_amount=Decimal("0.19"), gross_amount=Decimal("1.19")
    )


def take_a_discount_off_no_line(order):
    OrderItem.objects.filter(order=order).update(discount_amount=0)


def charge_another_tax(order):
    OrderItem.objects.filter(order=order).update(tax_rate=Decimal("0.07"))


def forget_why_it_is_cheaper(order):
    order.discounts.all().delete()


def reduce_delivery_that_is_charged(order):
    discount = order.discounts.get()
    discount.amount += 1
    discount.save()


def forget_the_use_of_a_coupon(order):
    CouponUse.objects.all().delete()
    Coupon.objects.update(uses=0)


def use_a_coupon_for_nothing(order):
    order.discounts.update(code="")


def forget_a_step(order):
    order.events.filter(kind="confirmed").delete()


def forget_who_ordered(order):
    order.events.filter(kind="placed").delete()


def forget_when(order):
    Order.objects.update(confirmed_at=None)


def say_that_it_was_cancelled(order):
    Order.objects.update(cancelled_at=timezone.now())


def forget_an_event(order):
    OutboxEvent.objects.update(due_at=timezone.now() - 2 * outbox.OVERDUE)


def lose_a_movement(order):
    StockMovement.objects.filter(reference=order.order_number).update(reference="")


def lose_the_money(order):
    PaymentEvent.objects.filter(order=order).update(amount=Decimal("1.00"))


def miscount_a_coupon(order):
    Coupon.objects.update(uses=7)


def ship_what_was_not_ordered(order):
    shipment = ShipmentFactory(order=order)
    shipment.items.update(quantity=3)


def lose_a_parcel(order):
    shipment = ShipmentFactory(order=order)
    shipment.items.all().delete()


def return_what_was_not_shipped(order):
    back = ReturnFactory(order=ShipmentFactory(order=order).order)
    back.items.update(quantity=3)


def restock_without_a_movement(order):
    back = ReturnFactory(order=ShipmentFactory(order=order).order)
    back.items.update(restocked_quantity=1)


def refund_what_nobody_decided(order):
    RefundFactory(order=order)
    PaymentEvent.objects.filter(kind="refund_due").update(amount=2)


def park_an_event(order):
    OutboxEvent.objects.update(attempts=8, parked_at=timezone.now())


def forget_a_hold(order):
    late = OrderFactory()
    Order.objects.filter(pk=late.pk).update(hold_expires_at=timezone.now() - 2 * reconciliation.LATE)


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lose_a_line, "amounts"),
        (take_a_discount_off_no_line, "lines"),
        (charge_another_tax, "lines"),
        (forget_why_it_is_cheaper, "discounts"),
        (reduce_delivery_that_is_charged, "discounts"),
        (forget_the_use_of_a_coupon, "coupons"),
        (use_a_coupon_for_nothing, "coupons"),
        (forget_a_step, "timeline"),
        (forget_who_ordered, "timeline"),
        (forget_when, "timeline"),
        (say_that_it_was_cancelled, "timeline"),
        (forget_an_event, "outbox"),
        (lose_a_movement, "held"),
        (lose_the_money, "money"),
        (ship_what_was_not_ordered, "fulfillment"),
        (lose_a_parcel, "fulfillment"),
        (return_what_was_not_shipped, "fulfillment"),
        (restock_without_a_movement, "held"),
        (refund_what_nobody_decided, "money"),
        (miscount_a_coupon, "coupons"),
        (park_an_event, "outbox"),
        (forget_a_hold, "stuck"),
    ],
)
def test_damage_is_told(order, damage, rule):
    damage(order)

    assert rule in rules()


def test_counters_are_mended_from_their_ledger(order):
    miscount_a_coupon(order)

    assert reconciliation.mend() == 1

    assert Coupon.objects.get().uses == CouponUse.objects.count() == 1
    assert rules() == set()


def test_breaks_are_logged_at_error(order, caplog):
    miscount_a_coupon(order)

    assert reconciliation.log_breaks() == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_the_proof_costs_the_same_for_any_number_of_orders(order, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        reconciliation.breaks()
    for _ in range(5):
        OrderFactory(user=order.user)
    with django_assert_num_queries(len(few)):
        reconciliation.breaks()
