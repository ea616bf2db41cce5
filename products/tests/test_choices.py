"""What a product's page offers to choose, and what it shows of what was chosen."""

from decimal import Decimal

import pytest

from products.selectors import choices
from products.selectors import products as product_pages
from products.services import catalog as writing
from products.services import pictures, stock
from products.tests.factories import (
    AttributeFactory,
    CategoryFactory,
    ProductFactory,
)
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db


def page(product, **asked):
    return product_pages.page(product_pages.family(product.slug), **asked)


def offered(question):
    return [(choice.label, choice.is_current, choice.is_available) for choice in question.choices]


def test_choices_lead_to_the_variant_that_fits_best(shirt):
    shown = page(shirt, sku="RED-L")

    color, size = shown.questions
    assert offered(color) == [("red", True, True), ("blue", False, False)]
    assert offered(size) == [("M", False, False), ("L", True, True)]
    assert color.choices[1].url == f"{shirt.get_absolute_url()}?option_color=blue"  # there is no L
    assert size.choices[0].url == f"{shirt.get_absolute_url()}?variant=RED-M"
    assert shown.shown.sku == "RED-L"


def test_a_color_is_chosen_from_the_start_and_a_size_is_not(shirt):
    shown = page(shirt, sku="GREEN-XS")

    color, size = shown.questions
    assert offered(color) == [("red", True, True), ("blue", False, True)]
    assert offered(size) == [("M", False, False), ("L", False, True)]
    assert (color.current, size.current) == ("red", "")
    assert size.choices[1].url == f"{shirt.get_absolute_url()}?variant=RED-L"
    assert (shown.chosen, shown.shown) == (None, shirt)


def test_where_a_color_is_all_there_is_to_choose_one_that_can_be_had_is_chosen():
    AttributeFactory(slug="color")
    mug = ProductFactory(stock_quantity=0)
    for color, units in (("clay", 0), ("oat", 3), ("sky", 2)):
        writing.add_variant(mug, sku=color, options={"color": color}, price=Decimal(9), stock_quantity=units)

    assert page(mug).chosen.sku == "oat"
    assert page(mug, sku="clay").chosen.sku == "clay"


@pytest.mark.parametrize(
    ("options", "current", "chosen"),
    [
        ({"color": "blue"}, ("blue", ""), None),
        ({"color": "blue", "size": "M"}, ("blue", "M"), "BLUE-M"),
        ({"size": "L"}, ("red", "L"), "RED-L"),
        ({"color": "blue", "size": "L"}, ("blue", ""), None),
        ({"color": "\x00", "size": "", "shoe": "left"}, ("red", ""), None),
    ],
)
def test_of_what_was_chosen_counts_what_goes_together(shirt, options, current, chosen):
    shown = page(shirt, options=options)

    assert tuple(question.current for question in shown.questions) == current
    assert (shown.chosen.sku if shown.chosen else None) == chosen


@pytest.mark.parametrize(
    ("options", "sku"),
    [
        ({"color": "blue", "size": "M"}, "BLUE-M"),
        ({"color": "blue"}, None),
        ({"color": "blue", "size": "L"}, None),
        ({"color": "blue", "size": "M", "shoe": "left"}, None),
        ({}, None),
    ],
)
def test_options_name_a_variant_when_they_are_all_there(shirt, options, sku):
    expected = shirt.variants.get(sku=sku).pk if sku else None

    assert choices.variant_with(shirt.pk, options) == expected


def test_specifications_are_the_parent_s_and_the_chosen_variant_s(shirt):
    assert page(shirt).specifications == [("Material", "linen")]
    chosen = page(shirt, sku="BLUE-M")
    assert set(chosen.specifications) == {("Material", "linen"), ("Color", "blue"), ("Size", "M")}


def test_the_gallery_begins_with_what_was_chosen(shirt):
    own = pictures.add(shirt, picture((60, 40), seed=1))
    blue = pictures.add(shirt.variants.get(sku="BLUE-M"), picture((60, 40), seed=2))

    assert page(shirt).images == [own]
    assert page(shirt, sku="BLUE-M").images == [blue, own]
    pictures.remove(own)
    assert page(shirt).images == [blue]


def test_what_is_popular_is_of_the_same_category_with_its_covers():
    shelf = CategoryFactory()
    mug, cup = ProductFactory(category=shelf), ProductFactory(category=shelf)
    ProductFactory()
    cover = pictures.add(cup, picture((60, 40)))

    ((kind, (popular,)),) = page(mug).beside

    assert (kind, popular, popular.cover_images) == ("popular", cup, [cover])


def test_a_sale_that_empties_a_variant_closes_its_choice(shirt):
    stock.take({shirt.variants.get(sku="BLUE-M").pk: 5}, reference="test")

    color, _size = page(shirt).questions

    assert [(choice.label, choice.is_available) for choice in color.choices] == [
        ("red", True),
        ("blue", False),
    ]
