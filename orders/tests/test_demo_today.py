"""What is under way in the demo store: a part of an order, a return with its money, a withdrawal."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.models import Order, OrderEvent, Refund, Return, Withdrawal
from orders.services import demo, demo_orders, demo_today, reconciliation
from orders.tests.background import settle_payments
from products.models import Product
from products.tests.factories import CategoryFactory, ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """The demo store after sixty orders: its staff, and the customer who buys most."""
    customers, staff = UserFactory.create_batch(2), StaffFactory()
    ProductFactory.create_batch(8, category=CategoryFactory(slug="desk"), stock_quantity=3)
    Product.objects.update(created_at=timezone.now() - timedelta(days=400))
    demo.add_delivery()
    demo.add_offers()
    demo_orders.add_orders(60, seed=1, customers=customers, staff=staff, progress=lambda done: None)
    return {"staff": staff, "customer": customers[0]}


def test_a_part_is_sent_one_thing_came_back_and_somebody_withdraws(people):
    assert demo_today.work(**people) == 3

    settle_payments()
    part = OrderEvent.objects.get(kind="part_shipped").order
    assert part.status == "processing"
    assert part.unsent()
    refund = Refund.objects.get()
    assert refund.of_return.status == "received"
    assert refund.order.status == "delivered"
    assert refund.order.user == people["customer"]
    assert refund.order.amount_kept() > 0
    assert refund.order.documents.count() == 2
    withdrawal = Withdrawal.objects.get()
    assert Return.objects.get(reason="withdrawn").order == withdrawal.order
    assert reconciliation.breaks() == []


def test_a_second_time_nothing_more_happens_and_nobody_gets_a_mail(people):
    demo_today.work(**people)
    steps = OrderEvent.objects.count()

    assert demo_today.work(**people) == 0

    assert OrderEvent.objects.count() == steps
    assert not OutboxEvent.objects.unfinished().filter(task__endswith="_email").exists()


def test_where_nothing_was_sold_nothing_is_under_way():
    staff = StaffFactory()

    assert demo_today.work(staff=staff, customer=staff) == 0
    assert not Order.objects.exists()
