"""What a customer was told: one use of a coupon, and the total that they saw, or no order."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from orders.errors import PriceChanged
from orders.models import Order
from orders.tests.factories import CouponFactory
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import buyer, carts_with, crowd, patiently, tally

pytestmark = pytest.mark.race

BUYERS = 50


def test_a_coupon_for_one_use_is_used_once(gathered, rounds):
    people = gathered(BUYERS)
    products = ProductFactory.create_batch(people.size, stock_quantity=1_000)
    for number in rounds(2):
        coupon = CouponFactory(most_uses=1)
        # Each cart holds another product: only the coupon stands between them.
        everybody = [carts_with({one: 1}, count=1, coupon=coupon.code)[0] for one in products]

        answers = people.at_once(*map(buyer, everybody))

        assert tally(answers) == {"Order": 1, "CouponRefused": people.size - 1}
        coupon.refresh_from_db()
        assert coupon.uses == coupon.ledger.count() == 1
        left = Product.objects.filter(pk__in=[one.pk for one in products]).aggregate(n=Sum("stock_quantity"))
        assert left["n"] == people.size * 1_000 - number - 1


def test_a_coupon_for_one_use_each_is_used_once_by_each(rounds):
    spellings = ["anna@example.com", "Anna@Example.com", "BEN@example.com", "ben@example.com"]
    products = ProductFactory.create_batch(16, stock_quantity=1_000)
    with crowd(len(products)) as people:
        for _ in rounds(3):
            coupon = CouponFactory(most_uses_per_customer=1)
            # Each cart holds another product: only the coupon stands between them.
            everybody = [carts_with({one: 1}, count=1, coupon=coupon.code)[0] for one in products]

            answers = people.at_once(*[buyer(cart, email=spellings[cart.pk % 4]) for cart in everybody])

            assert tally(answers) == {"Order": 2, "CouponRefused": len(products) - 2}
            assert set(coupon.ledger.values_list("email", flat=True)) == {
                "anna@example.com",
                "ben@example.com",
            }


def test_while_prices_move_nobody_is_charged_what_they_did_not_see(gathered, rounds):
    cheap, dear = Decimal("10.00"), Decimal("11.00")
    people = gathered(20)
    for _ in rounds(5):
        product = ProductFactory(price=cheap, stock_quantity=BUYERS)
        changes = (dear, cheap, dear, cheap)
        seen = [cheap, dear] * ((people.size - len(changes)) // 2)
        everybody = carts_with({product: 1}, count=len(seen))

        def price(amount, pk=product.pk):
            fields = {"price": amount, "price_low": amount, "price_high": amount}
            return lambda: Product.objects.filter(pk=pk).update(**fields)

        answers = people.at_once(
            *[patiently(buyer(cart, total_seen=total)) for cart, total in zip(everybody, seen, strict=True)],
            *map(price, changes),
        )

        assert set(tally(answers)) <= {"Order", "PriceChanged", "int"}
        for total, answer in zip(seen, answers, strict=False):
            assert isinstance(answer, PriceChanged) or answer.total_amount == total
        assert Order.objects.filter(items__product=product).count() == tally(answers).get("Order", 0)
