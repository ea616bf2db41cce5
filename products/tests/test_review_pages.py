"""Reviews on the page of a product, and in the account of who wrote them."""

import pytest

from products.models import Review
from products.services import reviews
from products.tests.factories import ProductFactory, ReviewFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = 9
"""What is remembered left out: three of them for what is the customer's own."""
FORM = {"rating": "4", "title": "Good", "content": "Holds tea."}


@pytest.fixture
def mug():
    return ProductFactory(slug="mug", name="Mug")


@pytest.fixture
def customer(client):
    user = UserFactory(first_name="Ada")
    client.force_login(user)
    return user


def page(client, address="/products/mug/"):
    return client.get(address).content.decode()


def test_without_an_account_there_is_a_way_to_log_in_and_no_form(client, mug):
    html = page(client)

    assert 'href="/products/mug/review/"' in html
    assert "csrfmiddlewaretoken" not in html
    assert client.get("/products/mug/review/").url == "/accounts/login/?next=/products/mug/review/"
    assert client.post("/products/mug/review/", FORM).url.startswith("/accounts/login/")
    assert not Review.objects.exists()


def test_a_customer_writes_a_review_that_is_shown_once_it_is_approved(client, mug, customer):
    assert 'action="/products/mug/review/"' in page(client)

    answer = client.post("/products/mug/review/", FORM)

    assert (answer.status_code, answer.url) == (303, "/products/mug/#reviews")
    assert "Nobody has written" in page(client)
    reviews.approve([Review.objects.get().pk])
    assert "<h3>Good</h3>" in page(client)
    assert "Holds tea." in page(client, "/account/reviews/")


def test_a_review_without_stars_says_what_is_missing_and_keeps_the_words(client, mug, customer):
    html = client.post("/products/mug/review/", FORM | {"rating": "6"}).content.decode()

    assert "Something needs another look" in html
    assert "Holds tea." in html
    assert not Review.objects.exists()


@pytest.mark.parametrize("sent", [{"is_verified_purchase": "1"}, {"is_approved": "1", "helpful_count": "9"}])
def test_what_is_no_field_of_the_form_counts_for_nothing(client, mug, customer, sent):
    client.post("/products/mug/review/", FORM | sent)

    review = Review.objects.get()
    assert (review.user, review.is_verified_purchase, review.is_approved, review.helpful_count) == (
        customer, False, False, 0,
    )  # fmt: skip


def test_only_reviews_with_so_many_stars_and_the_older_ones_on_pages(client, mug):
    for number in range(22):
        ReviewFactory(product=mug, rating=5, title=f"Five {number:02}")
    ReviewFactory(product=mug, rating=2, title="Two stars")

    assert "Two stars" in page(client)
    only = page(client, "/products/mug/?stars=2")
    assert "Two stars" in only
    assert "Five 21" not in only
    assert "Show all reviews" in only
    second = page(client, "/products/mug/?stars=5&reviews=2")
    assert "Five 01" in second
    assert "Five 02" not in second
    for garbage in ("stars=9&reviews=x", "stars=%00", "reviews=-1", "reviews=99999"):
        assert "Two stars" in page(client, f"/products/mug/?{garbage}")


def test_one_click_says_that_a_review_was_helpful(client, mug, customer):
    review = ReviewFactory(product=mug)

    assert client.post(f"/reviews/{review.pk}/helpful/").url == f"/products/mug/#review-{review.pk}"
    assert "You found this helpful" in page(client)
    client.post(f"/reviews/{review.pk}/helpful/", {"undo": "1"})

    review.refresh_from_db()
    assert review.helpful_count == 0


def test_one_deletes_ones_own_review_only(client, mug, customer):
    other, own = ReviewFactory(product=mug), ReviewFactory(product=mug, user=customer)

    for review in (other, own):
        client.post(f"/reviews/{review.pk}/remove/")

    assert list(Review.objects.all()) == [other]


def test_the_page_costs_a_customer_three_queries_for_reviews(
    client, mug, customer, django_assert_num_queries
):
    page(client)
    with django_assert_num_queries(PAGE):
        page(client)
    ReviewFactory.create_batch(5, product=mug)
    with django_assert_num_queries(PAGE):
        page(client)
