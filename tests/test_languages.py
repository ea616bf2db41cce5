"""English and German: who decides, and what then reads how."""

import json
import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from products.forms import CatalogForm, PriceField
from products.models.attribute import Words
from products.selectors import facets
from products.services import pictures
from products.tests.factories import (
    ProductFactory,
    ReviewFactory,
)
from products.tests.pictures import picture

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}


def language_of(response):
    return re.search(r'<html lang="([^"]*)"', response.content.decode())[1]


# Who decides


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9", "de"),
        ("fr,de;q=0.5,en;q=0.1", "de"),
        ("fr", "en"),
        ("en-GB,de;q=0.9", "en"),
        ("*;q=x,\x00\xff" + "a" * 600, "en"),
    ],
)
def test_without_a_choice_the_browser_s_wish_counts_and_else_the_shop_s_language(client, wish, language):
    response = client.get("/products/", HTTP_ACCEPT_LANGUAGE=wish)

    assert language_of(response) == response["Content-Language"] == language


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "language"), [("en", "en"), ("de", "de"), ("fr", "de"), ("../x", "de")])
def test_a_choice_wins_over_the_browser_s_wish(client, cookie, language):
    client.cookies["language"] = cookie

    assert language_of(client.get("/products/", **GERMAN)) == language


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/products/", "/nowhere/", "/api/products/", "/language/de/"])
def test_answers_say_that_they_depend_on_cookie_and_wish(client, address):
    vary = {name.strip() for name in client.get(address)["Vary"].split(",")}

    assert {"Cookie", "Accept-Language"} <= vary


@pytest.mark.django_db
def test_a_picture_has_no_language(client):
    image = pictures.add(ProductFactory(), picture((60, 40)))

    assert "Accept-Language" not in client.get(image.image.url).get("Vary", "")


@pytest.mark.django_db
def test_a_visitor_s_language_is_not_the_next_one_s(client):
    client.get("/products/", **GERMAN)

    assert translation.get_language() == "en"
    assert language_of(client.get("/products/")) == "en"


# The switch


@pytest.mark.django_db
def test_the_switch_names_each_language_in_itself_and_leads_back_here(client):
    html = client.get("/products/?q=mug&sort=price", **GERMAN).content.decode()

    found = re.findall(
        r'<a href="(/language/[^"]*)" lang="(\w+)" hreflang="(\w+)" rel="nofollow"'
        r'( aria-current="true")?>([^<]*)</a>',
        html,
    )
    back = "?next=%2Fproducts%2F%3Fq%3Dmug%26sort%3Dprice"
    assert found == [
        (f"/language/en/{back}", "en", "en", "", "English"),
        (f"/language/de/{back}", "de", "de", ' aria-current="true"', "Deutsch"),
    ]


@pytest.mark.django_db
def test_the_switch_is_remembered_for_a_year(client):
    response = client.get("/language/de/?next=/products/%3Fq%3Dmug")

    assert (response.status_code, response["Location"]) == (302, "/products/?q=mug")
    assert "no-store" in response["Cache-Control"]
    cookie = response.cookies["language"]
    assert (cookie.value, cookie["samesite"], cookie["max-age"]) == ("de", "Lax", 31_536_000)
    assert cookie["httponly"]
    assert language_of(client.get("/products/")) == "de"
    client.get("/language/en/")
    assert language_of(client.get("/products/", **GERMAN)) == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "http:///evil.example",
        " //evil.example",
        "\x00/",
        "",
        "/" + "a" * 3_000,
    ],
)
def test_the_switch_leads_to_no_other_place(client, elsewhere):
    response = client.get("/language/de/", {"next": elsewhere})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert response.cookies["language"].value == "de"


@pytest.mark.django_db
def test_the_switch_ignores_a_broken_line_in_an_address(client):
    response = client.get("/language/de/", {"next": "/products/\r\nSet-Cookie: a=b"})

    assert response.status_code == 302
    assert "\n" not in response["Location"]
    assert list(response.cookies) == ["language"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["fr", "en-gb", "DE", "x" * 500])
def test_a_language_that_the_shop_does_not_speak_is_not_found(client, code):
    response = client.get(f"/language/{code}/")

    assert response.status_code == 404
    assert "language" not in response.cookies


@pytest.mark.django_db
def test_the_switch_takes_no_post(client):
    assert client.post("/language/de/").status_code == 405


# Money, numbers and dates


