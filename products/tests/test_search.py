"""What customers find. Everything here holds on Postgres and on SQLite."""

import json
import re
from decimal import Decimal

import pytest
from django.db.models import Count

from products import search
from products.models import Product
from products.search import words
from products.services import catalog, search_words
from products.tests.factories import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory
from products.tests.searches import find, names

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


# What is found


@pytest.mark.parametrize(
    "typed",
    [
        "kettle",
        "KETTLE",
        "kettles",
        "whistling kettle",
        "kettle marlow",
        "marlow kitchenware",
        "boiling",
        "solingen kettle",
        "the kettle",
        "kett",
    ],
)
def test_every_text_of_a_product_finds_it(kettle, typed):
    ProductFactory(name="Teapot")

    assert names(typed) == ["Whistling Kettle"]


@pytest.mark.parametrize("typed", ["strong", "p", "br", "xyzzyqwrt", "kettle teapot xyzzyqwrt!"[14:], "..."])
def test_tags_and_words_that_occur_nowhere_find_nothing(kettle, typed):
    found = find(typed)

    assert (list(found.products), found.matches.count(), found.correction, found.exact) == ([], 0, None, None)


@pytest.mark.parametrize(
    "typed", ["KT-285A", "kt285a", "KT 285 A", " kt-285a ", "4006381333931", "04006381333931"]
)
def test_an_exact_code_comes_first_however_it_is_written(kettle, typed):
    for number in range(4):
        ProductFactory(name=f"Fits KT-285A KT285A {typed} {number}")

    found = find(typed)

    assert found.exact == kettle
    assert found.products[0] == kettle
    assert found.correction is None


def test_a_code_that_only_looks_like_another_is_not_exact():
    ProductFactory(sku="AB-12", name="Plain")
    ProductFactory(sku="AB-12S", name="Special")

    assert find("ab12").exact.name == "Plain"
    assert find("AB 12 S").exact.name == "Special"
    assert find("AB-1").exact is None


@pytest.mark.parametrize("typed", ["CE285A", "CE-285A", "ce 285a", "CE 285 A"])
@pytest.mark.parametrize("written", ["CE285A", "CE-285A"])
def test_a_part_number_in_a_name_is_found_with_and_without_its_dash(typed, written):
    ProductFactory(name=f"Toner {written} black")
    ProductFactory(name="Toner CE286B black")

    assert names(typed) == [f"Toner {written} black"]


def test_half_of_a_part_number_is_not_worth_showing(five_products):
    ProductFactory(name="Cable with CE mark")

    assert names("CE-999X") == []
    assert names("laserjet CE-999X") == ["LaserJet 1020"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Crème brûlée dish", "creme brulee"),
        ("Creme dish", "crème"),
        ("Straßenkarte", "strassenkarte"),
        ("Strassenkarte", "STRAßENKARTE"),
        ("Kühlschrank", "kuehlschrank"),
        ("Kühlschrank", "kuhlschrank"),
        ("Kuehlschrank", "kühlschrank"),
        ("Smørrebrød board", "smorrebrod"),
        ("Wi-Fi router", "wifi"),
        ("WiFi router", "wi-fi"),
        ("Women's coat", "womens coat"),
        ("USB/PS2 adapter", "ps2"),
        ("Laserjet 1020", "laserjet1020"),
        ("Headphones", "head phones"),
        ("Batteries", "battery"),
    ],
)
def test_spelling_that_is_a_matter_of_taste_does_not_matter(written, typed):
    wanted = ProductFactory(name=written)

    assert list(find(typed).products) == [wanted]


def test_names_count_more_than_shelves_and_these_more_than_descriptions():
    sound = CategoryFactory(name="Speakers")
    last = ProductFactory(name="Cable", description="For speakers of any make")
    third = ProductFactory(name="Wire", short_description="For speakers")
    second = ProductFactory(name="Box", category=sound)
    first = ProductFactory(name="Speakers")
    for number in range(20):
        ProductFactory(name=f"Something else {number}")

    found = list(find("speakers").products)

    assert found == [first, second, third, last]
    assert [product.rank for product in found] == sorted((p.rank for p in found), reverse=True)


