"""Whole purchases on the pages, without JavaScript: paid, declined, asked, and never answered."""

from decimal import Decimal

import pytest
from django.core import mail

from dbProject.outbox.models import OutboxEvent
from orders.gateways.test_bank import ledger
from orders.models import Order
from orders.selectors import orders
from orders.services import notifications, reconciliation
from orders.tests.factories import MethodFactory, OrderFactory
from orders.tests.pages import add, buy, text
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.journey
def test_a_guest_buys_two_things_pays_and_sees_the_order(client, django_capture_on_commit_callbacks):
    MethodFactory()
    mug = ProductFactory(name="Harbor mug", price=Decimal("18.90"))
    stool = ProductFactory(name="Oak stool", price=Decimal("80.00"))

    assert "Add to cart" in text(client.get(mug.get_absolute_url()))
    for product in (mug, stool):
        assert add(client, product).headers["Location"] == "/cart/"
    cart = text(client.get("/cart/"))
    assert "Harbor mug" in cart
    assert "103.80" in cart  # 18.90 + 80.00 + 4.90

    bought = buy(client)
    assert bought.status_code == 303
    payment = client.get(bought["Location"], follow=True)
    assert "103.80" in text(payment)
    thanks = client.post(payment.request["PATH_INFO"], {"answer": "pay"}, follow=True)

    order = Order.objects.get()
    assert order.status == "confirmed"
    assert "We have your order" in text(thanks)
    assert order.order_number in text(thanks)
    assert "There is nothing in your cart" in text(client.get("/cart/"))
    event = OutboxEvent.objects.get(task="orders.tasks.send_order_confirmation_email")
    notifications.send_order_received(order_id=order.pk, event_id=str(event.pk))
    assert mail.outbox[0].to == ["buyer@example.com"]
    assert reconciliation.breaks() == []


@pytest.mark.journey
def test_a_customer_who_logs_in_keeps_the_cart_and_finds_the_order(client):
    user, product = UserFactory(), ProductFactory()
    add(client, product, quantity=2)

    client.force_login(user)
    add(client, product)
    bought = buy(client)

    order = Order.objects.get()
    assert order.user == user
    assert order.items.get().quantity == 3
    assert client.get(f"/orders/{order.order_number}/").status_code == 200
    assert bought["Location"].startswith(f"/orders/{order.order_number}/pay/")


def test_a_declined_payment_can_be_tried_again(client):
    order = OrderFactory(user=None)
    path = f"/orders/{order.order_number}/pay/"
    key = {"key": orders.signature(order)}

    bank = client.get(path, key)["Location"]
    declined = client.post(bank, {"answer": "decline"})

    assert "You have not been charged" in text(declined)
    order.refresh_from_db()
    assert order.is_payable
    assert client.get(path, key)["Location"] == bank
    thanks = client.post(bank, {"answer": "pay"}, follow=True)
    assert "We have your order" in text(thanks)
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_the_bank_may_ask_whether_it_is_the_customer(client):
    order = OrderFactory(user=None)
    bank = client.get(f"/orders/{order.order_number}/pay/", {"key": orders.signature(order)})["Location"]

    assert "whether it is you" in text(client.post(bank, {"answer": "ask"}))
    assert "We have your order" in text(client.post(bank, {"answer": "confirm"}, follow=True))


@pytest.mark.parametrize("fault", ["down", "lose"])
def test_a_bank_that_does_not_answer_leaves_the_order_safe(client, fault):
    order = OrderFactory(user=None)
    path, key = f"/orders/{order.order_number}", {"key": orders.signature(order)}
    ledger.set_fault("start", fault, times=3)
    page = client.get(f"{path}/pay/", key)
    assert page.status_code == 503
    assert "nothing was charged" in text(page)
    bank = client.get(f"{path}/pay/", key)["Location"]

    ledger.set_fault("status", fault, times=3)
    back = client.post(bank, {"answer": "pay"}, follow=True)

    assert "We are checking your payment" in text(back)
    assert "Pay " not in text(back)
    assert "We have your order" in text(client.get(f"{path}/paid/", key, follow=True))


def test_an_order_that_is_paid_leads_from_the_bank_to_the_order(client):
    order = OrderFactory(user=None)
    key = {"key": orders.signature(order)}
    bank = client.get(f"/orders/{order.order_number}/pay/", key)["Location"]
    client.post(bank, {"answer": "pay"})

    assert client.get(bank)["Location"].startswith(f"/orders/{order.order_number}/paid/")
    assert client.get(f"/orders/{order.order_number}/paid/", key)["Location"].endswith("&new=1")
    assert client.get(f"/orders/{order.order_number}/pay/", key).status_code == 303
    assert client.get("/test-bank/unknown/").status_code == 404
    assert client.post(bank, {"answer": "nonsense", "webhook": "x"}).status_code == 303


@pytest.mark.journey
@pytest.mark.parametrize(
    "prices", [("4.90", "6.90", "7.50"), ("0.07", "0.01", "0.05"), ("19.99", "33.33", "999.97")]
)
def test_awkward_amounts_add_up_on_either_database(client, prices):
    MethodFactory()
    for price in prices:
        add(client, ProductFactory(price=Decimal(price)), 3)

    bought = buy(client)

    order = Order.objects.get()
    assert order.total_amount == 3 * sum(map(Decimal, prices)) + Decimal("4.90")
    assert reconciliation.breaks() == []
    client.post(client.get(bought["Location"])["Location"], {"answer": "pay"}, follow=True)
    assert reconciliation.breaks() == []
