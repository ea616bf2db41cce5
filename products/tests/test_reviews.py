"""``products.services.reviews``: who gets to read what customers say."""

import pytest

from dbProject import caching
from products.errors import ReviewRefused, UnknownProduct, UnknownReview
from products.models import Product, Review
from products.services import catalog, reconciliation, reviews
from products.tests.factories import AttributeFactory, ProductFactory, ReviewFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def forgotten(monkeypatch):
    groups = []
    monkeypatch.setattr(caching, "forget", lambda *names: groups.extend(names))
    return groups


def state(review):
    row = Review.all_objects.get(pk=review.pk)
    return row.is_approved, row.is_deleted


def test_approved_reviews_are_shown_and_pages_told_once(forgotten):
    waiting, shown = ReviewFactory(is_approved=False), ReviewFactory()
    forgotten.clear()

    assert reviews.approve([waiting.pk, shown.pk]) == 1
    assert reviews.approve([waiting.pk, shown.pk]) == 0

    assert state(waiting) == (True, False)
    assert forgotten == ["catalog"]


def test_a_withdrawn_review_waits_again(forgotten):
    review = ReviewFactory()

    assert reviews.withdraw([review.pk]) == 1

    assert state(review) == (False, False)
    assert review in Review.objects.waiting()


def test_a_rejected_review_is_gone_until_it_is_approved_after_all(forgotten):
    review = ReviewFactory()

    assert reviews.reject([review.pk]) == 1
    assert state(review) == (False, True)
    assert review not in Review.objects.waiting()

    assert reviews.approve([review.pk]) == 1
    assert state(review) == (True, False)


def written(user, product, **changed):
    said = {"rating": 4, "title": "Good", "content": "Holds tea."} | changed
    return reviews.write(user, product_id=product.pk, **said)


def stars(product):
    row = Product.objects.with_reviews().get(pk=product.pk)
    return row.review_count, row.avg_rating


def test_a_customer_has_one_review_of_a_product_and_what_is_changed_is_read_again():
    product, user = ProductFactory(), UserFactory()
    first = written(user, product)
    assert written(user, product).pk == first.pk
    reviews.approve([first.pk])
    assert stars(product) == (1, 4.0)
    assert written(user, product).is_approved  # the same words

    changed = written(user, product, rating=1)

    assert (changed.pk, changed.is_approved, stars(product)) == (first.pk, False, (0, None))
    reviews.approve([first.pk])
    assert stars(product) == (1, 1.0)


def test_a_review_of_a_variant_is_one_of_its_parent():
    AttributeFactory(slug="color", name="Color")
    parent = ProductFactory(stock_quantity=0)
    red = catalog.add_variant(parent, sku="red", options={"color": "red"}, price=parent.price)

    assert written(UserFactory(), red).product_id == parent.pk


def test_only_who_got_it_is_marked_whether_they_write_before_or_after():
    product, early, late = ProductFactory(), UserFactory(), UserFactory()
    before = written(early, product)
    for user in (early, late):
        for _ in range(2):
            reviews.invite(user, product_ids=[product.pk], reference="ORD-1", language="en")

    before.refresh_from_db()
    assert before.is_verified_purchase
    assert written(late, product).is_verified_purchase
    assert not written(UserFactory(), product).is_verified_purchase


def test_a_rejected_author_does_not_write_again_and_one_who_deleted_it_may():
    product, rude, moody = ProductFactory(), UserFactory(), UserFactory()
    reviews.reject([written(rude, product).pk])
    with pytest.raises(ReviewRefused):
        written(rude, product, title="Again")
    mine = written(moody, product)
    reviews.approve([mine.pk])

    reviews.remove(rude, review_id=mine.pk)  # not theirs
    assert stars(product) == (1, 4.0)
    reviews.remove(moody, review_id=mine.pk)
    reviews.remove(moody, review_id=mine.pk)

    assert stars(product) == (0, None)
    assert written(moody, product).pk != mine.pk


def test_what_is_gone_cannot_be_reviewed():
    product = ProductFactory()
    product.delete()

    with pytest.raises(UnknownProduct):
        written(UserFactory(), product)


def test_markup_is_taken_out_of_a_review():
    hostile = "<script>alert(1)</script>Fine <b>mug</b>\r\n\r\n\r\n\r\n\u202ereversed\x00 <3"
    review = written(
        UserFactory(), ProductFactory(), title="<img src=x onerror=alert(1)>Nice", content=hostile
    )

    assert (review.title, review.content) == ("Nice", "Fine mug\n\nreversed <3")


def test_a_person_finds_a_review_helpful_once_and_may_change_their_mind():
    review, reader = ReviewFactory(), UserFactory()

    def count():
        return Review.objects.get(pk=review.pk).helpful_count

    for is_helpful, votes in ((True, 1), (True, 1), (False, 0), (False, 0), (True, 1)):
        reviews.vote(reader, review_id=review.pk, is_helpful=is_helpful)
        assert count() == votes
    with pytest.raises(UnknownReview):
        reviews.vote(review.user, review_id=review.pk, is_helpful=True)
    with pytest.raises(UnknownReview):
        reviews.vote(reader, review_id=ReviewFactory(is_approved=False).pk, is_helpful=True)
    assert count() == 1


def test_who_is_forgotten_leaves_neither_stars_nor_votes():
    user, liked = UserFactory(), ReviewFactory()
    product = ReviewFactory(user=user).product
    reviews.vote(user, review_id=liked.pk, is_helpful=True)
    reviews.invite(user, product_ids=[product.pk], reference="ORD-1", language="en")

    for _ in range(2):
        reviews.forget_of(user)

    liked.refresh_from_db()
    assert (stars(product), liked.helpful_count, stars(liked.product)) == ((0, None), 0, (1, 5.0))
    assert reconciliation.breaks() == []


def test_wrong_counts_are_found_and_mended():
    product = ReviewFactory(rating=3).product
    Product.objects.filter(pk=product.pk).update(stars_3=9)

    assert [(found.rule, found.subject) for found in reconciliation.breaks()] == [("stars", product.sku)]
    assert reconciliation.mend() == 1
    assert reconciliation.breaks() == []
    assert stars(product) == (1, 3.0)
