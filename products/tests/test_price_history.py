"""The price ledger, and the lowest price of the 30 days before a sale."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from products.models import PriceRecord, SlugRedirect
from products.selectors import prices as ledger
from products.services import brands, catalog, categories, prices
from products.tests.factories import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def history(product, *steps):
    """Replace the ledger of ``product`` by (days ago, price, reduced) steps."""
    product.price_records.all().delete()
    for days, price, is_reduced in steps:
        PriceRecord.objects.create(
            product=product,
            effective_price=price,
            is_reduced=is_reduced,
            valid_from=timezone.now() - timedelta(days=days),
        )


def test_every_change_of_what_it_costs_is_recorded_once():
    product = ProductFactory(price=Decimal("20.00"))

    catalog.update_product(product, changes={"price": Decimal("18.00")})
    catalog.update_product(product, changes={"price": Decimal("18.00"), "name": "Other"})
    catalog.update_product(product, changes={"sale_price": Decimal("9.00")})
    rule = prices.PriceRule(target="no_sale")
    prices.change_prices([product.pk], rule, seen=prices.preview([product.pk], rule).seen)

    recorded = product.price_records.order_by("pk").values_list("effective_price", "is_reduced")
    assert list(recorded) == [(20, False), (18, False), (9, True), (18, False)]


def test_a_variant_has_a_ledger_and_its_parent_none_of_its_own_price():
    AttributeFactory(slug="size")
    parent = ProductFactory(stock_quantity=0)

    variant = catalog.add_variant(parent, sku="S", options={"size": "S"}, price=Decimal(7))

    assert variant.price_records.get().effective_price == 7


@pytest.mark.parametrize(
    ("steps", "lowest"),
    [
        pytest.param([(60, 20, False), (5, 15, True)], 20, id="the price before"),
        pytest.param([(60, 18, False), (40, 20, False), (5, 15, True)], 20, id="what was before 30 days"),
        pytest.param([(60, 18, False), (30, 20, False), (5, 15, True)], 18, id="in force when they began"),
        pytest.param([(60, 20, False), (20, 14, True), (10, 20, False), (5, 15, True)], 14, id="sale before"),
        pytest.param([(60, 20, False), (9, 17, True), (5, 15, True)], 20, id="reduced further"),
        pytest.param([(5, 15, True)], None, id="always reduced"),
        pytest.param([(60, 20, False)], None, id="a sale the ledger does not know"),
    ],
)
def test_the_lowest_price_of_thirty_days_before_the_sale(steps, lowest, django_assert_num_queries):
    product = ProductFactory(price=Decimal("20.00"), sale_price=Decimal("15.00"))
    history(product, *steps)

    with django_assert_num_queries(1):
        assert ledger.lowest_before_sale(product) == lowest


def test_without_a_sale_there_is_nothing_to_name(django_assert_num_queries):
    product = ProductFactory()

    with django_assert_num_queries(0):
        assert ledger.lowest_before_sale(product) is None


def test_an_old_address_leads_to_the_new_one_with_its_query(client):
    product = ProductFactory(slug="old")
    catalog.update_product(product, changes={"slug": "newer"})
    catalog.update_product(product, changes={"slug": "newest"})

    for slug in ("old", "newer"):
        answer = client.get(f"/products/{slug}/?variant=X")
        assert (answer.status_code, answer["Location"]) == (301, "/products/newest/?variant=X")


def test_a_product_that_takes_an_old_address_is_found_there(client):
    moved = ProductFactory(slug="lamp")
    catalog.update_product(moved, changes={"slug": "old-lamp"})

    ProductFactory(slug="lamp", name="New lamp")

    assert "New lamp" in client.get("/products/lamp/").content.decode()


def test_moving_there_and_back_leaves_no_circle(client):
    product = ProductFactory(slug="here")
    catalog.update_product(product, changes={"slug": "there"})
    catalog.update_product(product, changes={"slug": "here"})

    assert client.get("/products/here/").status_code == 200
    assert client.get("/products/there/")["Location"] == "/products/here/"


def test_categories_and_brands_move_too(client):
    category, brand = CategoryFactory(slug="lights"), BrandFactory(slug="harbour")

    category.slug = "lamps"
    categories.save_category(category)
    brand.slug = "harbor"
    brands.save_brand(brand)

    assert client.get("/categories/lights/")["Location"] == "/categories/lamps/"
    assert client.get("/brands/harbour/")["Location"] == "/brands/harbor/"


def test_what_was_deleted_is_not_led_to(client):
    product = ProductFactory(slug="old")
    catalog.update_product(product, changes={"slug": "new"})
    catalog.delete_product(product)

    assert client.get("/products/old/").status_code == 404


def test_a_redirect_leads_to_exactly_one_thing():
    with pytest.raises(IntegrityError, match="slug_redirect_leads_to_one"), transaction.atomic():
        SlugRedirect.objects.create(slug="nowhere")
