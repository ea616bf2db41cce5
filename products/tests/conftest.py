"""Products that several tests ask about."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from dbProject import caching
from dbProject.pages import services as pages
from products.services import attributes, catalog, pictures, search_words
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)
from products.tests.pictures import picture


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
        catalog.add_variant(shirt, sku=sku, options=options, price=Decimal(price), stock_quantity=units)
    shirt.refresh_from_db()
    return shirt


@pytest.fixture
def kettle():
    return ProductFactory(
        name="Whistling Kettle",
        sku="KT-285A",
        ean="4006381333931",
        short_description="Sings when the water boils",
        description="<p>Enameled <strong>steel</strong>, made in Solingen.</p>",
        brand=BrandFactory(name="Marlow"),
        category=CategoryFactory(name="Kitchenware"),
    )


@pytest.fixture
def five_products():
    """Five products; their words are gathered, so that what is misspelled is noticed."""
    audio = CategoryFactory(name="Sound")
    hp = BrandFactory(name="HP")
    for name in ("Studio headphones", "Travel headphones", "Headphones for children"):
        ProductFactory(name=name, category=audio)
    ProductFactory(name="Black cartridge", brand=hp)
    ProductFactory(name="LaserJet 1020", brand=hp)
    search_words.refresh()


@pytest.fixture
def shop():
    """Call it to fill a category with so many products, every third of them with variants and a review."""

    def fill(count):
        AttributeFactory(slug="color", name="Color")
        family = CategoryFactory(slug="kitchen", name="Kitchen", description="For cooks.")
        shelf = CategoryFactory(slug="mugs", parent=family)
        brand = BrandFactory(slug="tidewater")
        pages.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
        cover = picture((60, 40))
        products = [
            ProductFactory(category=shelf, brand=brand, stock_quantity=0 if number % 3 == 0 else 9)
            for number in range(count)
        ]
        for product in products:
            pictures.add(product, cover)
        for product in products[::3]:
            ReviewFactory(product=product)
            for color in ("red", "blue"):
                variant = catalog.add_variant(
                    product, sku=f"{product.sku}-{color}", options={"color": color}, price=Decimal(20)
                )
                pictures.add(variant, cover)
        cache.clear()
        caching.memory.clear()
        return products

    return fill
