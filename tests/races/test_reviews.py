"""Twenty who write, change, approve, hold back and delete at once: the stars are counted exactly."""

import pytest

from products.models import Product, Review
from products.services import reviews
from products.tests.factories import ProductFactory, ReviewFactory
from tests.races.crowd import crowd, tally
from users.tests.factories import UserFactory

pytestmark = pytest.mark.race


def writing(user, product, rating):
    return lambda: reviews.write(user, product_id=product.pk, rating=rating, title="", content="")


def test_stars_are_counted_exactly_whatever_happens_to_reviews_at_once(rounds):
    with crowd(20) as people:
        for _ in rounds(3):
            product = ProductFactory()
            there = ReviewFactory.create_batch(12, product=product, rating=5)
            waiting = ReviewFactory.create_batch(4, product=product, rating=1, is_approved=False)

            answers = people.at_once(
                *[writing(user, product, 2) for user in UserFactory.create_batch(4)],
                *[writing(review.user, product, 3) for review in there[:4]],
                *[lambda pk=review.pk: reviews.approve([pk]) for review in waiting],
                *[lambda pk=review.pk: reviews.reject([pk]) for review in there[4:8]],
                *[lambda one=review: reviews.remove(one.user, review_id=one.pk) for review in there[8:]],
                within=0.02,
            )

            assert tally(answers) == {"Review": 8, "int": 8, "NoneType": 4}
            counted = Product.objects.with_reviews().get(pk=product.pk)
            assert (counted.stars_1, counted.review_count) == (4, 4)
            reviews.approve(list(Review.objects.filter(product=product).values_list("pk", flat=True)))
            counted.refresh_from_db()
            assert [counted.stars_1, counted.stars_2, counted.stars_3, counted.stars_5] == [4, 4, 4, 0]


def test_twenty_clicks_of_one_person_are_one_review_and_one_vote(rounds):
    with crowd(20) as people:
        for _ in rounds(3):
            product, user, liked = ProductFactory(), UserFactory(), ReviewFactory()

            answers = people.at_once(
                *[writing(user, product, 4)] * 10,
                *[lambda pk=liked.pk, who=user: reviews.vote(who, review_id=pk, is_helpful=True)] * 10,
            )

            assert tally(answers) == {"Review": 10, "NoneType": 10}
            assert Review.objects.filter(user=user).count() == 1
            assert Review.objects.get(pk=liked.pk).helpful_count == liked.votes.count() == 1
