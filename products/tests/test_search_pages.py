"""Search as pages and programs meet it."""

import pytest
from django.core.cache import cache

from dbProject import caching
from products.services import search_words
from products.tests.factories import BrandFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def names(client, **query):
    return [product.name for product in client.get("/products/", query).context["products"]]


def test_the_best_match_comes_first_and_an_exact_sku_before_everything(client):
    in_text = ProductFactory(name="Travel case", short_description="Holds your headphones")
    in_name = ProductFactory(name="Wireless headphones")
    exact = ProductFactory(name="Cable", sku="HEAD-PHONES")

    assert names(client, q="headphones") == [exact.name, in_name.name, in_text.name]
    assert names(client, q="head-phones")[0] == exact.name


def test_a_misspelled_word_leads_to_what_was_meant(client):
    ProductFactory(name="Wireless headphones")
    search_words.refresh()

    assert names(client, q="hedphones") == ["Wireless headphones"]
    assert names(client, q="xyzzyplugh") == []


def test_filters_and_another_order_hold_for_what_was_found(client):
    acme = BrandFactory(slug="acme")
    dear = ProductFactory(name="Desk lamp one", price=90, brand=acme)
    cheap = ProductFactory(name="Desk lamp two", price=20, brand=acme)
    ProductFactory(name="Desk lamp three", price=10)

    assert names(client, q="lamp", brand="acme", sort="price") == [cheap.name, dear.name]
    assert names(client, q="lamp", brand="acme", max_price="50") == [cheap.name]


@pytest.mark.parametrize("count", [3, 30])
def test_searching_costs_one_query_more_than_the_list(client, count, django_assert_num_queries):
    ProductFactory.create_batch(count, name="Desk lamp")
    cache.clear()
    caching.memory.clear()

    with django_assert_num_queries(6):  # the words, and the list's five: no variants, no colors
        client.get("/products/", {"q": "lamp"})


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize(
    ("typed", "queries", "heading"),
    [
        ("lamp", 6, "Search for “lamp”"),  # the words, and the list's five: no variants, no colors
        ("lmap", 8, "Results for “lamp”"),  # and words like it, and what they find
        (
            "xyzzyplugh",
            9,
            "We could not find “xyzzyplugh”",
        ),  # three for words; is the shop empty, and what others like
    ],
)
def test_a_search_costs_the_same_however_full_the_shop(
    client, count, typed, queries, heading, django_assert_num_queries
):
    ProductFactory.create_batch(count, name="Desk lamp")
    search_words.refresh()
    cache.clear()
    caching.memory.clear()

    with django_assert_num_queries(queries):
        response = client.get("/search/", {"q": typed})

    assert heading in response.content.decode()
    assert response.context["products"].paginator.count == (0 if typed == "xyzzyplugh" else count)


def test_a_program_finds_the_same(api_client):
    ProductFactory(name="Wireless headphones")
    ProductFactory(name="Kettle")

    body = api_client.get("/api/products/", {"search": "headphones"}).json()

    assert [row["name"] for row in body["results"]] == ["Wireless headphones"]
