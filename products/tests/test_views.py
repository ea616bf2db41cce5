"""Catalog pages."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.urls import reverse

from dbProject import caching
from dbProject.pages import services as pages
from products.models import PriceRecord, Product
from products.selectors import addresses
from products.services import attributes, catalog, pictures, search_words, stock
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
