"""What the search field suggests while somebody types."""

from decimal import Decimal

import pytest
from django.utils import translation

from dbProject import caching
from products import search
from products.models import Brand, Category
from products.tests.factories import BrandFactory, CategoryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def test_suggestions_complete_the_last_word(five_products):
    suggested = search.suggest("hp car")

    assert [(product.name, product.brand) for product in suggested.products] == [("Black cartridge", "HP")]
    assert suggested.products[0].price_low == Decimal("10.00")
    assert search.suggest("soun").categories == (
        search.SuggestedShelf("Sound", Category.objects.get(name="Sound").slug),
    )
    assert search.suggest("hp").brands == (search.SuggestedShelf("HP", Brand.objects.get(name="HP").slug),)
    assert len(search.suggest("head", limit=2).products) == 2
    assert search.suggest("h") == search.suggest("") == search.Suggestions()


def test_suggestions_correct_what_finds_nothing(five_products):
    suggested = search.suggest("HP cartrige")

    assert (suggested.products, suggested.corrections) == ((), ("HP cartridge",))


def test_suggestions_show_only_shelves_that_are_open(five_products):
    BrandFactory(name="Soundless")
    closed = CategoryFactory(name="Sounds of old")
    Category.objects.filter(pk=closed.pk).update(is_active=False)
    caching.forget("catalog")

    suggested = search.suggest("sound")

    assert [shelf.name for shelf in suggested.categories] == ["Sound"]
    assert suggested.brands == ()


@pytest.mark.parametrize(("typed", "queries"), [("headph", 2), ("hedphones", 3), ("h", 0)])
def test_suggesting_takes_three_queries_at_most(five_products, typed, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        search.suggest(typed)


def test_a_category_is_suggested_in_the_language_of_the_reader_and_found_in_both():
    CategoryFactory(name="Kitchen", slug="kitchen", translations={"de": {"name": "Küche"}})

    with translation.override("de"):
        assert [shelf.name for shelf in search.suggest("kuche").categories] == ["Küche"]
        assert [shelf.name for shelf in search.suggest("kitch").categories] == ["Küche"]
    assert [shelf.name for shelf in search.suggest("kitch").categories] == ["Kitchen"]
    assert search.suggest("küche").categories == ()
