"""The tables of the catalog: what the database itself refuses, and the words of the QuerySet."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from products.models import Category, Product, ProductImage, Review, StockMovement, Wishlist, WishlistItem
from products.services import reviews
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory, ReviewFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"price": Decimal("-0.01")}, "product_price_not_negative"),
        ({"sale_price": Decimal("-0.01")}, "product_sale_price_not_negative"),
        ({"sale_price": Decimal("10.00")}, "product_sale_price_below_price"),
        ({"cost_price": Decimal("-0.01")}, "product_cost_price_not_negative"),
        ({"weight": Decimal("-0.001")}, "product_weight_not_negative"),
        ({"stock_quantity": -1}, "product_stock_not_negative"),
        ({"price_low": Decimal("11.00")}, "product_price_low_to_high"),
        ({"kind": "variant"}, "product_variants_have_a_parent"),
        ({"kind": "anything"}, "product_variants_have_a_parent"),
        ({"kind": "parent"}, "product_parent_holds_no_stock"),
        ({"name": ""}, "product_has_name_and_sku"),
        ({"sku": ""}, "product_has_name_and_sku"),
    ],
)
def test_the_database_refuses_an_impossible_product(change, constraint):
    product = ProductFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**change)


@pytest.mark.parametrize("rating", [0, 6])
def test_stars_go_from_one_to_five(rating):
    with pytest.raises(IntegrityError, match="review_rating_1_to_5"), transaction.atomic():
        ReviewFactory(rating=rating)


def test_a_customer_reviews_a_product_once_even_if_the_review_was_deleted():
    review = ReviewFactory()
    review.delete()

    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewFactory(product=review.product, user=review.user)


def test_a_product_has_one_primary_picture():
    product = ProductFactory()
    ProductImage.objects.create(product=product, image="a.png", is_primary=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProductImage.objects.create(product=product, image="b.png", is_primary=True)


def test_a_movement_of_nothing_and_an_adjustment_without_a_reason_are_refused():
    product = ProductFactory()

    for wrong in ({"kind": "sale", "change": 0}, {"kind": "adjustment", "change": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StockMovement.objects.create(product=product, **wrong)


def test_wishlists_have_unique_names_and_hold_a_product_once():
    wishlist = Wishlist.objects.create(user=UserFactory())
    WishlistItem.objects.create(wishlist=wishlist, product=ProductFactory())

    with pytest.raises(IntegrityError), transaction.atomic():
        Wishlist.objects.create(user=wishlist.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        WishlistItem.objects.create(wishlist=wishlist, product=wishlist.items.get().product)
    assert len(wishlist.token) == 22


def test_deleting_hides_and_restoring_brings_back():
    tea, cup = ProductFactory(), ProductFactory()

    assert tea.delete() == (1, {"products.Product": 1})
    assert tea.delete() == (0, {})
    assert list(Product.objects.all()) == [cup]
    assert list(Product.objects.deleted()) == [tea]
    assert set(Product.objects.with_deleted()) == {tea, cup} == set(Product.all_objects.all())

    tea.restore()
    assert Product.objects.count() == 2


def test_deleting_a_query_set_is_soft_and_hard_delete_is_not():
    ProductFactory.create_batch(2, stock_quantity=0)

    assert Product.objects.all().delete() == (2, {"products.Product": 2})
    assert Product.all_objects.count() == 2
    assert Product.all_objects.all().restore() == 2
    Product.objects.all().hard_delete()
    assert not Product.all_objects.exists()


def test_a_foreign_key_still_sees_what_was_deleted():
    review = ReviewFactory()
    review.product.delete()

    assert Review.objects.get().product.is_deleted


def test_a_deleted_sku_is_named_before_the_database_refuses_it():
    gone = ProductFactory()
    gone.delete()
    new = Product(
        sku=gone.sku, slug="new", name="New", price=1, category=CategoryFactory(), brand=BrandFactory()
    )

    with pytest.raises(ValidationError) as refusal:
        new.full_clean()

    assert list(refusal.value.message_dict) == ["sku"]


def test_the_tree_knows_what_is_above_root_first_and_what_is_below():
    audio = CategoryFactory(name="Audio")
    headphones = CategoryFactory(name="Headphones", parent=audio)
    wireless = CategoryFactory(name="Wireless", parent=headphones)

    assert wireless.get_ancestors() == [audio, headphones]
    assert audio.get_ancestors() == []
    assert audio.get_descendants() == [headphones, wireless]
    assert list(Category.objects.roots()) == [audio]


@pytest.mark.parametrize("parent", [None, "root"])
def test_siblings_have_different_names(parent):
    root = CategoryFactory() if parent else None
    CategoryFactory(name="Lamps", parent=root)

    with pytest.raises(IntegrityError), transaction.atomic():
        CategoryFactory(name="Lamps", parent=root)


def test_a_category_word_looks_below_and_knows_no_unknown_slug():
    audio = CategoryFactory(slug="audio")
    below = ProductFactory(category=CategoryFactory(parent=audio))
    ProductFactory()

    assert list(Product.objects.by_category("audio")) == [below]
    assert list(Product.objects.by_category(audio)) == [below]
    assert not Product.objects.by_category("nowhere").exists()


def test_the_price_range_follows_the_effective_price_and_a_sale_price_of_zero_is_a_price():
    gift = ProductFactory(price=Decimal("50.00"), sale_price=Decimal("0.00"))
    lamp = ProductFactory(price=Decimal("50.00"))

    assert gift.effective_price == 0
    assert list(Product.objects.price_range(None, Decimal("10.00"))) == [gift]
    assert list(Product.objects.price_range(Decimal("10.00"))) == [lamp]
    assert Product.objects.price_range().count() == 2


@pytest.mark.parametrize(
    ("units", "word"), [(0, "Out of Stock"), (1, "Low Stock"), (5, "Low Stock"), (6, "In Stock")]
)
def test_the_stock_word_is_the_same_in_python_and_in_the_database(units, word):
    ProductFactory(stock_quantity=units)

    assert Product.objects.get().stock_status == word
    assert Product.objects.with_stock_status().filter(stock_status=word).count() == 1
    assert Product.objects.in_stock().count() == (units > 0)
    assert Product.objects.low_stock().count() == (word == "Low Stock")


def test_a_parent_counts_as_in_stock_while_a_variant_is():
    parent = ProductFactory(stock_quantity=0)
    Product.objects.filter(pk=parent.pk).update(kind="parent", is_available=True)

    assert Product.objects.in_stock().get().stock_status == "In Stock"
    assert Product.objects.with_stock_status().filter(stock_status="In Stock").exists()


def test_reviews_are_counted_and_averaged_without_being_multiplied_by_pictures(django_assert_num_queries):
    product = ProductFactory()
    for rating in (5, 4):
        ReviewFactory(product=product, rating=rating)
    ReviewFactory(product=product, rating=1, is_approved=False)
    reviews.reject([ReviewFactory(product=product, rating=1).pk])
    for name in ("a.png", "b.png", "c.png"):
        ProductImage.objects.create(product=product, image=name)

    with django_assert_num_queries(2):  # the products, their pictures
        found = Product.objects.with_reviews().with_images().with_category_and_brand().get()
        assert (found.review_count, found.avg_rating, len(found.images.all())) == (2, 4.5, 3)
        assert found.category.name


def test_without_reviews_there_is_no_average():
    ProductFactory()

    found = Product.objects.with_reviews().get()

    assert (found.review_count, found.avg_rating) == (0, None)


def test_the_price_rank_is_counted_within_the_category():
    lamps, cups = CategoryFactory(), CategoryFactory()
    for category, price in ((lamps, 30), (lamps, 10), (lamps, 10), (cups, 99)):
        ProductFactory(category=category, price=price)

    ranks = Product.objects.with_price_rank().order_by("pk").values_list("price_rank", flat=True)

    assert list(ranks) == [2, 1, 1, 1]


def test_words_combine():
    wanted = ProductFactory(name="Blue kettle", is_featured=True)
    ProductFactory(name="Blue kettle", is_active=False, is_featured=True)
    ProductFactory(name="Red kettle", is_featured=True)
    ProductFactory(name="Blue kettle")

    found = Product.objects.active().featured().by_brand(wanted.brand).by_brand(wanted.brand.slug)

    assert list(found.search("kettle BLUE").listed().buyable()) == [wanted]


def test_what_stands_in_a_closed_category_is_not_active():
    ProductFactory(category=CategoryFactory(is_active=False))

    assert not Product.objects.active().exists()


@pytest.mark.parametrize(
    ("content", "unit", "amount", "base"),
    [("250", "g", "39.60", "kg"), ("750", "ml", "13.20", "l"), ("2", "m2", "4.95", "m²")],
)
def test_a_measured_product_names_the_price_of_its_base_unit(content, unit, amount, base):
    product = Product(price=Decimal("9.90"), measure=Decimal(content), measure_unit=unit)

    assert product.unit_price == (Decimal(amount), base)
    assert Product(price=Decimal("9.90")).unit_price is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("measure", "measure_unit"), [(None, "g"), (Decimal(0), "g"), (Decimal(5), ""), (Decimal(5), "ell")]
)
def test_a_content_is_a_number_with_a_unit_that_is_known(measure, measure_unit):
    with pytest.raises(IntegrityError, match="product_measure_has_a_unit"):
        ProductFactory(measure=measure, measure_unit=measure_unit)
