"""A rival who acts at one exact line of somebody else's order: what storms hit by chance, every time."""

from decimal import Decimal

import pytest

from orders.errors import CouponRefused, EmptyCart, PriceChanged
from orders.models import Cart, Coupon, Order, Promotion
from orders.selectors import totals
from orders.services import cart as carts
from orders.services import checkout, coupons, holds, payments, status, timeline
from orders.tests.factories import CouponFactory, OrderFactory
from products.errors import OutOfStock
from products.models import Product
from products.services import stock
from products.tests.factories import ProductFactory
from tests.races.crowd import before, buyer, carts_with, rival

pytestmark = pytest.mark.race

SEEN = Decimal("10.00")
MOMENTS = [(stock, "take_within"), (totals, "quote"), (checkout, "_insert"), (checkout, "_insert_lines")]
"""Lines of an order in their order: the cart is locked, then the stock is taken, and so on."""


def names(moment):
    return moment[1].strip("_") if isinstance(moment, tuple) else None


def pay(order, event_id="paid"):
    return payments.apply_event(
        provider="test",
        event_id=event_id,
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


def expire(order):
    Order.objects.filter(pk=order.pk).update(hold_expires_at=order.created_at)


@pytest.mark.parametrize("moment", MOMENTS, ids=names)
def test_who_comes_for_the_last_unit_while_it_is_being_sold(moment, monkeypatch):
    product = ProductFactory(stock_quantity=1)
    mine, theirs = carts_with({product: 1}, count=2)
    with rival(buyer(theirs)) as other:
        before(monkeypatch, *moment, other)
        try:
            answer = buyer(mine)()
        except OutOfStock as refusal:
            answer = refusal

    kinds = [type(answer), type(other.answer)]
    # Before the stock is locked the rival is quicker; after it the rival waits, and comes too late.
    assert kinds == ([OutOfStock, Order] if moment[1] == "take_within" else [Order, OutOfStock])
    assert Order.objects.count() == 1


@pytest.mark.parametrize("moment", MOMENTS, ids=names)
def test_a_second_click_in_the_middle_of_the_first_gets_its_order(moment, monkeypatch):
    (cart,) = carts_with({ProductFactory(): 1}, count=1)
    with rival(buyer(cart)) as again:
        before(monkeypatch, *moment, again)
        order = buyer(cart)()

    assert again.answer == order
    assert Order.objects.count() == 1


def new_price(product):
    def act():
        Product.objects.filter(pk=product.pk).update(price=12, price_low=12, price_high=12)

    return act


def test_a_price_that_rises_before_the_stock_is_locked_is_not_charged(monkeypatch):
    product = ProductFactory(price=SEEN, stock_quantity=1)
    (cart,) = carts_with({product: 1}, count=1)
    with rival(new_price(product)) as shop:
        before(monkeypatch, stock, "take_within", shop)
        with pytest.raises(PriceChanged):
            buyer(cart, total_seen=SEEN)()

    assert Product.objects.get(pk=product.pk).stock_quantity == 1
    assert (Order.objects.count(), cart.items.count()) == (0, 1)


@pytest.mark.parametrize("moment", MOMENTS[1:], ids=names)
def test_a_price_that_rises_later_waits_for_the_order(moment, monkeypatch):
    product = ProductFactory(price=SEEN)
    (cart,) = carts_with({product: 1}, count=1)
    with rival(new_price(product)) as shop:
        before(monkeypatch, *moment, shop)
        order = buyer(cart, total_seen=SEEN)()

    assert order.total_amount == order.items.get().unit_price == SEEN
    assert Product.objects.get(pk=product.pk).price == Decimal("12.00")


def test_what_is_put_into_the_cart_in_the_middle_of_its_order_is_still_there_after(monkeypatch):
    ordered, late = ProductFactory.create_batch(2)
    (cart,) = carts_with({ordered: 1}, count=1)
    with rival(lambda: carts.add(cart, product_id=late.pk, quantity=1)) as other_tab:
        before(monkeypatch, totals, "quote", other_tab)
        order = buyer(cart)()

    assert other_tab.answer.units == 1
    assert [item.product for item in order.items.all()] == [ordered]
    assert [item.product for item in cart.items.all()] == [late]


def test_what_was_put_into_the_cart_after_the_total_was_seen_is_not_charged():
    ordered, late = ProductFactory.create_batch(2)
    (cart,) = carts_with({ordered: 1}, count=1)
    carts.add(cart, product_id=late.pk, quantity=1)

    with pytest.raises(PriceChanged):
        buyer(cart, total_seen=SEEN)()

    assert (Order.objects.count(), cart.items.count()) == (0, 2)


def test_a_cart_that_is_merged_away_in_the_moment_of_its_order_orders_nothing(monkeypatch):
    (cart,) = carts_with({ProductFactory(): 1}, count=1)
    with rival(lambda: Cart.objects.filter(pk=cart.pk).delete()) as login:
        before(monkeypatch, checkout, "_locked_cart", login)
        with pytest.raises(EmptyCart):
            buyer(cart)()

    assert Order.objects.count() == 0


def test_a_coupon_that_is_used_up_between_total_and_use_is_refused(monkeypatch):
    coupon = CouponFactory(most_uses=1)
    mine, theirs = (carts_with({ProductFactory(): 1}, count=1, coupon=coupon.code)[0] for _ in range(2))
    with rival(buyer(theirs)) as other:
        before(monkeypatch, coupons, "use", other)
        with pytest.raises(CouponRefused):
            buyer(mine)()

    assert (type(other.answer), Order.objects.count(), mine.items.count()) == (Order, 1, 1)


@pytest.mark.parametrize(
    ("moment", "refusal"), [((totals, "quote"), PriceChanged), ((coupons, "use"), CouponRefused)], ids=names
)
def test_a_coupon_that_is_withdrawn_in_the_middle_is_refused(moment, refusal, monkeypatch):
    coupon = CouponFactory()
    (cart,) = carts_with({ProductFactory(): 1}, count=1, coupon=coupon.code)

    def withdraw():
        Promotion.objects.update(is_active=False)
        Coupon.objects.update(is_active=False)

    with rival(withdraw) as shop:
        before(monkeypatch, *moment, shop)
        with pytest.raises(refusal):
            buyer(cart, total_seen=Decimal("9.00"))()

    assert shop.has_come
    assert (Order.objects.count(), cart.items.count()) == (0, 1)


# After the order


def test_money_that_arrives_while_the_reservation_ends_takes_the_stock_again(monkeypatch):
    product = ProductFactory(stock_quantity=1)
    order = OrderFactory(units={product: 1})
    expire(order)
    with rival(lambda: pay(order)) as provider:
        before(monkeypatch, status, "release", provider)
        assert holds.release_expired() == 1

    assert provider.answer.status == Order.Status.CONFIRMED
    assert [m.change for m in product.movements.order_by("pk")] == [1, -1, 1, -1]


def test_a_reservation_that_ends_while_money_arrives_stays(monkeypatch):
    product = ProductFactory(stock_quantity=1)
    order = OrderFactory(units={product: 1})
    expire(order)
    with rival(holds.release_expired) as clock:
        before(monkeypatch, status, "hold_again", clock)
        assert pay(order).status == Order.Status.CONFIRMED

    assert clock.answer == 0
    assert [m.change for m in product.movements.order_by("pk")] == [1, -1]


def test_money_for_what_somebody_else_bought_meanwhile_goes_back(monkeypatch):
    product = ProductFactory(stock_quantity=1)
    order = OrderFactory(units={product: 1})
    expire(order)
    holds.release_expired()
    (theirs,) = carts_with({product: 1}, count=1)
    with rival(buyer(theirs)) as other:
        before(monkeypatch, status, "hold_again", other)
        paid = pay(order)

    assert type(other.answer) is Order
    assert paid.status == Order.Status.CANCELLED
    assert paid.amount_captured() == paid.amount_going_back() == paid.total_amount


@pytest.mark.parametrize("moment", [(status, "lock"), (status, "confirm_paid")], ids=names)
def test_a_customer_who_cancels_while_their_money_arrives_gets_it_back(moment, monkeypatch):
    order = OrderFactory(units={(product := ProductFactory(stock_quantity=1)): 1})
    with rival(lambda: status.cancel(order, actor=timeline.SHOP)) as customer:
        before(monkeypatch, *moment, customer)
        pay(order)

    assert not isinstance(customer.answer, Exception)
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert order.amount_captured() == order.amount_going_back() == order.total_amount
    assert [m.change for m in product.movements.order_by("pk")] == [1, -1, 1]
