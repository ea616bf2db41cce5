"""What was sold. Cancelled and refunded orders do not count; pending ones do not count yet."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DecimalField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from orders.models import Order, OrderItem
from products.models import Product

SOLD = (Order.Status.CONFIRMED, Order.Status.PROCESSING, Order.Status.SHIPPED, Order.Status.DELIVERED)
LATELY = timedelta(days=30)
MONEY = DecimalField(max_digits=14, decimal_places=2)


def items_sold() -> QuerySet[OrderItem]:
    """Return the lines of all orders that count as sold."""
    return OrderItem.objects.filter(order__status__in=SOLD, order__deleted_at=None)


def with_sales(products: QuerySet[Product]) -> QuerySet[Any]:
    """Add ``total_sold`` (units) and ``revenue`` (net, after discounts); no join multiplies."""
    of_product = items_sold().filter(product=OuterRef("pk")).order_by().values("product")
    return products.annotate(
        total_sold=Coalesce(Subquery(of_product.annotate(n=Sum("quantity")).values("n")), 0),
        revenue=Coalesce(
            Subquery(of_product.annotate(total=Sum("net_amount")).values("total")), 0, output_field=MONEY
        ),
    )


def bestsellers(*, limit: int = 10) -> list[Product]:
    """Return what sold most units of all time, with ``total_sold`` and ``revenue``; one query."""
    sold = with_sales(Product.all_objects.all()).filter(total_sold__gt=0)
    return list(sold.order_by("-total_sold", "pk")[:limit])


def ordered_lately(products: QuerySet[Product]) -> QuerySet[Any]:
    """Add ``was_ordered_lately``: whether anybody ordered it in the last 30 days."""
    since = timezone.now() - LATELY
    recent = items_sold().filter(product=OuterRef("pk"), order__created_at__gte=since)
    return products.annotate(was_ordered_lately=Exists(recent))


def units_by_product(*, since: datetime) -> dict[int, int]:
    """Return product pk -> units sold since then, for what was sold at all; one query."""
    rows = items_sold().filter(order__created_at__gte=since).order_by().values("product")
    return {row["product"]: row["units"] for row in rows.annotate(units=Sum("quantity"))}
