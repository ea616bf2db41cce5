"""The shop in German: no page speaks English, and none remembers the words of another reader."""

import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from dbProject import caching
from dbProject.pages import services as pages
from products.services import attributes
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def shop(db):
    """A shop whose own words cannot be taken for the shop assistant's."""
    AttributeFactory(slug="size", name="Gr", attribute_type="number", unit="cm")
    AttributeFactory(slug="plugged", name="Stk", attribute_type="boolean")
    shelf = CategoryFactory(slug="becher", name="Becher", parent=CategoryFactory(slug="kueche", name="Küche"))
    brand = BrandFactory(slug="ton", name="Ton")
    for number in range(30):
        product = ProductFactory(
            name=f"Becher {number}", slug=f"becher-{number}", category=shelf, brand=brand,
            description="Rund.", price=Decimal(20 + number), stock_quantity=(0, 2, 40)[number % 3],
            sale_price=Decimal(15) if number % 4 == 0 else None,
        )  # fmt: skip
        attributes.set_values(product, {"size": Decimal(number) / 2, "plugged": number % 2 == 0})
        if number % 5 == 0:
            ReviewFactory(product=product, rating=5, title="Schön", content="Rund.")
    pages.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
    pages.add_page(slug="imprint", title="Impressum", body="<p>Wir</p>", language="de")


PAGES = [
    "/",
    "/products/",
    "/products/?q=becher&in_stock=1&min_price=5&max_price=100&rating=4&attr_plugged=true&sort=price",
    "/products/?q=nirgendwo",
    "/products/?page=2",
    "/categories/kueche/",
    "/categories/becher/",
    "/brands/ton/",
    "/products/becher-0/",
    "/products/becher-1/",
    "/products/becher-3/",
    "/pages/imprint/",
    "/nirgendwo/",
    "/search/",
    "/search/?q=becher",
    "/search/?q=becherr",
    "/search/?q=nirgendwo",
    "/search/suggest/?q=bech",
]
"""What is read in one shop, address by address: filling it takes longer than any of them."""
ENGLISH = re.compile(
    r"\b(the|and|with|from|your|of|in stock|sold out|left|reviews?|stars|search|sort|filter and|filters|"
    r"price|brands|category|categories|show|clear|products|all|any|everything|see|skip|details|newest|most|best|"
    r"nothing|page|next|previous|language|yes|no|now|under|item|lowest|load more|remove|you|this|is|are)\b",
    re.IGNORECASE,
)


def forget():
    """Let the next page find nothing that another has remembered."""
    cache.clear()
    caching.memory.clear()


def words_of(html):
    """Return what people read or hear of a page: its text, and the attributes that are read out."""
    html = re.sub(r"<(script|style|svg|code)\b.*?</\1>", " ", html, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|alt|title|content)="([^"]*)"', html)
    spoken = [
        text for text in spoken if not text.startswith(("width=", "light", "{", "/", "http", "noindex"))
    ]
    return " ".join([re.sub(r"<[^>]*>", " ", html), *spoken]).replace("Marlow &amp; Finch", "")


@pytest.mark.django_db
def test_a_german_page_speaks_no_english(client, shop):
    for address in PAGES:
        forget()
        german = words_of(client.get(address, **GERMAN).content.decode())

        assert sorted({match[0] for match in ENGLISH.finditer(german)}) == [], address
        assert ENGLISH.search(words_of(client.get(address).content.decode())), address


@pytest.mark.django_db
def test_what_one_reader_s_page_remembered_is_not_shown_in_another_language(client, shop):
    for address in PAGES:
        alone = {}
        for name, wish in {"en": {}, "de": GERMAN}.items():
            forget()
            alone[name] = words_of(client.get(address, **wish).content.decode())

        forget()
        for _ in range(2):
            assert words_of(client.get(address).content.decode()) == alone["en"], address
            assert words_of(client.get(address, **GERMAN).content.decode()) == alone["de"], address


@pytest.mark.django_db
def test_a_category_is_named_in_the_reader_s_language_where_it_has_a_name_there(client):
    german = {"de": {"name": "Küche", "description": ""}}
    CategoryFactory(name="Kitchen", slug="kitchen", description="For cooks.", translations=german)
    CategoryFactory(name="Desk", slug="desk")

    for _ in range(2):  # the second time from what is remembered
        page = client.get("/categories/kitchen/", **GERMAN).content.decode()
        assert "<h1>Küche</h1>" in page
        assert "For cooks." in page
        assert ">Desk<" in page
        assert "Kitchen" not in page
        assert "<h1>Kitchen</h1>" in client.get("/categories/kitchen/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ("", True),
        ('{"de": {"name": "Küche"}}', True),
        ('{"de": {"nom": "Cuisine"}}', False),
        ('{"fr": {"name": "Cuisine"}}', False),
        ('{"de": "Küche"}', False),
        ('{"de": {"name": 5}}', False),
        ('["de"]', False),
        ("{", False),
    ],
)
def test_staff_name_a_category_in_another_language(staff_client, typed, is_taken):
    category = CategoryFactory(name="Kitchen", slug="kitchen")
    address = f"/admin/products/category/{category.pk}/change/"
    data = {"name": "Kitchen", "slug": "kitchen", "sort_order": 0, "is_active": "on", "translations": typed}

    assert (staff_client.post(address, data).status_code == 302) is is_taken

    category.refresh_from_db()
    assert category.translations == (json.loads(typed or "{}") if is_taken else {})


@pytest.mark.django_db
def test_another_language_costs_no_query(client, shop, django_assert_num_queries):
    for address in PAGES:
        forget()
        with CaptureQueriesContext(connection) as english:
            client.get(address)
        forget()

        with django_assert_num_queries(len(english), info=address):
            client.get(address, **GERMAN)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["400.html", "429.html", "500.html", "503.html"])
def test_the_pages_without_context_speak_the_reader_s_language_too(name):
    with translation.override("de"):
        html = engines["django"].get_template(name).render({}, None)

    assert '<html lang="de">' in html
    assert "Zur Startseite" in html
    assert not ENGLISH.search(words_of(html))


@pytest.mark.django_db
def test_a_page_for_other_eyes_speaks_german(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    with translation.override("de"):
        html = engines["django"].get_template("403.html").render({}, request)

    assert not ENGLISH.search(words_of(html))
