"""What pages ask of the database: the same for 20 products and for 20,000."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection

from dbProject import caching
from dbProject.pages import services as pages
from orders.tests.factories import MethodFactory
from products.models import Product, ProductAttributeValue, ProductImage, Review
from products.search import upkeep
from products.services import catalog, pictures, stock
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db

HOME, CATALOG, PRODUCT = 7, 6, 9
"""Queries of a page for which nothing is remembered yet."""


def insert(model, source, values, **changed):
    """Insert rows like ``row`` of ``source``, but for the columns of ``changed``, which are SQL."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    shown = ", ".join(changed.get(column, f'row."{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {shown} FROM {table} row, {source}",  # noqa: S608
            values,
        )


def multiply(product, times, **changed):
    """Insert ``times`` copies of a product; ``changed`` knows which one as ``n``."""
    names = {"slug": "row.slug || n", "sku": "row.sku || '-' || n"}
    insert(Product, "generate_series(1, %s) n WHERE row.id = %s", [times, product.pk], **names, **changed)


def give_copies(model, product):
    """Give every copy of ``product`` what it has itself."""
    source = "products copy WHERE row.product_id = %s AND copy.id <> row.product_id AND copy.sku LIKE %s"
    insert(model, source, [product.pk, f"{product.sku}-%"], product_id="copy.id")


def fill_up(single, parent, *, times):
    """Copy both with all that belongs to them."""
    for product in (single, parent):
        multiply(product, times)
        give_copies(ProductImage, product)
        give_copies(Review, product)
    for variant in parent.variants.all():
        multiply(variant, times, parent_id="(SELECT id FROM products WHERE slug = 'parent' || n)")
        give_copies(ProductAttributeValue, variant)


@pytest.fixture
def shop():
    """Call it to fill a shop: half of it is reduced, half has two colors, and all has what pages show."""

    def fill(count):
        AttributeFactory(slug="color", name="Color")
        shelf, brand = CategoryFactory(slug="kitchen"), BrandFactory(slug="tidewater")
        MethodFactory()
        pages.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
        made = {"category": shelf, "brand": brand, "price": Decimal(20)}
        single = ProductFactory(slug="single", is_featured=True, **made)
        catalog.update_product(single, changes={"sale_price": Decimal(15)})
        stock.take({single.pk: 20}, reference="ORD")
        stock.adjust(single, change=9, reason="Delivery")
        parent = ProductFactory(slug="parent", stock_quantity=0, **made)
        for color in ("red", "blue"):
            catalog.add_variant(
                parent, sku=color, options={"color": color}, price=Decimal(20), stock_quantity=9
            )
        for product in (single, parent):
            pictures.add(product, picture((60, 40)))
            ReviewFactory(product=product)
        with upkeep.once_at_the_end():  # and none of the copies: nobody searches here
            fill_up(single, parent, times=count // 2 - 1)

    return fill


@pytest.mark.parametrize("count", [20, 20_000])
def test_a_page_costs_the_same_for_twenty_products_and_for_twenty_thousand(
    client, shop, count, django_assert_num_queries
):
    shop(count)
    assert Product.objects.active().listed().count() == count

    for address, queries in (
        ("/", HOME),
        ("/products/", CATALOG),
        ("/categories/kitchen/?brand=tidewater&attr_color=red&min_price=5&in_stock=1&sort=rating", CATALOG),
        ("/products/single/", PRODUCT),  # reduced: its ledger too
        ("/products/parent/", PRODUCT - 1),
    ):
        cache.clear()
        caching.memory.clear()
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
