"""Staff hear of what runs out: once each time that a sale takes it to its threshold."""

import pytest
from django.core import mail

from dbProject.outbox.models import OutboxEvent
from products.models import Product
from products.services import low_stock, stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
TASK = "products.tasks.send_low_stock_email"


@pytest.fixture(autouse=True)
def _staff(settings):
    settings.STAFF_EMAIL = ["staff@example.com"]


def notices():
    return [event.payload["product_ids"] for event in OutboxEvent.objects.filter(task=TASK)]


def send():
    for event in OutboxEvent.objects.filter(task=TASK):
        low_stock.send_notice(**event.payload, event_id=str(event.pk))


def test_coming_to_the_threshold_is_told_once():
    product = ProductFactory(stock_quantity=8, low_stock_threshold=5)
    stock.take({product.pk: 2}, reference="1")
    assert notices() == []

    stock.take({product.pk: 1}, reference="2")
    stock.take({product.pk: 1}, reference="3")
    assert notices() == [[product.pk]]
    send()
    send()

    (message,) = mail.outbox
    assert (message.to, message.subject) == (["staff@example.com"], f"Running out: {product.name}")
    for form in (message.body, message.alternatives[0][0]):
        assert "4 units left" in form  # as it is when the mail is written
        assert "/admin/products/product/?stock=low" in form


def test_several_in_one_order_are_one_mail():
    products = ProductFactory.create_batch(3, stock_quantity=6, low_stock_threshold=5)
    stock.take({product.pk: 1 for product in products}, reference="1")
    send()

    assert [message.subject for message in mail.outbox] == ["Running out: 3 products"]


def test_what_is_filled_up_and_runs_out_again_is_told_again():
    product = ProductFactory(stock_quantity=6, low_stock_threshold=5)
    for number in range(2):
        stock.take({product.pk: 1}, reference=str(number))
        stock.put_back({product.pk: 1}, reference=str(number))

    assert notices() == [[product.pk]] * 2


def test_nobody_is_told_where_nobody_is_named(settings):
    settings.STAFF_EMAIL = []
    product = ProductFactory(stock_quantity=6, low_stock_threshold=5)
    stock.take({product.pk: 1}, reference="1")

    assert notices() == []


def test_what_is_gone_by_then_needs_no_mail():
    product = ProductFactory(stock_quantity=6, low_stock_threshold=5)
    stock.take({product.pk: 1}, reference="1")
    Product.objects.all().delete()
    send()

    assert mail.outbox == []
    assert OutboxEvent.objects.get(task=TASK).finished_at
