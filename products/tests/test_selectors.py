"""What the catalog finds, in which order, and what its facets count."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.http import QueryDict

from dbProject import caching
from products.forms import CatalogForm
from products.selectors import catalog, categories, facets
from products.selectors.catalog import CatalogFilter
from products.services import attributes
from products.services import catalog as writing
from products.services import categories as shelving
from products.tests.factories import (
    AttributeFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)

pytestmark = pytest.mark.django_db


def found(**wanted):
    return list(catalog.catalog(CatalogFilter(**wanted)))


def asked(query):
    return CatalogForm(QueryDict(query)).wanted()


# What is found


def test_a_list_shows_a_parent_once_and_no_variant(shirt):
    mug = ProductFactory()

    assert found() == [mug, shirt]


def test_what_is_off_deleted_or_in_a_closed_category_is_not_found():
    ProductFactory(is_active=False)
    writing.delete_product(ProductFactory())
    closed = CategoryFactory()
    ProductFactory(category=closed)
    closed.is_active = False
    shelving.save_category(closed)

    assert found() == []


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("attr_color=red", True),
        ("attr_color=green", False),
        ("attr_color=red&attr_color=green", True),
        ("attr_color=red&attr_size=L", True),
        ("attr_color=blue&attr_size=L", False),
        ("attr_color=red&max_price=25", True),
        ("attr_color=blue&max_price=25", False),
        ("attr_color=red&max_price=25&in_stock=1", False),
        ("attr_color=red&in_stock=1", True),
        ("min_price=35&attr_size=M", False),
        ("attr_material=linen&attr_color=blue&in_stock=1", True),
        ("attr_material=wool&attr_color=blue", False),
        ("attr_material=linen", True),
    ],
)
def test_every_filter_has_to_hold_for_one_and_the_same_variant(shirt, query, is_found):
    ProductFactory(name="Mug", price=Decimal(200), stock_quantity=0)

    assert list(catalog.catalog(asked(query))) == ([shirt] if is_found else [])


def test_a_card_says_in_which_colors_it_comes(shirt, django_assert_num_queries):
    mug = ProductFactory()

    with django_assert_num_queries(2):  # covers, colors
        cards = catalog.dressed([shirt, mug])
    assert [product.colors for product in cards] == [["red", "blue"], []]

    for variant in shirt.variants.filter(sku__startswith="BLUE"):
        writing.update_product(variant, changes={"is_active": False})
    assert [product.colors for product in catalog.dressed([shirt])] == [["red"]]


def test_a_variant_that_is_off_is_not_looked_through(shirt):
    writing.update_product(shirt.variants.get(sku="BLUE-M"), changes={"is_active": False})

    assert found(attributes=(("color", ("blue",)),)) == []


def test_a_sale_price_is_the_price_that_filters():
    tea = ProductFactory(price=Decimal(30), sale_price=Decimal(10))

    assert found(max_price=Decimal(10)) == [tea]
    assert found(min_price=Decimal(11)) == []


def test_one_of_several_answers_is_enough():
    AttributeFactory(slug="use", attribute_type="multiselect")
    pan = ProductFactory()
    attributes.set_values(pan, {"use": "gas|induction"})

    assert found(attributes=(("use", ("induction",)),)) == [pan]
    assert found(attributes=(("use", ("duct",)),)) == []


def test_a_category_holds_what_is_below_it_and_a_brand_what_it_makes():
    kitchen = CategoryFactory(slug="kitchen")
    mugs = CategoryFactory(slug="mugs", parent=kitchen)
    mug, pan, lamp = ProductFactory(category=mugs), ProductFactory(category=kitchen), ProductFactory()

    assert found(category="kitchen") == [pan, mug]
    assert found(category="mugs") == [mug]
    assert found(category="nowhere") == []
    assert found(brand=lamp.brand.slug) == [lamp]


def test_stars_are_counted_over_approved_reviews_only():
    good, bad, unread = ProductFactory.create_batch(3)
    for rating in (5, 4):
        ReviewFactory(product=good, rating=rating)
    ReviewFactory(product=bad, rating=2)
    ReviewFactory(product=unread, rating=5, is_approved=False)

    assert found(rating=4) == [good]
    assert found(sort="rating") == [good, bad, unread]
    assert (found(rating=4)[0].avg_rating, found(rating=4)[0].review_count) == (Decimal("4.5"), 2)


def test_the_order_is_the_one_asked_for(shirt):
    apron = ProductFactory(name="Apron", price=Decimal(25))
    zither = ProductFactory(name="Zither", price=Decimal(35))

    assert found(sort="newest") == found(sort="popular") == found() == [zither, apron, shirt]
    assert found(sort="name") == [apron, shirt, zither]
    assert found(sort="price") == [shirt, apron, zither]
    assert found(sort="-price") == [shirt, zither, apron]


# What was asked for


def test_garbage_counts_as_not_filled_in():
    query = (
        "q=%00&category=%27--&brand=%20x%20y&min_price=cheap&max_price=NaN&in_stock=perhaps&rating=9"
        "&sort=;drop&attr_=x&attr_a%20b=x&attr_color=&attr_size=%00&page=last"
    )

    assert asked(query) == CatalogFilter()


def test_a_filter_is_the_same_whatever_the_order_in_its_address():
    first, second = (
        asked("attr_b=1&attr_a=3&attr_a=2&in_stock=on"),
        asked("in_stock=1&attr_a=2&attr_a=3&attr_b=1"),
    )

    assert first == second
    assert first.attributes == (("a", ("2", "3")), ("b", ("1",)))
    assert first.key == second.key != CatalogFilter().key


def test_more_than_a_form_of_ours_sends_is_cut_off():
    query = "&".join(f"attr_a{number}=x" for number in range(100)) + "".join(
        f"&attr_a0={n}" for n in range(100)
    )

    wanted = asked(query)

    assert len(wanted.attributes) == 10
    assert all(len(options) <= 20 for _slug, options in wanted.attributes)


# Pages


def test_a_page_beyond_the_end_is_the_last_one():
    ProductFactory.create_batch(5)
    pages = catalog.CatalogPages(CatalogFilter(), total=5, per_page=2)

    assert [len(pages.get_page(number)) for number in ("1", "3", "99", "-1", "x", "")] == [2, 1, 1, 1, 2, 2]


def test_the_count_is_remembered_until_something_is_for_sale(
    django_assert_num_queries, django_capture_on_commit_callbacks
):
    ProductFactory.create_batch(2)
    assert facets.of(CatalogFilter()).total == 2

    with django_assert_num_queries(0):
        assert facets.of(CatalogFilter(sort="name")).total == 2
    with django_capture_on_commit_callbacks(execute=True):
        ProductFactory()
    assert facets.of(CatalogFilter()).total == 3


# Facets


def test_facets_count_what_lists_show(shirt):
    other = ProductFactory(brand=shirt.brand)
    attributes.set_values(other, {"color": "red"})

    _total, brands, (color, size) = facets.of(CatalogFilter(attributes=(("color", ("red",)),)))

    assert brands == [facets.Option(shirt.brand.slug, shirt.brand.name, 2)]
    assert (color.name, color.label) == ("attr_color", "Color")
    assert color.options == [facets.Option("red", "red", 2, is_chosen=True), facets.Option("blue", "blue", 1)]
    assert {option.value: option.count for option in size.options} == {"L": 1, "M": 1}


def test_counts_respect_the_other_filters_but_not_their_own(shirt):
    _total, _brands, (color, size) = facets.of(
        CatalogFilter(attributes=(("color", ("blue",)), ("size", ("M",))), in_stock=True)
    )

    assert {option.value: option.count for option in color.options} == {"blue": 1}  # red in M is sold out
    assert {option.value: option.count for option in size.options} == {"M": 1}  # blue comes in M only


def test_facets_know_the_category_the_brand_and_the_search():
    AttributeFactory(slug="color", name="Color")
    for name, color in (("Mug", "red"), ("Mug", "blue"), ("Lamp", "green")):
        attributes.set_values(ProductFactory(name=name), {"color": color})

    _total, _brands, (color,) = facets.of(CatalogFilter(q="mug"))

    assert [option.value for option in color.options] == ["blue", "red"]


def test_answers_are_offered_as_people_read_them():
    AttributeFactory(slug="use", name="Use", attribute_type="multiselect", sort_order=1)
    AttributeFactory(slug="safe", name="Safe", attribute_type="boolean", sort_order=2)
    AttributeFactory(slug="width", name="Width", attribute_type="number", unit="cm", sort_order=3)
    AttributeFactory(slug="hidden", is_filterable=False)
    for use, safe, width in (("gas|wood", True, "10"), ("gas", False, "9.50")):
        answers = {"use": use, "safe": safe, "width": width, "hidden": width}
        attributes.set_values(ProductFactory(), answers)

    _total, _brands, (use, safe, width) = facets.of(CatalogFilter())

    assert [(option.label, option.count) for option in use.options] == [("gas", 2), ("wood", 1)]
    assert {option.label for option in safe.options} == {"Yes", "No"}
    assert [option.label for option in width.options] == ["9.5 cm", "10 cm"]


def test_a_rare_answer_that_was_asked_for_stays_on_offer(monkeypatch):
    monkeypatch.setattr(facets, "OPTIONS_KEPT", 1)
    monkeypatch.setattr(facets, "ATTRIBUTES_KEPT", 1)
    for slug in ("color", "rare"):
        AttributeFactory(slug=slug, name=slug.title())
    for color in ("red", "red", "blue"):
        attributes.set_values(ProductFactory(), {"color": color})
    attributes.set_values(ProductFactory(), {"rare": "yes"})

    _total, _brands, (color,) = facets.of(asked("attr_color=blue"))
    _total, _brands, (rare,) = facets.of(asked("attr_rare=yes&attr_unknown=x"))

    assert color.options == [facets.Option("red", "red", 2), facets.Option("blue", "blue", 0, is_chosen=True)]
    assert rare.options == [facets.Option("yes", "yes", 0, is_chosen=True)]


def test_facets_cost_one_query_and_then_none(shirt, django_assert_num_queries):
    with django_assert_num_queries(1):
        facets.of(CatalogFilter())
    with django_assert_num_queries(0):
        facets.of(CatalogFilter(sort="name"))


# The tree


def test_the_tree_lists_each_category_before_what_is_inside_it():
    desk = CategoryFactory(name="Desk", slug="desk", sort_order=2)
    kitchen = CategoryFactory(name="Kitchen", slug="kitchen", sort_order=1)
    mugs = CategoryFactory(name="Mugs", slug="mugs", parent=kitchen)
    closed = CategoryFactory(slug="closed", is_active=False)
    CategoryFactory(slug="below-closed", parent=closed)

    assert [(shelf["slug"], shelf["depth"]) for shelf in categories.tree()] == [
        ("kitchen", 0),
        ("mugs", 1),
        ("desk", 0),
    ]
    assert [shelf["slug"] for shelf in categories.families()] == ["kitchen", "desk"]
    assert [shelf["slug"] for shelf in categories.path(mugs.pk)] == ["kitchen", "mugs"]
    assert categories.path(closed.pk) == []
    kitchen_shelf = categories.shelf("kitchen")
    assert categories.subtree(kitchen_shelf) == sorted([kitchen.pk, mugs.pk])
    assert categories.inside(kitchen_shelf)[0]["slug"] == "mugs"
    assert categories.shelf("closed") is None
    assert desk.pk not in categories.subtree(kitchen_shelf)


def test_where_there_is_one_family_a_visitor_starts_inside_it():
    kitchen = CategoryFactory(slug="kitchen")
    assert [shelf["slug"] for shelf in categories.entrances()] == ["kitchen"]

    caching.memory.clear()
    cache.clear()
    CategoryFactory(slug="mugs", parent=kitchen)
    assert [shelf["slug"] for shelf in categories.entrances()] == ["mugs"]


def test_the_menu_shows_a_little_of_what_is_inside(monkeypatch):
    monkeypatch.setattr(categories, "IN_MENU", 2)
    monkeypatch.setattr(categories, "INSIDE_IN_MENU", 1)
    kitchen, _desk, _trail = (CategoryFactory(slug=slug, sort_order=n) for n, slug in enumerate("abc"))
    for slug in ("mugs", "pans"):
        CategoryFactory(slug=slug, name=slug, parent=kitchen)

    assert [(way.shelf["slug"], [shelf["slug"] for shelf in way.inside]) for way in categories.menu()] == [
        ("a", ["mugs"]),
        ("b", []),
    ]
