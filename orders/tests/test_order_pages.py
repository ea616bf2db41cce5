"""The pages of orders: who sees them, how they are found, and the account that keeps them."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order
from orders.selectors import orders
from orders.services import notifications, reconciliation
from orders.tests.factories import OrderFactory
from orders.tests.pages import text
from products.tests.factories import ProductFactory
from users.tests.factories import PASSWORD, UserFactory
from users.tests.letters import latest_code

pytestmark = pytest.mark.django_db


def test_orders_are_seen_by_their_buyers_only(client):
    order, stranger = OrderFactory(), UserFactory()
    path = f"/orders/{order.order_number}/"

    assert client.get(path).status_code == 404
    client.force_login(stranger)
    assert client.get(path).status_code == 404
    client.force_login(order.user)
    assert client.get(path).status_code == 200


def test_a_customer_cancels_what_has_not_left_the_house(client):
    order = OrderFactory(status="confirmed")
    client.force_login(order.user)

    page = client.post(f"/orders/{order.order_number}/cancel/", follow=True)

    assert "cancelled" in text(page)
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert reconciliation.breaks() == []


def test_what_has_left_the_house_is_not_cancelled(client):
    order = OrderFactory(status="shipped")
    client.force_login(order.user)

    assert client.post(f"/orders/{order.order_number}/cancel/").status_code == 409


def test_finding_an_order_answers_the_same_for_right_and_wrong(client):
    order = OrderFactory(user=None)
    outbox.relay()
    right = client.post("/orders/find/", {"order_number": order.order_number.lower(), "email": order.email})
    wrong = client.post("/orders/find/", {"order_number": order.order_number, "email": "other@example.com"})

    def without_typed(page):
        return re.sub(r'value="[^"]*"', "", text(page))

    assert without_typed(right) == without_typed(wrong)
    events = OutboxEvent.objects.filter(task="orders.tasks.send_order_link_email")
    assert [event.payload for event in events] == [{"order_id": order.pk}]
    notifications.send_order_link(order_id=order.pk, event_id=str(events.get().pk))
    assert order.order_number in mail.outbox[-1].body


# An account after the order


def just_bought(client, **fields):
    """Return an order that a guest has placed and paid, and the address of its thank-you page."""
    order = OrderFactory(user=None, status=Order.Status.CONFIRMED, **fields)
    return order, f"{orders.signed_path(order)}&new=1"


@pytest.mark.journey
def test_a_guest_keeps_the_order_in_an_account_with_one_field(client):
    order, page = just_bought(client, email="robin@example.com")
    other = OrderFactory(user=None, email="somebody@example.com")
    offered = text(client.get(page))
    assert "Keep this order in an account" in offered
    fields = re.findall("<input [^>]*>", offered.partition("offer-form")[2].partition("</form>")[0])
    assert len([field for field in fields if "hidden" not in field]) == 1

    path = f"/orders/{order.order_number}/account/?key={orders.signature(order)}"
    answer = client.post(path, {"password1": "Lantern-Harbor-42"})
    assert answer["Location"] == "/accounts/confirm-email/"
    client.post("/accounts/confirm-email/", {"code": latest_code()})

    account = text(client.get("/account/"))
    assert "Hello Robin" in account
    assert order.order_number in account
    assert other.order_number not in account
    assert client.get(order.get_absolute_url()).status_code == 200
    assert "Keep this order" not in text(client.get(page))


def test_a_password_that_will_not_do_is_said_beside_the_field(client):
    order, _page = just_bought(client)

    answer = client.post(
        f"/orders/{order.order_number}/account/?key={orders.signature(order)}", {"password1": "short"}
    )

    assert "Something needs another look" in text(answer)
    assert not get_user_model().objects.exists()


def test_an_account_is_offered_only_by_the_link_to_the_order(client):
    order, _page = just_bought(client)

    for key in ("", "?key=forged"):
        answer = client.post(
            f"/orders/{order.order_number}/account/{key}", {"password1": "Lantern-Harbor-42"}
        )
        assert answer.status_code == 404
    assert not get_user_model().objects.exists()


def test_the_offer_reads_the_same_where_there_is_an_account_already(client):
    known = UserFactory(email="robin@example.com")
    order, page = just_bought(client, email=known.email)

    assert "Keep this order in an account" in text(client.get(page))
    answer = client.post(
        f"/orders/{order.order_number}/account/?key={orders.signature(order)}",
        {"password1": "Lantern-Harbor-42"},
    )

    assert answer["Location"] == "/accounts/confirm-email/"
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    order.refresh_from_db()
    assert order.user is None


# A customer's orders


def test_the_account_lists_the_orders_page_by_page_in_the_same_queries(client, django_assert_num_queries):
    user = UserFactory()
    client.force_login(user)
    for page in ("/account/", "/account/orders/"):
        assert "You have not ordered anything yet" in text(client.get(page))
    product = ProductFactory(stock_quantity=99)
    for count in (1, 11):
        OrderFactory.create_batch(count, user=user, units={product: 1})
        with django_assert_num_queries(6):
            overview = text(client.get("/account/"))
        with django_assert_num_queries(7):
            first = text(client.get("/account/orders/"))
    newest, *_, oldest = Order.objects.newest_first()

    assert newest.order_number in overview
    assert "All your orders" in overview
    assert newest.order_number in first
    assert oldest.order_number not in first
    assert oldest.order_number in text(client.get("/account/orders/?page=2"))
    assert client.get("/account/orders/?page=zzz").status_code == 200


def test_an_order_says_the_country_in_words(client):
    order, page = just_bought(client)

    assert "Germany" in text(client.get(page))
    client.get("/language/de/")
    assert "Deutschland" in text(client.get(page))
    assert order.shipping_address["country"] == "DE"
