"""The last units, bought over a database that answers 20 to 100 ms late."""

import pytest
from django.db import connection

from orders.models import Order
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import buyer, carts_with, crowd, patiently, tally
from tests.races.slow_database import slow
from tests.races.storefront import shopper

pytestmark = pytest.mark.race

BUYERS = 16


@pytest.fixture
def people(transactional_db):
    with slow(connection) as through, crowd(BUYERS, through) as people:
        yield people


@pytest.mark.parametrize("units", [1, 3])
def test_the_last_units_are_sold_exactly_once(units, people, rounds):
    for _ in rounds(1):
        product = ProductFactory(stock_quantity=units)
        carts = carts_with({product: 1}, count=BUYERS)
        everybody = [*map(buyer, carts[::2]), *map(shopper, carts[1::2])]

        answers = people.at_once(*map(patiently, everybody))

        assert tally(answers) == {"Order": units, "OutOfStock": BUYERS - units}
        assert Order.objects.filter(items__product=product).count() == units
        assert Product.objects.get(pk=product.pk).stock_quantity == 0
