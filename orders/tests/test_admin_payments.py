"""Staff look at payments, at what providers said, and at withdrawals; nothing of it is changed."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.gateways.test_bank import ledger
from orders.models import Payment, PaymentWebhook, Withdrawal
from orders.services import charging, withdrawals
from orders.tests.factories import OrderFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def declare(order_number, email):
    return withdrawals.declare(key=uuid4(), order_number=order_number, email=email, name="Robin")


@pytest.mark.parametrize("path", ["payment", "paymentwebhook", "withdrawal"])
def test_the_lists_cost_the_same_queries_for_one_and_for_ten(staff_client, path):
    counts = []
    for times in (1, 9):
        for number in range(times):
            order = OrderFactory(user=None)
            payment = charging.start(order)
            ledger.pay(payment.reference)
            PaymentWebhook.objects.create(
                provider="test", event_id=f"evt_{times}_{number}", body="{}", report=None
            )
            declare(order.order_number, order.email)
        with CaptureQueriesContext(connection) as context:
            assert staff_client.get(f"/admin/orders/{path}/").status_code == 200
        counts.append(len(context))
    assert counts[0] == counts[1] <= 6


def test_each_leads_to_its_page_and_to_the_order(staff_client):
    order = OrderFactory(user=None)
    payment = charging.start(order)
    withdrawal = declare(order.order_number, order.email)

    page = text(staff_client.get(f"/admin/orders/payment/{payment.pk}/change/"))
    assert payment.reference in page
    assert 'name="_save"' not in page
    assert order.order_number in text(staff_client.get(f"/admin/orders/withdrawal/{withdrawal.pk}/change/"))
    assert f"/admin/orders/order/{order.pk}/change/" in text(staff_client.get("/admin/orders/payment/"))


def test_a_withdrawal_that_names_no_order_of_ours_waits_for_somebody(staff_client):
    declare("ORD-20260101-NOBODY", "nobody@example.com")

    assert "please look for it" in text(staff_client.get("/admin/orders/withdrawal/"))


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("manager", {"payment", "paymentwebhook", "withdrawal"}),
        ("support", {"payment", "withdrawal"}),
        ("fulfillment", set()),
        ("catalog", set()),
    ],
)
def test_each_role_sees_what_it_works_with(client, role, seen):
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)

    paths = ("payment", "paymentwebhook", "withdrawal")
    assert {path for path in paths if client.get(f"/admin/orders/{path}/").status_code == 200} == seen
    assert not Payment.objects.exists()
    assert not Withdrawal.objects.exists()
