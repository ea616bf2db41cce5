"""Products with variants that several tests ask about."""

from decimal import Decimal

import pytest

from products.services import attributes
from products.services import catalog as writing
from products.tests.factories import AttributeFactory, ProductFactory


@pytest.fixture
def shirt():
    """A shirt: red in M for 20.00 (sold out) and in L for 40.00, blue in M for 30.00; all of linen."""
    for slug in ("color", "size", "material"):
        AttributeFactory(slug=slug, name=slug.title())
    shirt = ProductFactory(name="Shirt", stock_quantity=0, price=Decimal(30))
    attributes.set_values(shirt, {"material": "linen"})
    for sku, color, size, price, units in (
        ("RED-M", "red", "M", 20, 0),
        ("RED-L", "red", "L", 40, 5),
        ("BLUE-M", "blue", "M", 30, 5),
    ):
        options = {"color": color, "size": size}
        writing.add_variant(shirt, sku=sku, options=options, price=Decimal(price), stock_quantity=units)
    shirt.refresh_from_db()
    return shirt
