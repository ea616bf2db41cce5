"""Figures of what sold are written down while people buy the very same things."""

from decimal import Decimal

import pytest

from products.models import Product
from products.services import catalog, popularity
from products.tests.factories import AttributeFactory, ProductFactory
from tests.races.crowd import buyer, carts_with, crowd, tally

pytestmark = pytest.mark.race
BUYERS, WRITERS, TIMES = 12, 4, 20


def variants():
    """Return a thing in many colors, of each of which there is one."""
    parent = ProductFactory(stock_quantity=0)
    made = [
        catalog.add_variant(
            parent,
            sku=f"{parent.sku}-{number}",
            options={"color": str(number)},
            price=Decimal(10),
            stock_quantity=1,
        )
        for number in range(BUYERS)
    ]
    return parent, made


def writer(made, number):
    """Return the call that writes down one figure after the other, each another one."""

    def write():
        for turn in range(TIMES):
            popularity.set_units_sold({variant.pk: 1 + turn * WRITERS + number for variant in made})
        return "written"

    return write


def test_figures_are_written_down_while_variants_sell_out_and_nobody_is_in_the_way(rounds):
    AttributeFactory(slug="color")
    with crowd(BUYERS + WRITERS) as people:
        for _ in rounds(4):
            parent, made = variants()
            buyers = [buyer(carts_with({variant: 1}, count=1)[0]) for variant in made]

            answers = people.at_once(*buyers, *(writer(made, number) for number in range(WRITERS)))

            assert tally(answers) == {"Order": BUYERS, "written": WRITERS}
            assert Product.objects.get(pk=parent.pk).is_available is False
