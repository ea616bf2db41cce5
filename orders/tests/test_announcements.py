"""Other systems are told of orders and money in the transaction in which it happens, and of no person."""

import json
from decimal import Decimal

import pytest

from dbProject.outbox.models import OutboxEvent
from dbProject.webhooks import services as webhooks
from orders.services import status, timeline
from orders.tests.background import settle_payments
from orders.tests.bank import paid
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_the_life_of_an_order_is_told_and_names_nobody():
    webhooks.add_endpoint(url="https://partner.example.com/hook", name="Partner")
    order = OrderFactory(user=None, email="robin@example.com", units={ProductFactory(price=Decimal(60)): 1})
    paid(order)
    for to in ("processing", "shipped", "delivered"):
        status.move(order, to=to, actor=timeline.SHOP)
    status.move(order, to="refunded", actor=timeline.SHOP)
    settle_payments()

    events = OutboxEvent.objects.filter(task__contains="fan_out_webhook").order_by("created_at")
    said = [(event.payload["kind"], event.payload["data"]) for event in events]
    kinds = [kind for kind, _data in said if kind.startswith(("order.", "payment."))]
    assert kinds == [
        "order.created", "order.confirmed", "payment.captured", "order.processing", "order.shipped",
        "order.delivered", "order.refunded", "payment.refunded",
    ]  # fmt: skip
    captured = dict(said)["payment.captured"]
    assert captured["order"] == {
        "id": order.pk,
        "order_number": order.order_number,
        "status": "confirmed",
        "total_amount": str(order.total_amount),
        "currency": "EUR",
    }
    assert (captured["payment"]["amount"], captured["payment"]["provider"]) == (
        str(order.total_amount),
        "test",
    )
    text = json.dumps(said)
    assert not [word for word in ("robin", "Robin", "Torstr", "10119") if word in text]
