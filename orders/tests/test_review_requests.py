"""Mails that ask for a review: some days after delivery, once for each order, and ended by one click."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.services import status, timeline
from orders.tests.factories import OrderFactory
from products import tasks
from products.models import ReviewInvitation
from products.services import review_requests
from products.tests.factories import ProductFactory, ReviewFactory
from users.models import MailConsent
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def delivered(user, *products):
    order = OrderFactory(user=user, units=dict.fromkeys(products, 1), status="shipped")
    return status.move(order, to="delivered", actor=timeline.SHOP)


def days_later():
    ReviewInvitation.objects.update(due_at=timezone.now() - timedelta(minutes=1))


def send_all():
    for event in OutboxEvent.objects.filter(task="products.tasks.send_review_request_email"):
        tasks.send_review_request_email(**event.payload, event_id=str(event.pk))


def test_a_customer_is_asked_once_about_an_order_and_not_about_what_they_have_reviewed():
    user, mug, bowl, lamp = UserFactory(), *(ProductFactory(name=name) for name in ("Mug", "Bowl", "Lamp"))
    delivered(user, mug, bowl, lamp)
    ReviewFactory(user=user, product=lamp)
    assert review_requests.ask_due() == 0  # too early
    days_later()

    assert [review_requests.ask_due() for _ in range(2)] == [1, 0]
    for _ in range(2):
        send_all()
    delivered(user, mug)  # bought again
    days_later()
    assert review_requests.ask_due() == 0

    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert "Mug" in letter.body
    assert "Bowl" in letter.body
    assert "Lamp" not in letter.body
    assert f"/products/{mug.slug}/review/" in letter.body


def test_a_guest_is_asked_nothing():
    delivered(None, ProductFactory())

    assert not ReviewInvitation.objects.exists()


def test_one_post_without_a_cookie_ends_these_mails(client):
    user, product = UserFactory(), ProductFactory()
    delivered(user, product)
    days_later()
    review_requests.ask_due()
    send_all()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>").split("testserver")[-1]
    path = address[address.index("/account/") :]

    assert "No more mails like this?" in client.get(path).content.decode()
    assert not MailConsent.objects.exists()
    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path.rstrip("/") + "x/").status_code == 404

    delivered(user, ProductFactory())
    days_later()
    assert review_requests.ask_due() == 0
    consent = MailConsent.objects.get()
    assert (consent.user, consent.kind, consent.is_given) == (user, "reviews", False)
