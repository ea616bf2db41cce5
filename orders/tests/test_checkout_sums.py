"""What an order costs: its delivery, its tax and its offers."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.errors import CouponRefused, NotDelivered
from orders.models import Promotion
from orders.services import coupons, reconciliation, status, timeline
from orders.tests.factories import (
    ADDRESS,
    CartFactory,
    CouponFactory,
    MethodFactory,
    PromotionFactory,
    ZoneFactory,
)
from orders.tests.placing import cart_of, place
from products.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


# Delivery


def test_the_first_delivery_that_fits_is_taken_unless_another_is_chosen():
    standard, express = MethodFactory(), MethodFactory(price=Decimal("12.00"))

    order = place(cart_of(ProductFactory(price=Decimal("10.00"))))
    other = place(cart_of(ProductFactory(price=Decimal("10.00"))), shipping_method=express.pk)

    assert (order.shipping_method, order.shipping_name) == (standard, standard.name)
    assert (order.shipping_gross, order.total_amount) == (Decimal("4.90"), Decimal("14.90"))
    assert order.shipping_amount + order.shipping_tax_amount == Decimal("4.90")
    assert other.total_amount == Decimal("22.00")
    assert reconciliation.breaks() == []


def test_where_nothing_goes_nothing_is_ordered(nothing_happens):
    MethodFactory()
    cart = cart_of(ProductFactory())

    with nothing_happens(cart), pytest.raises(NotDelivered):
        place(cart, shipping_address=ADDRESS | {"country": "FR", "zip_code": "75001"})
    with nothing_happens(cart), pytest.raises(NotDelivered):
        place(cart, shipping_method=0)


def test_what_weighs_nothing_travels_for_nothing():
    MethodFactory()

    order = place(cart_of(ProductFactory(is_digital=True)))

    assert (order.shipping_gross, order.shipping_method) == (Decimal(), None)


def test_delivery_is_free_from_a_value_on():
    MethodFactory(free_from=Decimal("50.00"))

    assert place(cart_of(ProductFactory(price=Decimal("49.99")))).shipping_gross == Decimal("4.90")
    assert place(cart_of(ProductFactory(price=Decimal("50.00")))).shipping_gross == Decimal("0.00")


def test_delivery_is_free_from_the_same_price_tag_on_for_whoever_owes_no_tax():
    MethodFactory(zone=ZoneFactory(countries=["AT", "DE"]), free_from=Decimal("50.00"))
    abroad = {
        "shipping_address": ADDRESS | {"country": "AT", "zip_code": "1010"},
        "vat_number": "ATU12345675",
    }

    below, there = (
        place(cart_of(ProductFactory(price=Decimal(tag))), **abroad) for tag in ("49.99", "50.00")
    )

    assert (below.shipping_gross, there.shipping_gross) == (Decimal("4.12"), Decimal("0.00"))
    assert there.total_amount == Decimal("42.02")


# Tax


def test_another_country_of_the_union_pays_its_own_rate_and_the_same_price_tag():
    order = place(
        cart_of(ProductFactory(price=Decimal("12.10"))),
        shipping_address=ADDRESS | {"country": "ES", "zip_code": "28001"},
    )

    assert (order.items.get().tax_rate, order.total_amount) == (Decimal("0.21"), Decimal("12.10"))
    assert order.tax_amount == Decimal("2.10")


def test_an_export_pays_the_net_of_the_price_tag():
    order = place(
        cart_of(ProductFactory(price=Decimal("11.90"))),
        shipping_address=ADDRESS | {"country": "US", "zip_code": "10001", "state": "NY"},
    )

    assert (order.total_amount, order.tax_amount) == (Decimal("10.00"), Decimal("0.00"))
    assert "Export" in order.tax_note


def test_a_business_elsewhere_in_the_union_owes_the_tax_itself():
    order = place(
        cart_of(ProductFactory(price=Decimal("11.90"))),
        shipping_address=ADDRESS | {"country": "AT", "zip_code": "1010"},
        vat_number="ATU12345675",
    )

    assert (order.total_amount, order.tax_amount) == (Decimal("10.00"), Decimal("0.00"))
    assert "Reverse charge" in order.tax_note


# Offers


def test_an_automatic_offer_is_a_line_with_its_reason():
    shelf = CategoryFactory()
    inside, outside = ProductFactory(category=shelf), ProductFactory()
    PromotionFactory(name="Mugs week", needs_coupon=False, value=Decimal(20)).categories.add(shelf)

    order = place(cart_of(inside, outside))

    discount = order.discounts.get()
    assert (discount.name, discount.amount) == ("Mugs week", Decimal("2.00"))
    assert "20" in discount.reason
    assert order.total_amount == Decimal("18.00")
    assert reconciliation.breaks() == []


def test_a_coupon_is_counted_once_and_given_back_when_the_order_goes():
    coupon = CouponFactory(code="WELCOME", most_uses=1)
    cart = cart_of(ProductFactory())
    coupons.put_in_cart(cart, code=" welcome ")

    order = place(cart)

    coupon.refresh_from_db()
    assert (order.total_amount, coupon.uses) == (Decimal("9.00"), 1)
    for _ in range(2):
        status.cancel(order, actor=timeline.SHOP)
    coupon.refresh_from_db()
    assert coupon.uses == 0
    assert reconciliation.breaks() == []


def test_a_coupon_that_ended_since_is_refused(nothing_happens):
    coupon = CouponFactory()
    cart = cart_of(ProductFactory())
    coupons.put_in_cart(cart, code=coupon.code)
    Promotion.objects.update(ends_at=timezone.now())

    with nothing_happens(cart), pytest.raises(CouponRefused):
        place(cart)


@pytest.mark.parametrize("limit", [{"most_uses": 1}, {"most_uses_per_customer": 1}])
def test_a_coupon_has_its_limits(limit, nothing_happens):
    coupon = CouponFactory(**limit)
    first, second = cart_of(ProductFactory()), cart_of(ProductFactory())
    for cart in (first, second):
        coupons.put_in_cart(cart, code=coupon.code)
    place(first)

    with nothing_happens(second), pytest.raises(CouponRefused):
        place(second, email="GUEST@example.com")


def test_an_unknown_coupon_does_not_get_into_a_cart():
    cart = CartFactory()
    for code in ("", "NOPE", "x" * 100, "\x00"):
        with pytest.raises(CouponRefused):
            coupons.put_in_cart(cart, code=code)


def test_an_order_of_many_things_says_which_of_them_were_free():
    PromotionFactory(kind=Promotion.Kind.BUY_X_GET_Y, buy=2, get=1, needs_coupon=False)
    products = [ProductFactory(price=Decimal(1000 + number)) for number in range(60)]

    order = place(cart_of(*products, quantity=3))

    discount = order.discounts.get()
    cheapest = " + ".join(f"3 × {product.price:,.2f}" for product in products[:20])  # noqa: RUF001
    assert discount.reason == f"3 for 2: {cheapest}"
    assert discount.amount == sum(3 * product.price for product in products[:20])