def test_a_product_that_can_be_had_comes_before_its_equal():
    gone = ProductFactory(name="Lamp", stock_quantity=0)
    here = ProductFactory(name="Lamp")
    gone_too = ProductFactory(name="Lamp", stock_quantity=0)

    assert list(find("lamp").products) == [here, gone_too, gone]


def test_a_variant_leads_to_its_parent(django_capture_on_commit_callbacks):
    AttributeFactory(slug="color")
    shirt = ProductFactory(name="Shirt", stock_quantity=0)
    variant = catalog.add_variant(
        shirt, sku="SH-RED-M", options={"color": "Crimson"}, price=Decimal(9), name="Shirt in ruby"
    )
    catalog.update_product(variant, changes={"ean": "4006381333931"})

    for typed in ("crimson", "shirt crimson", "ruby shirt", "SHREDM", "4006381333931"):
        assert list(find(typed).products) == [shirt], typed
    assert find("sh-red-m").exact == shirt

    with django_capture_on_commit_callbacks(execute=True):
        catalog.update_product(variant, changes={"is_active": False})

    assert names("crimson") == names("SHREDM") == []


# What is nearly so


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [
        ("hedphones", "headphones", 3),
        ("HP Cartrige", "HP Cartridge", 1),
        ("STUDOI hedphones", "STUDIO headphones", 1),
    ],
)
def test_what_was_meant_is_shown_and_said(five_products, typed, meant, count):
    found = find(typed)

    assert (found.correction, found.is_corrected, found.is_partial) == (meant, True, False)
    assert found.matches.count() == len(found.products) == count


def test_a_rare_word_is_found_as_typed_and_a_common_one_offered():
    for number in range(12):
        ProductFactory(name=f"Cartridge {number}")
    ProductFactory(name="Cartrige")
    search_words.refresh()

    found = find("cartrige")

    assert [product.name for product in found.products] == ["Cartrige"]
    assert (found.correction, found.is_corrected) == ("cartridge", False)


def test_most_words_do_where_nothing_has_all_and_then_some(five_products):
    found = find("studio headphones xyzzyqwrt")

    assert found.is_partial
    assert [product.name for product in found.products] == ["Studio headphones"]
    assert set(names("studio travel")) == {"Studio headphones", "Travel headphones"}
    assert names("studio travel headphones black")[:2] != ["Black cartridge"]


def test_a_filter_makes_no_word_wrong(five_products):
    nothing_here = Product.objects.active().listed().filter(category__name="Nowhere")

    found = find("headphones", within=nothing_here)

    assert (list(found.products), found.correction, found.is_corrected) == ([], None, False)


def test_words_that_say_nothing_are_left_out_unless_they_are_all_there_is(five_products):
    ProductFactory(name="The Who")

    assert set(names("i want the headphones for a child")) == {"Headphones for children"}
    assert "The Who" in names("the")
    assert names("with") == []


# Counts and queries


def test_counts_are_those_of_plain_python(five_products, django_assert_num_queries):
    makers = [BrandFactory(name=name) for name in ("Aspen", "Birch")]
    for number in range(40):
        ProductFactory(
            name=f"{'Oak' if number % 3 else 'Pine'} table {number}",
            brand=makers[number % 2],
            is_active=bool(number % 5),
        )
    expected = [
        product
        for product in Product.objects.all()
        if product.is_active and re.search("oak", product.name, re.I) and "table" in product.name
    ]
    found = find("oak tables")

    with django_assert_num_queries(2):
        assert found.matches.count() == len(expected)
        assert {product.pk for product in found.products} == {product.pk for product in expected}
    facets = dict(found.matches.values_list("brand__name").annotate(count=Count("pk")))
    assert facets == {name: sum(p.brand.name == name for p in expected) for name in ("Aspen", "Birch")}
    assert found.products.filter(brand=makers[0]).count() == facets["Aspen"]
    page = list(found.products.cheapest_first()[:5])
    assert [product.pk for product in page] == sorted(product.pk for product in expected)[:5]


