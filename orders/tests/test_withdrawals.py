"""Withdrawing from a contract: two steps, no login, a receipt at once, and the order follows."""

import re
from uuid import uuid4

import pytest
from django.core import mail

from orders.models import Withdrawal
from orders.selectors import orders
from orders.services import reconciliation, withdrawals
from orders.tests.background import work_off
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def declaration(order, **changes):
    return {
        "key": uuid4(),
        "name": "Robin Customer",
        "order_number": order.order_number,
        "email": order.email,
    } | changes


@pytest.fixture
def order():
    return OrderFactory(user=None, units={ProductFactory(stock_quantity=5): 2}, status="confirmed")


@pytest.mark.journey
def test_a_guest_withdraws_in_two_steps_and_has_the_receipt_at_once(client, order):
    assert "Withdraw from contract here" in text(client.get("/"))
    sent = declaration(order)

    asked = client.post("/withdraw/", sent)
    assert "Is this right?" in text(asked)
    assert not Withdrawal.objects.exists()
    hidden = dict(
        re.findall(r'hidden" name="(\w+)" value="([^"]*)"', text(asked).partition("form-actions")[2])
    )
    done = client.post("/withdraw/", hidden | {"confirm": "1"})

    assert "We have your withdrawal." in text(done)
    work_off("send_withdrawal_receipt_email")
    receipt = mail.outbox[0]
    assert receipt.to == [order.email]
    for form in (receipt.body, receipt.alternatives[0][0]):
        assert f"about the order {order.order_number}" in form
        assert "2026" in form
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert Product.objects.get().stock_quantity == 5
    assert reconciliation.breaks() == []


def test_confirming_twice_withdraws_once(client, order):
    sent = declaration(order, confirm="1")
    for _ in range(2):
        assert "We have your withdrawal." in text(client.post("/withdraw/", sent))
    work_off("send_withdrawal_receipt_email")

    assert Withdrawal.objects.count() == 1
    assert len(mail.outbox) == 1


def test_what_has_left_the_house_is_asked_back():
    order = OrderFactory(user=None, units={ProductFactory(): 2}, status="delivered")

    withdrawals.declare(**declaration(order))

    back = order.returns.get()
    assert back.reason == "withdrawn"
    assert [item.quantity for item in back.items.all()] == [2]
    order.refresh_from_db()
    assert order.status == "delivered"
    assert "withdrawn" in [event.kind for event in order.events.all()]


def test_parts_are_left_for_staff_to_read(order):
    withdrawals.declare(**declaration(order, what="One of the bowls"))

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert order.events.get(kind="withdrawn").detail == "One of the bowls"


def test_it_answers_the_same_for_an_order_that_nobody_knows(client, order):
    wrong = declaration(order, order_number="ORD-20260101-NOBODY", confirm="1")
    right = declaration(order, confirm="1")

    answers = [client.post("/withdraw/", sent) for sent in (wrong, right)]

    pages = [text(answer).replace("ORD-20260101-NOBODY", order.order_number) for answer in answers]
    when = r"arrived on [^<]*\."
    assert re.sub(when, "", pages[0]) == re.sub(when, "", pages[1])
    assert Withdrawal.objects.filter(order=None).count() == 1
    work_off("send_withdrawal_receipt_email")
    assert len(mail.outbox) == 2


def test_nothing_typed_is_lost_and_what_is_missing_is_said(client, order):
    answer = client.post("/withdraw/", declaration(order, email="nobody", what="The blue one"))

    assert answer.status_code == 422
    assert "The blue one" in text(answer)
    assert "name@example.com" in text(answer)
    back = client.post("/withdraw/", declaration(order, what="The blue one", change="1"))
    assert "The blue one" in text(back)
    assert order.order_number in text(back)


def test_from_the_page_of_the_order_all_is_filled_in(client, order):
    page = text(client.get(f"/withdraw/?order={order.order_number}&key={orders.signature(order)}"))
    assert order.email in page
    assert "Robin Customer" in page

    stranger = text(client.get(f"/withdraw/?order={order.order_number}"))
    assert order.order_number in stranger
    assert order.email not in stranger


@pytest.mark.parametrize("status", ["pending", "cancelled", "refunded"])
def test_an_order_in_any_state_may_be_withdrawn_from(status):
    order = OrderFactory(user=None, status=status)

    withdrawals.declare(**declaration(order))

    assert Withdrawal.objects.get().order == order
    assert reconciliation.breaks() == []
