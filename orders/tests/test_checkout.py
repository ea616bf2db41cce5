"""Placing an order: all of it or nothing, once per key, at the price that was seen."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.errors import EmptyCart, LimitReached, PriceChanged
from orders.models import Order, OrderItem
from orders.services import cart as carts
from orders.services import checkout, coupons, reconciliation
from orders.tests.factories import (
    ADDRESS,
    CartFactory,
    CartItemFactory,
    CouponFactory,
    MethodFactory,
    OrderFactory,
    PromotionFactory,
)
from orders.tests.placing import cart_of, place
from products.errors import OutOfStock, UnknownProduct
from products.models import Product
from products.tests.factories import CategoryFactory, ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_order_freezes_what_was_bought_and_empties_the_cart():
    product = ProductFactory(name="Oak stool", sku="OAK", price=Decimal("11.90"), stock_quantity=5)
    cart = cart_of(product, quantity=2)

    order = place(cart)

    item = order.items.get()
    assert (item.product_name, item.product_sku, item.quantity) == ("Oak stool", "OAK", 2)
    assert (item.unit_price, item.total_price, item.tax_rate) == (
        Decimal("11.90"),
        Decimal("23.80"),
        Decimal("0.19"),
    )
    assert (order.subtotal, order.tax_amount, order.total_amount) == (
        Decimal("20.00"),
        Decimal("3.80"),
        Decimal("23.80"),
    )
    assert (order.status, order.holds_stock, order.currency) == ("pending", True, "EUR")
    assert order.hold_expires_at - timezone.now() > timedelta(minutes=29)
    assert cart.items.count() == 0
    product.refresh_from_db()
    assert product.stock_quantity == 3
    movement = product.movements.exclude(kind="opening").get()
    assert (movement.change, movement.kind, movement.reference) == (-2, "sale", order.order_number)
    assert [(event.kind, event.actor) for event in order.events.all()] == [("placed", "customer")]
    event = OutboxEvent.objects.get()
    assert event.payload["order_id"] == order.pk
    assert reconciliation.breaks() == []


def test_the_number_says_the_day_and_nothing_else():
    number = OrderFactory().order_number

    assert len(number) == 19
    assert number.startswith(f"ORD-{timezone.now():%Y%m%d}-")


def test_a_number_that_is_taken_is_drawn_again(monkeypatch):
    numbers = iter(["ORD-20260101-AAAAAA", "ORD-20260101-AAAAAA", "ORD-20260101-BBBBBB"])
    monkeypatch.setattr(checkout, "new_order_number", lambda: next(numbers))

    first, second = OrderFactory(), OrderFactory()

    assert (first.order_number, second.order_number) == ("ORD-20260101-AAAAAA", "ORD-20260101-BBBBBB")
    assert reconciliation.breaks() == []


def test_one_key_makes_one_order():
    cart = cart_of(ProductFactory())
    first = place(cart)
    carts.add(cart, product_id=ProductFactory().pk, quantity=1)

    again = place(cart)

    assert again == first
    assert cart.items.count() == 1
    assert Order.objects.count() == 1
    assert place(cart, idempotency_key="another").pk != first.pk


def test_no_two_orders_have_the_same_key():
    """Whatever looks beforehand: the database decides."""
    first, second = [place(cart_of(ProductFactory())) for _ in range(2)]
    with pytest.raises(IntegrityError, match="idempotency_key"), transaction.atomic():
        Order.objects.filter(pk=second.pk).update(idempotency_key=first.idempotency_key)


def test_two_customers_may_use_the_same_key():
    orders = [place(cart_of(ProductFactory()), idempotency_key="1") for _ in range(2)]

    assert orders[0] != orders[1]


def test_an_account_orders_from_its_own_cart():
    user, product = UserFactory(), ProductFactory()
    carts.add(user.cart, product_id=product.pk, quantity=1)

    order = checkout.place_order(user=user, idempotency_key="k", shipping_address=ADDRESS)

    assert (order.user, order.email) == (user, user.email)
    assert order.billing_address == order.shipping_address == ADDRESS


def test_an_empty_cart_orders_nothing(nothing_happens):
    cart = CartFactory()

    with nothing_happens(cart), pytest.raises(EmptyCart):
        place(cart)


def test_every_short_product_is_named_and_nothing_is_taken(nothing_happens):
    plenty, scarce, gone = ProductFactory(), ProductFactory(sku="SCARCE"), ProductFactory(sku="GONE")
    cart = cart_of(plenty, scarce, gone, quantity=3)
    Product.objects.filter(pk=scarce.pk).update(stock_quantity=2)
    Product.objects.filter(pk=gone.pk).update(is_active=False)

    with nothing_happens(cart), pytest.raises(OutOfStock) as refusal:
        place(cart)

    assert refusal.value.facts["skus"] == ["SCARCE", "GONE"]


def test_another_price_than_the_one_seen_is_refused(nothing_happens):
    product = ProductFactory(price=Decimal("10.00"))
    cart = cart_of(product)
    Product.objects.filter(pk=product.pk).update(price=Decimal("12.00"))

    with nothing_happens(cart), pytest.raises(PriceChanged) as refusal:
        place(cart, total_seen=Decimal("10.00"))

    assert refusal.value.facts == {"total_seen": "10.00", "total_amount": "12.00"}
    assert place(cart, total_seen=Decimal("12.00")).total_amount == Decimal("12.00")


def test_more_than_one_order_may_have_is_refused(nothing_happens):
    product = ProductFactory()
    cart = cart_of(product, quantity=3)
    Product.objects.filter(pk=product.pk).update(max_per_order=2)

    with nothing_happens(cart), pytest.raises(LimitReached):
        place(cart)


def test_an_order_of_nothing_to_pay_is_confirmed_at_once():
    order = place(cart_of(ProductFactory(price=Decimal(0))))

    assert (order.status, order.total_amount) == ("confirmed", Decimal())
    assert reconciliation.breaks() == []


# What the database refuses


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"total_amount": Decimal("99.00")}, "totals_add_up"),
        ({"subtotal": Decimal("-1.00")}, "order_totals_add_up"),
        ({"discount_gross": Decimal("1.00")}, "order_gross_totals_add_up"),
        ({"status": "confirmed", "holds_stock": False}, "order_confirmed_has_its_stock"),
        ({"status": "cancelled"}, "order_gone_holds_no_stock"),
    ],
)
def test_the_database_refuses_an_order_that_cannot_be(change, constraint):
    order = OrderFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**change)


def test_the_database_refuses_a_line_that_does_not_add_up():
    item = OrderFactory().items.get()

    for change in ({"total_price": 5}, {"tax_amount": 5}, {"quantity": 0}, {"discount_amount": 11}):
        with pytest.raises(IntegrityError, match="order_item"), transaction.atomic():
            OrderItem.objects.filter(pk=item.pk).update(**change)


# What it costs


@pytest.mark.parametrize("lines", [3, 50])
def test_an_order_costs_the_same_number_of_queries_for_any_number_of_lines(
    lines, django_assert_max_num_queries, django_assert_num_queries
):
    MethodFactory()
    coupon = CouponFactory(most_uses_per_customer=1)
    PromotionFactory(needs_coupon=False)
    shelf = CategoryFactory()
    user = UserFactory()
    for product in ProductFactory.create_batch(lines, category=shelf, stock_quantity=2):
        CartItemFactory(cart=user.cart, product=product)
    coupons.put_in_cart(user.cart, code=coupon.code)

    with django_assert_num_queries(25):
        checkout.place_order(user=user, idempotency_key=uuid4().hex, shipping_address=ADDRESS)


def test_what_was_deleted_meanwhile_is_ordered_past_the_cart_by_nobody(nothing_happens):
    there, gone = ProductFactory(), ProductFactory()
    gone.delete()

    with nothing_happens(CartFactory()), pytest.raises(UnknownProduct):
        checkout.place_directly(
            {there.pk: 1, gone.pk: 1}, email="guest@example.com", shipping_address=ADDRESS
        )
