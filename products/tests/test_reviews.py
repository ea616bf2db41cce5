"""``products.services.reviews``: who gets to read what customers say."""

import pytest

from dbProject import caching
from products.models import Review
from products.services import reviews
from products.tests.factories import ReviewFactory

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
