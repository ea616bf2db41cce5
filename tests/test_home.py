"""The home page."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from dbProject import caching
from products.services import pictures
from products.tests.factories import CategoryFactory, ProductFactory, ReviewFactory
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [3, 60])
def test_home_costs_five_queries_however_full_the_shop(client, count, django_assert_num_queries):
    for product in ProductFactory.create_batch(count):
        pictures.add(product, picture((60, 40)))
        ReviewFactory(product=product)
    cache.clear()
    caching.memory.clear()

    with django_assert_num_queries(5):  # which products, the products, their covers, the tree, the footer
        client.get("/")
    with django_assert_num_queries(3):
        client.get("/")


def test_each_row_has_its_reason(client):
    CategoryFactory(name="Kitchen")
    cheap = ProductFactory(name="Pencil", price=Decimal("29.99"))
    loved = ProductFactory(name="Teapot", price=Decimal(80))
    dear = ProductFactory(name="Tent", price=Decimal(30))
    ProductFactory(name="Sold out", price=Decimal(5), stock_quantity=0)
    ReviewFactory(product=loved, rating=5)
    ReviewFactory(product=dear, rating=3)
    ReviewFactory(product=cheap, rating=5, is_approved=False)

    rows = client.get("/").context["rows"]

    assert [product.name for product in rows.newest] == ["Sold out", "Tent", "Teapot", "Pencil"]
    assert rows.most_loved == [loved, dear]
    assert rows.affordable == [cheap]


def test_an_empty_shop_says_how_to_fill_it(client, django_assert_num_queries):
    html = client.get("/").content.decode()

    assert "python manage.py seed_demo" in html
    assert html.count("<h1") == 1
