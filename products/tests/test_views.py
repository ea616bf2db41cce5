"""Catalog pages."""

import re
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from dbProject import caching
from products.selectors import addresses
from products.services import attributes, catalog, search_words
from products.tests.factories import AttributeFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [3, 60])
def test_a_list_costs_the_same_however_full_the_shop(client, shop, count, django_assert_num_queries):
    shop(count)

    for address, queries in (
        ("/products/", 6),  # the tree, how many, these, their covers, facets, the footer
        ("/products/?category=kitchen&attr_color=red&min_price=5&sort=rating&page=2", 6),
        ("/categories/kitchen/", 6),
        ("/brands/tidewater/", 7),  # and the brand
    ):
        cache.clear()
        caching.memory.clear()
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200, address


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


@pytest.mark.parametrize("name", ["product_list", "home"])
def test_only_reading_is_possible(client, name):
    assert client.post(reverse(name)).status_code == 405


HOSTILE = [
    "\x00",
    "'; DROP TABLE products; --",
    "<script>alert(1)</script>",
    "%(x)s {{ 7*7 }} ${7*7}",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "\u202e\u0000\ufeff\U0001f9e8",
    "../../etc/passwd",
    "' \" & | ! ( ) : * <->",
    "\ud83d",
    "a" * 3000,
    "",
]
FIELDS = [
    "q",
    "category",
    "brand",
    "min_price",
    "max_price",
    "in_stock",
    "rating",
    "attr_color",
    "sort",
    "page",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_in_any_field_of_any_page_is_answered(client, shop, text):
    product = shop(3)[0]
    own = {"variant": text, "seen": text, "next": text}
    query = urlencode(dict.fromkeys(FIELDS, text) | own, errors="surrogatepass")
    pages = ["/", "/products/", "/categories/kitchen/", "/brands/tidewater/", product.get_absolute_url()]
    pages += ["/search/", "/search/suggest/", "/recently-viewed/", "/styleguide/", "/sitemap.xml"]

    answers = {page: client.get(f"{page}?{query}").status_code for page in pages}
    alone = {
        f"{page}?{field}": client.get(
            f"{page}?{urlencode({field: text}, errors='surrogatepass')}"
        ).status_code
        for page in ("/products/", "/search/")
        for field in FIELDS
    }

    assert set(answers.values()) | set(alone.values()) == {200}


def test_a_misspelled_search_finds_what_was_meant(client):
    ProductFactory.create_batch(3, name="Parlor headphones")
    search_words.refresh()

    response = client.get("/search/?q=hedphones")

    assert "Results for “headphones”" in response.content.decode()
    assert len(response.context["products"]) == 3


def test_an_empty_search_leads_on(client, shop):
    shop(3)

    html = client.get("/search/?q=xyzzyqwert").content.decode()

    assert "We could not find “" in html
    assert 'href="/categories/mugs/"' in html
    assert "What others like" in html


def test_suggestions_are_a_fragment_of_links(client):
    mug = ProductFactory(name="Harbor mug")

    html = client.get("/search/suggest/?q=harb").content.decode()

    assert f'href="{mug.get_absolute_url()}"' in html
    assert "<html" not in html


def test_the_site_map_lists_every_page_once(client, shop, monkeypatch):
    monkeypatch.setattr(addresses, "PER_PART", 2)
    products = shop(3)

    index = client.get("/sitemap.xml").content.decode()
    parts = [client.get(path).content.decode() for path in re.findall(r"//[^/]+(/sitemap-[^<]+)", index)]

    found = re.findall(r"<loc>([^<]+)</loc>", "".join(parts[1:]))
    assert found == [settings.SITE_URL + product.get_absolute_url() for product in products]
    assert "/categories/kitchen/</loc>" in parts[0]
    assert client.get("/sitemap-products-9.xml").status_code == 404
    assert "Sitemap: " in client.get("/robots.txt").content.decode()
    told = client.get("/llms.txt").content.decode()
    for line in ("/api/products/", "/feeds/merchant.xml", "/sitemap.xml", "English (en), Deutsch (de)"):
        assert line in told
