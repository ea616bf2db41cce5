"""Figures of what sold are written down while people buy the very same things."""

from decimal import Decimal

import pytest

from products.models import Product
from products.services import catalog, popularity
from products.tests.factories import AttributeFactory, ProductFactory
from tests.races.crowd import buyer, carts_with, crowd, tally

pytestmark = pytest.mark.race
BUYERS, WRITERS = 12, 4


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


def writer(sold):
    def write():
        popularity.set_units_sold(sold)
        return "written"

    return write


def test_figures_are_written_down_while_variants_sell_out_and_nobody_is_in_the_way(rounds):
    AttributeFactory(slug="color")
    with crowd(BUYERS + WRITERS) as people:
        for turn in rounds(4):
            parent, made = variants()
            buyers = [buyer(carts_with({variant: 1}, count=1)[0]) for variant in made]
            figures = [{variant.pk: 1 + turn * WRITERS + n for variant in made} for n in range(WRITERS)]

            answers = people.at_once(*buyers, *map(writer, figures))

            assert tally(answers) == {"Order": BUYERS, "written": WRITERS}
            assert Product.objects.get(pk=parent.pk).is_available is False