def test_ranks_are_given_to_some_only_when_very_many_match(monkeypatch, five_products):
    monkeypatch.setattr(search, "RANKED", 2)
    monkeypatch.setattr(search.postgres, "RANKED", 2)
    monkeypatch.setattr("products.search.sqlite.RANKED", 2)
    for number in range(3):
        ProductFactory(name=f"Stand {number}", description="for headphones")

    found = list(find("headphones").products)

    assert len(found) == find("headphones").matches.count() == 6
    assert all("headphones" in product.name.lower() for product in found[:2])
    assert [product.rank > 0 for product in found] == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("", 0),
        ("...", 0),
        ("headphones", 1),
        ("studio", 2),
        ("hedphones", 3),
        ("xyzzyqwrt", 3),
        ("xyzzy xyzzyqwrt headphones studio travel", 3),
        ("9999-9999", 2),
    ],
)
@pytest.mark.parametrize("products", [0, 20])
def test_finding_takes_as_many_queries_whatever_there_is(
    five_products, typed, queries, products, django_assert_num_queries
):
    for number in range(products):
        ProductFactory(name=f"Something {number}")

    with django_assert_num_queries(queries):
        find(typed)
    with django_assert_num_queries(max(0, queries - 1)):  # how often words are there is remembered
        find(typed)


def test_words_are_gathered_and_forgotten(five_products, django_assert_num_queries):
    assert search_words.refresh() == search_words.refresh()
    Product.objects.filter(name="Black cartridge").delete()
    search_words.refresh()

    assert find("cartrige").correction is None
    assert find("hedphones").correction == "headphones"


# Whatever is typed


@pytest.fixture(scope="module")
def naughty():
    return [
        "",
        " ",
        "\x00",
        "a\x00b",
        "'",
        '"',
        "''''",
        '"unclosed',
        "' OR 1=1 --",
        "'; DROP TABLE products; --",
        *("&", "|", "!", "<->", "a <-> b", "a:*", ":*", "!!a", "(a", "a)", "a & | b", "\\", "'\\'", "%", "_"),
        *("%s", "%(a)s", "{}", "AND", "OR", "NOT", "NEAR(a b)", "a AND", "name: a", "codes : x", "^a", "a*"),
        *("*", "-a", "+", "{name codes}: a"),
        *("x" * 10_000, "x " * 5_000, "9" * 300, "a-" * 200, "\u00e9" * 500),
        *("田中さんにあげて下さい", "Ω≈ç√∫µ≤≥÷", "🐵 🙈 🙉 🙊", "T̗o͞ ͡i̡n", "\ud800", "\u202e test"),
        *("ﬃ ②", "ⅳ", "١٢٣", "\u0130\u0131", "ß", "\u02b9'"),
        "1e5 0x1F 1.83 -1600 a@b.de http://a/b?c=d&e /usr/bin",
        json.dumps({"a": ["b"]}),
    ]


def test_any_text_gets_an_answer(kettle, five_products, naughty):
    for typed in naughty:
        found = find(typed)
        shown = list(found.products[:24])
        assert found.matches.count() >= len(shown), typed
        assert len(found.words) <= words.MAX_CHARACTERS
        suggested = search.suggest(typed)
        assert len(suggested.products) <= 6, typed
        json.dumps([found.words, found.correction, *suggested.corrections])


@pytest.mark.parametrize(
    "typed", ["kettle' | 'teapot", 'kettle" OR "teapot', "kettle:* | teapot", "name : teapot"]
)
def test_nothing_typed_is_an_operator(kettle, typed):
    ProductFactory(name="Teapot")

    assert find(typed).is_partial or not find(typed).matches.exists()
