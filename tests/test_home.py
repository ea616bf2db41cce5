"""The home page."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from dbProject import caching
from products.models import Product, Recommendation, StockMovement
from products.selectors import home
from products.services import catalog, pictures, recommendations, stock
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory, ReviewFactory
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db


def rows(below=30):
    caching.memory.clear()
    cache.clear()
    return home.rows(affordable_below=Decimal(below))


@pytest.mark.parametrize("count", [4, 60])
def test_home_costs_seven_queries_however_full_the_shop(client, count, django_assert_num_queries):
    AttributeFactory(slug="color")
    for product in ProductFactory.create_batch(count, stock_quantity=0):
        pictures.add(product, picture((60, 40)))
        ReviewFactory(product=product)
        catalog.add_variant(product, sku=f"{product.sku}-red", options={"color": "red"}, price=Decimal(20))
    cache.clear()
    caching.memory.clear()

    # what is in demand, which products, these, covers, colors, the tree, the footer
    with django_assert_num_queries(7):
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


def test_what_is_in_demand_stands_in_its_order_where_there_is_more_than_one(client):
    first, second, out, hidden, old = ProductFactory.create_batch(5)
    ProductFactory.create_batch(4)  # newer than all of them
    Product.objects.filter(pk=out.pk).update(stock_quantity=0, is_available=False)
    catalog.update_product(hidden, changes={"is_active": False})
    told = [(one.pk, 1.0) for one in (second, out, hidden, first)]
    recommendations.replace(Recommendation.Kind.TRENDING, {0: told, 7: [(old.pk, 1.0)]})

    assert rows().in_demand == [second, first]
    assert "In demand just now" in client.get("/").content.decode()

    recommendations.replace(Recommendation.Kind.TRENDING, {0: told[:2]})
    assert rows().in_demand == [second]
    assert "In demand just now" not in client.get("/").content.decode()


def test_what_stands_in_one_row_gives_way_to_others_below():
    products = ProductFactory.create_batch(12)

    shown = rows()

    assert shown.newest == products[:-5:-1]
    assert not set(shown.newest) & set(shown.affordable)


def test_what_costs_little_comes_from_many_shelves():
    kitchen, desk = CategoryFactory.create_batch(2)
    pens = [ProductFactory(category=desk, price=Decimal(price)) for price in (28, 27, 26, 29, 25)]
    cup, _bowl = (ProductFactory(category=kitchen, price=Decimal(price)) for price in (12, 31))
    ProductFactory.create_batch(4, category=kitchen, price=Decimal(90))  # are new, and leave the row alone

    assert rows().affordable == [pens[4], cup, pens[2], pens[1]]


def test_only_what_was_sold_out_and_arrived_lately_is_back():
    topped_up, back, gone_again, long_ago, _new = ProductFactory.create_batch(5)
    stock.adjust(topped_up, change=10, reason="Delivery")
    for product in (back, gone_again, long_ago):
        stock.take({product.pk: 20}, reference="ORD")
        stock.adjust(product, change=3, reason="Delivery")
    stock.take({back.pk: 1}, reference="ORD")
    stock.take({gone_again.pk: 3}, reference="ORD")
    past = timezone.now() - home.BACK_FOR
    StockMovement.objects.filter(product=long_ago).update(created_at=past)

    assert rows().back_in_stock == [back]


def test_a_product_is_back_when_one_of_its_variants_is():
    AttributeFactory(slug="size")
    shirt = ProductFactory(stock_quantity=0)
    small = catalog.add_variant(shirt, sku="S", options={"size": "S"}, price=Decimal(20), stock_quantity=1)
    catalog.add_variant(shirt, sku="M", options={"size": "M"}, price=Decimal(20), stock_quantity=5)
    stock.take({small.pk: 1}, reference="ORD")
    stock.adjust(small, change=4, reason="Delivery")

    assert rows().back_in_stock == [shirt]


def test_new_this_week_is_said_only_of_this_week(client):
    ProductFactory()
    assert "New this week" in client.get("/").content.decode()

    Product.objects.update(created_at=timezone.now() - home.NEW_FOR)
    caching.memory.clear()

    html = client.get("/").content.decode()
    assert "New this week" not in html
    assert "New in the shop" in html


def test_an_empty_shop_says_how_to_fill_it(client):
    html = client.get("/").content.decode()

    assert "python manage.py seed_demo" in html
    assert html.count("<h1") == 1
