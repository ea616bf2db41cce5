"""The page of one product."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.models import F

from dbProject import caching
from products.models import PriceRecord, Product
from products.services import attributes, catalog, stock
from products.tests.factories import AttributeFactory, ProductFactory, ReviewFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [3, 60])
def test_a_product_costs_the_same_however_full_the_shop(client, shop, count, django_assert_num_queries):
    parent, single, *_ = shop(count)
    stock.adjust(parent.variants.all()[0], change=5, reason="Delivery")
    cache.clear()
    caching.memory.clear()

    # the product with variants and what stands beside it, their answers, all pictures, reviews, and what
    # is remembered: what stands beside it, the tree, the footer, how long delivery takes
    with django_assert_num_queries(8):
        client.get(parent.get_absolute_url())
    with django_assert_num_queries(5):
        client.get(single.get_absolute_url())


def test_a_reduced_product_says_its_lowest_price_of_the_30_days_before(client, django_assert_num_queries):
    product = ProductFactory(price=Decimal(16))  # in force until longer ago than that
    catalog.update_product(product, changes={"price": Decimal(22)})
    PriceRecord.objects.filter(product=product).update(valid_from=F("valid_from") - timedelta(days=31))
    for changes in (
        {"price": Decimal("18.50")},
        {"price": Decimal(25)},
        {"sale_price": Decimal(17)},
        {"sale_price": Decimal(15)},  # reduced further: still the same sale
    ):
        catalog.update_product(product, changes=changes)
    cache.clear()
    caching.memory.clear()

    # what stands beside it, the product with that, its ledger, answers, pictures, reviews, the tree, footer,
    # delivery
    with django_assert_num_queries(9):
        html = client.get(product.get_absolute_url()).content.decode()

    assert html.count("Lowest price of the 30 days before") == 1
    assert "Lowest price of the 30 days before: 18.50\xa0€" in html


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"price": Decimal(20), "sale_price": Decimal(15)}, "15.00\xa0€"),  # reduced from its first day
        ({"price": Decimal(20)}, "20.00\xa0€"),
    ],
)
def test_without_an_earlier_price_or_a_sale_no_price_before_is_shown(client, changes, shown):
    html = client.get(ProductFactory(**changes).get_absolute_url()).content.decode()

    assert shown in html
    assert "30 days before" not in html


def test_a_price_before_is_not_shown_once_the_sale_is_over(client):
    product = ProductFactory(price=Decimal(20))
    catalog.update_product(product, changes={"sale_price": Decimal(15)})
    assert "30 days before: 20.00" in client.get(product.get_absolute_url()).content.decode()

    catalog.update_product(product, changes={"sale_price": None})

    assert "30 days before" not in client.get(product.get_absolute_url()).content.decode()


def test_the_address_of_a_variant_leads_to_its_parent(client, shop):
    parent = shop(1)[0]
    variant = parent.variants.get(sku=f"{parent.sku}-red")

    response = client.get(variant.get_absolute_url())

    assert response.status_code == 301
    assert response["Location"] == f"{parent.get_absolute_url()}?variant={variant.sku}"
    page = client.get(response["Location"]).context["page"]
    assert page.chosen == variant


def test_a_product_says_what_it_costs_what_it_is_and_what_people_think(client):
    AttributeFactory(slug="width", name="Width", attribute_type="number", unit="cm")
    AttributeFactory(slug="safe", name="Dishwasher safe", attribute_type="boolean")
    mug = ProductFactory(
        name="Mug",
        price=Decimal(20),
        sale_price=Decimal(15),
        stock_quantity=2,
        description="<p>Clay</p><script>",
    )
    attributes.set_values(mug, {"width": "9.50", "safe": True})
    ReviewFactory(product=mug, rating=4, title="Holds tea", content="<b>Well</b>")
    ReviewFactory(product=mug, is_approved=False, title="Unread")

    html = client.get(mug.get_absolute_url()).content.decode()

    assert "15.00\xa0€" in html
    assert "<s>20.00\xa0€</s>" in html
    assert "Only a few left" in html
    assert '<th scope="row">Width</th><td>9.5 cm</td>' in html
    assert '<th scope="row">Dishwasher safe</th><td>Yes</td>' in html
    assert "<p>Clay</p>" in html
    assert "<script>" not in html
    assert "4.0 of 5 stars, 1 review" in html
    assert "Holds tea" in html
    assert "&lt;b&gt;Well&lt;/b&gt;" in html
    assert "Unread" not in html


def test_a_sold_out_choice_is_marked_in_words(client, shop):
    parent = shop(1)[0]

    html = client.get(parent.get_absolute_url()).content.decode()

    assert html.count('choice-none"') == 2
    assert html.count("(sold out)") == 2
    assert "Sold out" in html


def test_what_was_seen_is_shown_again_but_not_itself(client):
    first, second = ProductFactory.create_batch(2)
    client.get(f"/recently-viewed/?seen={first.pk}")

    html = client.get(f"/recently-viewed/?seen={second.pk}").content.decode()

    assert first.name in html
    assert second.name not in html
    client.cookies["seen"] = "1.2:forged"
    assert client.get("/recently-viewed/").content.strip() == b""


def test_machines_read_the_product_and_the_way_to_it(client, shop):
    product = shop(1)[0]
    Product.objects.filter(pk=product.pk).update(name="</script><b>&")

    html = client.get(product.get_absolute_url()).content.decode()

    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    about, crumbs = map(json.loads, blocks)
    assert (about["@type"], about["name"], about["sku"]) == ("Product", "</script><b>&", product.sku)
    assert [step["name"] for step in crumbs["itemListElement"]] == ["Kitchen", product.category.name]
    assert f'rel="canonical" href="{settings.SITE_URL}{product.get_absolute_url()}"' in html
