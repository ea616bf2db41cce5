"""What was sold, told by orders and written down to products."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from orders.models import Order
from orders.selectors import sales as figures
from orders.services import sales
from orders.tests.factories import OrderFactory
from products.models import Product
from products.services import catalog
from products.tests.factories import AttributeFactory, ProductFactory, ReviewFactory

pytestmark = pytest.mark.django_db


def sold(product):
    return Product.objects.get(pk=product.pk).units_sold


def test_units_and_revenue_count_what_was_paid_and_no_join_multiplies_them():
    product, other = ProductFactory(price=Decimal("11.90")), ProductFactory()
    ReviewFactory.create_batch(3, product=product)
    for status in ("confirmed", "delivered", "pending", "cancelled", "refunded"):
        OrderFactory(units={product: 2, other: 1}, status=status)

    (best,) = figures.bestsellers(limit=1)

    assert (best.pk, best.total_sold, best.revenue) == (product.pk, 4, Decimal("40.00"))


def test_the_last_30_days_are_written_down_and_fade():
    product = ProductFactory()
    order = OrderFactory(units={product: 3}, status="confirmed")

    assert sales.write_down() == 1
    assert sold(product) == 3
    assert sales.write_down() == 0

    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert sales.write_down() == 1
    assert sold(product) == 0


def test_the_product_page_says_what_sells_well_once_the_clock_has_told_it(client, settings):
    well, little = ProductFactory(), ProductFactory()
    OrderFactory(units={well: 5, little: 4}, status="confirmed")

    def said(product, language="en"):
        return client.get(product.get_absolute_url(), headers={"accept-language": language}).content.decode()

    assert "sold in the last 30 days" not in said(well)
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if "sales" in entry["task"]:
            import_string(entry["task"])()

    assert "5 sold in the last 30 days" in said(well)
    assert "5-mal in den letzten 30 Tagen verkauft" in said(well, "de")
    assert "sold in the last 30 days" not in said(little)


def test_a_parent_sells_what_its_variants_sell():
    AttributeFactory(slug="color")
    parent = ProductFactory(stock_quantity=0)
    variants = [
        catalog.add_variant(parent, sku=color, options={"color": color}, price=Decimal(5), stock_quantity=9)
        for color in ("red", "blue")
    ]
    OrderFactory(units={variants[0]: 2, variants[1]: 3}, status="confirmed")

    sales.write_down()

    assert [sold(one) for one in (parent, *variants)] == [5, 2, 3]


def test_a_product_knows_whether_it_was_ordered_lately():
    recent, old, _never = ProductFactory.create_batch(3)
    OrderFactory(units={recent: 1}, status="confirmed")
    order = OrderFactory(units={old: 1}, status="confirmed")
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=31))

    found = figures.ordered_lately(Product.objects.order_by("pk"))

    assert [product.was_ordered_lately for product in found] == [True, False, False]
