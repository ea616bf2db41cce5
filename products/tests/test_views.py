"""Catalog pages."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from dbProject import caching
from dbProject.pages import services as pages
from products.services import attributes, catalog, pictures
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/products/", 6),  # the tree, how many, these, their covers, facets, the footer
        ("/products/?category=kitchen&attr_color=red&min_price=5&sort=rating&page=2", 6),
        ("/categories/kitchen/", 6),
        ("/brands/tidewater/", 7),  # and the brand
    ],
)
def test_a_list_costs_the_same_however_full_the_shop(
    client, shop, count, address, queries, django_assert_num_queries
):
    shop(count)

    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [3, 60])
def test_a_product_costs_the_same_however_full_the_shop(client, shop, count, django_assert_num_queries):
    parent, single, *_ = shop(count)

    # the product, variants and related things, their answers, all pictures, reviews, the tree, the footer
    with django_assert_num_queries(7):
        client.get(parent.get_absolute_url())
    with django_assert_num_queries(5):  # a single has no variants; tree and footer are remembered
        client.get(single.get_absolute_url())


def test_garbage_in_the_address_shows_everything(client):
    tea = ProductFactory()

    response = client.get("/products/?min_price=cheap&category='--&page=last&attr_x=%00&sort=;")

    assert list(response.context["products"]) == [tea]
    assert response.context["chips"] == []


def test_a_page_beyond_the_end_is_the_last_one(client):
    ProductFactory.create_batch(25)

    response = client.get("/products/", {"page": 99})

    assert response.context["products"].number == 2
    assert len(response.context["products"]) == 1


def test_a_parent_shows_its_lowest_price_and_no_variant_a_card(client, shop):
    parent = shop(1)[0]
    catalog.add_variant(
        parent, sku="GOLD", options={"color": "gold"}, price=Decimal("1299.5"), stock_quantity=2
    )

    html = client.get("/products/").content.decode()

    assert html.count('<li class="card">') == 1
    assert "from 20.00\xa0€" in html


def test_applied_filters_are_chips_that_lead_out(client):
    AttributeFactory(slug="color", name="Color")
    tea = ProductFactory(name="Tea")
    attributes.set_values(tea, {"color": "green"})

    response = client.get("/products/?q=tea&min_price=5&attr_color=green&attr_color=red&page=3&sort=name")

    assert [tuple(chip) for chip in response.context["chips"]] == [
        ("“tea”", "/products/?min_price=5&attr_color=green&attr_color=red&sort=name"),
        ("from 5.00\xa0€", "/products/?q=tea&attr_color=green&attr_color=red&sort=name"),
        ("Color: green", "/products/?q=tea&min_price=5&sort=name&attr_color=red"),
        ("Color: red", "/products/?q=tea&min_price=5&sort=name&attr_color=green"),
    ]


def test_the_category_of_a_category_s_page_is_no_chip(client, shop):
    shop(3)

    response = client.get("/categories/kitchen/?in_stock=1&category=elsewhere")

    assert [chip.url for chip in response.context["chips"]] == ["/categories/kitchen/?category=elsewhere"]
    assert [product.category.slug for product in response.context["products"]] == ["mugs", "mugs"]


def test_an_empty_shop_says_how_to_fill_it(client):
    assert "python manage.py seed_demo" in client.get("/products/").content.decode()


def test_nothing_found_offers_a_way_on(client):
    ProductFactory()

    html = client.get("/products/?q=zzz").content.decode()

    assert "seed_demo" not in html
    assert "Clear all filters" in html


def test_words_from_the_address_are_never_html(client):
    ProductFactory()

    html = client.get("/products/?q=<script>alert(1)</script>&brand=x&attr_a=<img>").content.decode()

    assert "<script>" not in html
    assert "<img>" not in html


def test_the_address_of_a_variant_leads_to_its_parent(client, shop):
    parent = shop(1)[0]
    variant = parent.variants.get(sku=f"{parent.sku}-red")

    response = client.get(variant.get_absolute_url())

    assert response.status_code == 301
    assert response["Location"] == f"{parent.get_absolute_url()}?variant={variant.sku}"
    page = client.get(response["Location"]).context["page"]
    assert page.chosen == variant


def test_what_is_not_for_sale_is_not_found(client):
    hidden = ProductFactory(is_active=False)

    for address in (
        hidden.get_absolute_url(),
        "/products/nothing/",
        "/categories/nothing/",
        "/brands/nothing/",
    ):
        response = client.get(address)
        assert response.status_code == 404
        assert "There is nothing at this address" in response.content.decode()


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


@pytest.mark.parametrize("name", ["product_list", "home"])
def test_only_reading_is_possible(client, name):
    assert client.post(reverse(name)).status_code == 405
