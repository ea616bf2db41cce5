"""The last units: sold as often as there are, whoever wants them, however far the database is."""

from uuid import uuid4

import pytest

from orders.models import Order
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import buyer, carts_with, patiently, tally
from tests.races.storefront import shopper

pytestmark = pytest.mark.race

BUYERS = 50


@pytest.fixture
def people(gathered):
    return gathered(BUYERS)


@pytest.mark.parametrize("units", [1, 3, 10])
def test_the_last_units_are_sold_exactly_once(units, people, rounds):
    for _ in rounds(2):
        product = ProductFactory(stock_quantity=units)
        carts = carts_with({product: 1}, count=people.size)
        everybody = [*map(buyer, carts[::2]), *map(shopper, carts[1::2])]

        answers = people.at_once(*map(patiently, everybody))

        assert tally(answers) == {"Order": units, "OutOfStock": people.size - units}
        assert Order.objects.filter(items__product=product).count() == units
        assert Product.objects.get(pk=product.pk).stock_quantity == 0


def test_two_products_in_opposite_order_let_everybody_through(people, rounds):
    for _ in rounds(5):
        half = min(people.size // 2, 8)
        tea, cup, pot = ProductFactory.create_batch(3, stock_quantity=2 * half)
        there = carts_with({tea: 1, cup: 1, pot: 1}, count=half)
        back = carts_with({pot: 1, cup: 1, tea: 1}, count=half)

        answers = people.at_once(*map(patiently, map(buyer, there + back)))

        assert tally(answers) == {"Order": 2 * half}
        assert not Product.objects.filter(stock_quantity__gt=0).exists()


def test_one_click_many_times_is_one_order(people, rounds):
    for _ in rounds(2):
        product = ProductFactory(stock_quantity=BUYERS)
        (cart,) = carts_with({product: 1}, count=1)
        key = str(uuid4())
        pairs = [(buyer(cart, key=key), shopper(cart, idempotency_key=key)) for _ in range(people.size // 2)]
        clicks = [patiently(click) for pair in pairs for click in pair]

        at_once, later = people.at_once(*clicks), people.at_once(*clicks)

        (order,) = Order.objects.filter(items__product=product)
        assert at_once == later == [order] * len(at_once)
        assert Product.objects.get(pk=product.pk).stock_quantity == BUYERS - 1