def shown(template, language, **values):
    with translation.override(language):
        return Template("{% load money humanize %}" + template).render(Context(values))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("template", "value", "english", "german"),
    [
        ("{{ value|money }}", Decimal("19.9"), "19.90\xa0€", "19,90\xa0€"),
        ("{{ value|money }}", Decimal("1299"), "1,299.00\xa0€", "1.299,00\xa0€"),
        ("{{ value|money }}", Decimal("-5"), "-5.00\xa0€", "-5,00\xa0€"),
        ("{{ value|floatformat:1 }}", Decimal("4.25"), "4.3", "4,3"),
        ("{{ value|intcomma }}", 12_345, "12,345", "12.345"),
        ("{{ value }}", Decimal("0.5"), "0.5", "0,5"),
        ('{{ value|date:"DATE_FORMAT" }}', timezone.datetime(2026, 3, 5), "March 5, 2026", "5. März 2026"),
    ],
)
def test_numbers_and_dates_read_as_the_reader_writes_them(template, value, english, german):
    assert shown(template, "en", value=value) == english
    assert shown(template, "de", value=value) == german


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "english", "german"),
    [("2.5", "2.5 kg", "2,5 kg"), ("1200", "1200 kg", "1200 kg"), ("x", "x kg", "x kg")],
)
def test_a_measure_reads_as_the_reader_writes_it(value, english, german):
    said = Words("Weight", "kg", {})
    with translation.override("en"):
        assert facets.in_words("number", value, said) == english
    with translation.override("de"):
        assert facets.in_words("number", value, said) == german


@pytest.mark.unit
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("typed", "price"),
    [
        ("19,90", "19.90"),
        ("19.90", "19.90"),
        (" 19,9 € ", "19.9"),
        ("30", "30"),
        ("1.299", "1299"),
        ("1,299", "1299"),
        ("1.299,00", "1299.00"),
        ("1,299.00", "1299.00"),
        ("1\xa0299,50", "1299.50"),
        (",5", "0.5"),
        ("0", "0"),
    ],
)
def test_a_price_is_understood_as_people_type_it(typed, price, language):
    with translation.override(language):
        assert str(PriceField().clean(typed)) == price


@pytest.mark.unit
@pytest.mark.parametrize("typed", ["", "€", "abc", "NaN", "-1", "19,90,5", "0.123", "12.34.56", "9" * 12])
def test_what_is_no_price_is_not_filled_in(rf, typed):
    assert CatalogForm(rf.get("/", {"min_price": typed}).GET).wanted().min_price is None


@pytest.mark.django_db
def test_the_price_filter_understands_a_comma_and_shows_it_again(client):
    ProductFactory(name="Below", price=Decimal("19.90"))
    ProductFactory(name="Above", price=Decimal("19.91"))

    response = client.get("/products/?max_price=19,90", **GERMAN)

    assert [product.name for product in response.context["products"]] == ["Below"]
    html = response.content.decode()
    assert 'name="max_price"' in html
    assert 'value="19,90"' in html
    assert "bis 19,90\xa0€" in html


@pytest.mark.api
@pytest.mark.django_db
def test_programs_read_the_same_numbers_in_every_language(client):
    product = ProductFactory(price=Decimal("1299.50"), sale_price=Decimal("999.90"))
    ReviewFactory(product=product)

    lists = [client.get("/api/products/", HTTP_ACCEPT_LANGUAGE=wish).json() for wish in ("en", "de")]
    details = [
        client.get(f"/api/products/{product.pk}/", HTTP_ACCEPT_LANGUAGE=wish).json() for wish in ("en", "de")
    ]

    assert lists[0] == lists[1]
    assert details[0] == details[1]
    assert lists[1]["results"][0]["effective_price"] == "999.90"
    assert lists[1]["results"][0]["stock_status"] == "In Stock"


@pytest.mark.django_db
def test_search_engines_read_the_same_numbers_in_every_language(client):
    product = ProductFactory(price=Decimal("1299.50"))
    ReviewFactory(product=product, rating=4)
    ReviewFactory(product=product, rating=5)
    data = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)

    blocks = [
        data.findall(client.get(product.get_absolute_url(), **wish).content.decode()) for wish in ({}, GERMAN)
    ]

    assert blocks[0] == blocks[1]
    assert json.loads(blocks[1][0])["offers"]["price"] == "1299.50"


@pytest.mark.django_db
def test_staff_read_german_screens_and_type_the_numbers_that_their_browser_sends(staff_client):
    product = ProductFactory(price=Decimal("1299.50"))

    html = staff_client.get("/admin/products/product/", **GERMAN).content.decode()
    assert "1.299,50\xa0€" in html
    assert "Aktionspreis" in html or "Bestand" in html

    form = staff_client.get(f"/admin/products/product/{product.pk}/change/", **GERMAN).content.decode()
    assert re.search(r'type="number" name="price" value="1299\.50"', form)
