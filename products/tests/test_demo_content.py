import html.parser
import itertools
import re
from collections import Counter
from decimal import Decimal

import pytest

from products.demo import catalog, designs, editions

STORE = catalog.catalog()
ALLOWED_TAGS = {"p", "ul", "li", "strong", "em"}
FORBIDDEN_WORDS = re.compile(r"!|\blorem\b|\bamazing\b", re.IGNORECASE)


def purchasable(store: catalog.DemoCatalog) -> list[catalog.DemoProduct | catalog.DemoVariant]:
    return [unit for product in store.products for unit in (product.variants or (product,))]


def texts(store: catalog.DemoCatalog) -> list[str]:
    said = [text for category in store.categories for text in (category.name, category.description)]
    said += [text for brand in store.brands for text in (brand.name, brand.description)]
    said += [text for page in store.pages for text in (page.title, page.body)]
    said += [text for review in store.reviews for text in (review.title, review.content)]
    for product in store.products:
        said += [product.name, product.short_description, product.description]
    return said


class TagCollector(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.is_balanced = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.seen.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self.is_balanced = self.is_balanced and bool(self.opened) and self.opened.pop() == tag


def test_the_store_has_the_size_it_promises():
    assert len(STORE.products) == 200
    assert sum(category.parent_slug is None for category in STORE.categories) == 6
    assert 18 <= sum(category.parent_slug is not None for category in STORE.categories) <= 24
    assert len(STORE.brands) == 14
    assert 12 <= len(STORE.attributes) <= 15
    assert 40 <= sum(bool(product.variants) for product in STORE.products) <= 50
    assert 400 <= len(STORE.reviews) <= 600
    slugs = ["about", "contact", "shipping-and-returns", "terms", "privacy", "imprint"]
    for language in ("en", "de"):
        assert [page.slug for page in STORE.pages if page.language == language] == slugs


def test_the_shelves_are_mixed():
    singles = [product for product in STORE.products if not product.variants]
    assert any(product.stock_quantity == 0 for product in singles)
    assert any(0 < product.stock_quantity < product.low_stock_threshold for product in singles)
    assert any(variant.stock_quantity == 0 for product in STORE.products for variant in product.variants)
    assert 20 <= sum(_is_on_sale(product) for product in STORE.products) <= 30
    assert 10 <= sum(product.is_featured for product in STORE.products) <= 16
    assert sum(product.price < 30 for product in STORE.products) >= 14
    assert any(len(product.name) > 100 for product in STORE.products)


def _is_on_sale(product: catalog.DemoProduct) -> bool:
    return any(unit.sale_price is not None for unit in (product, *product.variants))


@pytest.mark.parametrize("count", [200, 1000])
def test_every_sku_slug_and_name_is_its_own(count):
    products = catalog.catalog(products=count).products
    skus = [unit.sku for product in products for unit in (product, *product.variants)]
    assert len(skus) == len(set(skus))
    assert len({product.slug for product in products}) == len({product.name for product in products}) == count
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", product.slug) for product in products)


def test_every_slug_and_sku_that_is_named_exists():
    families = {category.slug for category in STORE.categories if category.parent_slug is None}
    categories = {category.slug for category in STORE.categories if category.parent_slug is not None}
    attributes = {attribute.slug for attribute in STORE.attributes}
    assert {category.parent_slug for category in STORE.categories} == families | {None}
    assert {product.category_slug for product in STORE.products} == categories
    assert {product.brand_slug for product in STORE.products} == {brand.slug for brand in STORE.brands}
    assert {slug for product in STORE.products for slug in product.attributes} <= attributes
    assert {review.product_sku for review in STORE.reviews} <= {product.sku for product in STORE.products}


def test_attribute_values_fit_their_type():
    fitting = {
        "text": str,
        "select": str,
        "number": int | Decimal,
        "boolean": bool,
        "multiselect": tuple,
    }
    types = {attribute.slug: attribute.attribute_type for attribute in STORE.attributes}
    for product in STORE.products:
        for slug, value in product.attributes.items():
            assert isinstance(value, fitting[types[slug]]), (product.sku, slug)
            assert types[slug] != "number" or not isinstance(value, bool), (product.sku, slug)


def test_variants_differ_by_select_options_alone():
    selects = {attribute.slug for attribute in STORE.attributes if attribute.attribute_type == "select"}
    for product in STORE.products:
        options = [tuple(sorted(variant.options.items())) for variant in product.variants]
        assert len(options) == len(set(options)), product.sku
        assert len({frozenset(variant.options) for variant in product.variants}) <= 1, product.sku
        assert all(set(variant.options) <= selects for variant in product.variants), product.sku
        assert not product.variants or product.stock_quantity == 0, product.sku
        assert len(product.variants) == 0 or 2 <= len(product.variants) <= 8, product.sku
        shared = set(product.attributes)
        assert not any(shared & set(variant.options) for variant in product.variants), product.sku


@pytest.mark.parametrize("count", [200, 1000])
def test_prices_are_plausible_and_a_sale_is_cheaper(count):
    store = catalog.catalog(products=count)
    for unit in [*purchasable(store), *store.products]:
        assert Decimal(4) <= unit.price <= Decimal(640), unit.sku
        assert unit.price % 1 in {Decimal(0), Decimal("0.5"), Decimal("0.9")}, unit.sku
        if unit.sale_price is not None:
            assert 0 < unit.sale_price < unit.price, unit.sku


def test_the_same_seed_gives_the_same_store_and_another_seed_another():
    assert catalog.catalog(seed=7) == catalog.catalog(seed=7)
    first, second = catalog.catalog(seed=7), catalog.catalog(seed=8)
    assert first.reviews != second.reviews
    assert [product.stock_quantity for product in first.products] != [
        product.stock_quantity for product in second.products
    ]
    assert [product.sku for product in first.products] == [product.sku for product in second.products]


def test_a_small_store_is_spread_over_the_categories():
    shelves = Counter(product.category_slug for product in catalog.catalog(products=46).products)
    assert set(shelves.values()) == {2}


def test_a_large_store_goes_on_with_numbered_editions_of_the_same_pictures():
    large = catalog.catalog(products=2000)
    assert len(large.products) == 2000
    names = {product.name for product in large.products}
    assert {"Harbor stoneware mug, 300 ml", "Harbor stoneware mug, 300 ml No. 2"} <= names
    assert set(large.pictures()) == set(catalog.catalog(products=208).pictures())


def test_a_price_moves_to_the_nearest_usual_ending():
    assert [editions.tidy(Decimal(price)) for price in ("12.30", "12.75", "12.99", "1.00", "700")] == [
        *(Decimal(price) for price in ("12.50", "12.90", "12.90", "4.90", "640.00"))
    ]


def test_pictures_are_few_and_shared():
    pictures = STORE.pictures()
    assert len(pictures) <= 110
    assert len({kind for kind, _, _ in pictures}) <= 40


def test_nobody_shouts():
    assert [text for text in texts(STORE) if FORBIDDEN_WORDS.search(text)] == []


def test_every_product_says_material_size_and_care():
    for product in STORE.products:
        for fact in ("Material:", "Size", "Care:"):
            assert fact in product.description, (product.sku, fact)
        assert product.short_description
        assert len({product.description for product in STORE.products}) == len(STORE.products)


def test_html_uses_few_tags_and_closes_them():
    bodies = [product.description for product in STORE.products] + [page.body for page in STORE.pages]
    for body in bodies:
        collector = TagCollector()
        collector.feed(body)
        assert collector.seen <= ALLOWED_TAGS
        assert collector.attributes == []
        assert collector.is_balanced
        assert collector.opened == []


def test_reviews_are_plausible_and_one_per_person_and_product():
    pairs = [(review.product_sku, review.author_number) for review in STORE.reviews]
    assert len(pairs) == len(set(pairs))
    ratings = Counter(review.rating for review in STORE.reviews)
    assert ratings[5] > ratings[4] > ratings[3] > ratings[2] > 0
    assert (ratings[4] + ratings[5]) / len(STORE.reviews) > 0.75
    assert all(review.title and review.content and review.days_ago > 0 for review in STORE.reviews)
    by_product = itertools.groupby(STORE.reviews, key=lambda review: review.product_sku)
    for sku, reviews in by_product:
        contents = [review.content for review in reviews]
        assert len(contents) == len(set(contents)), sku


def test_pages_say_that_the_shop_is_a_demonstration():
    for page in STORE.pages:
        words = {"en": "demonstration shop", "de": "Demonstrationsshop"}[page.language]
        assert words in page.body, (page.slug, page.language)


def test_every_shelf_has_a_german_name_and_text():
    for category in STORE.categories:
        german = category.translations["de"]
        assert german.keys() == {"name", "description"}, category.slug
        assert all(german.values()), category.slug
    assert designs.read("shelves_de").keys() == {category.slug for category in STORE.categories}


def test_every_attribute_and_every_answer_in_words_reads_german():
    german = {attribute.slug: attribute.translations["de"] for attribute in STORE.attributes}
    assert all(words["name"] for words in german.values())
    answers = {slug: set() for slug in german}
    for product in catalog.catalog(products=400).products:
        for said in (product.attributes, *(variant.options for variant in product.variants)):
            for slug, answer in said.items():
                answers[slug].update(answer if isinstance(answer, tuple) else (str(answer),))

    for slug in ("color", "material", "origin", "care"):
        assert german[slug]["values"].keys() == answers[slug], slug


def test_a_family_is_found_for_every_category():
    assert STORE.family_of("tableware") == "kitchen"
    assert STORE.family_of("kitchen") == "kitchen"
    with pytest.raises(KeyError):
        STORE.family_of("submarines")
