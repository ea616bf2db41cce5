"""The last units: sold as often as there are, whoever wants them."""

import pytest

from orders.models import Order
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import buyer, carts_with, crowd, patiently, tally
from tests.races.storefront import shopper

pytestmark = pytest.mark.race

BUYERS = 50


@pytest.fixture
def people():
    with crowd(BUYERS) as people:
        yield people


@pytest.mark.parametrize("units", [1, 3, 10])
def test_the_last_units_are_sold_exactly_once(units, people, rounds):
    for _ in rounds(2):
        product = ProductFactory(stock_quantity=units)
        carts = carts_with({product: 1}, count=BUYERS)
        everybody = [*map(buyer, carts[::2]), *map(shopper, carts[1::2])]

        answers = people.at_once(*map(patiently, everybody))

        assert tally(answers) == {"Order": units, "OutOfStock": BUYERS - units}
        assert Order.objects.filter(items__product=product).count() == units
        assert Product.objects.get(pk=product.pk).stock_quantity == 0


def test_two_products_in_opposite_order_let_everybody_through(people, rounds):
    for _ in rounds(5):
        tea, cup, pot = ProductFactory.create_batch(3, stock_quantity=16)
        there = carts_with({tea: 1, cup: 1, pot: 1}, count=8)
        back = carts_with({pot: 1, cup: 1, tea: 1}, count=8)

        answers = people.at_once(*map(buyer, there + back))

        assert tally(answers) == {"Order": 16}
        assert not Product.objects.filter(stock_quantity__gt=0).exists()


def test_one_click_many_times_is_one_order(people, rounds):
    for _ in rounds(2):
        product = ProductFactory(stock_quantity=BUYERS)
        (cart,) = carts_with({product: 1}, count=1)

        clicks = [buyer(cart)] * BUYERS
        at_once, later = people.at_once(*clicks), people.at_once(*clicks)

        (order,) = Order.objects.filter(items__product=product)
        assert at_once == later == [order] * BUYERS
        assert Product.objects.get(pk=product.pk).stock_quantity == BUYERS - 1
