"""What Prometheus is told of goods when it asks."""

from django.db.models import Count, F, Q

from dbProject.metrics.figures import Figure
from products.models import Product


def stock() -> list[Figure]:
    """Say how much of what is for sale is about to sell out, or has; one query over all of it."""
    is_left = Q(stock_quantity__gt=0)
    found = (
        Product.objects.active()
        .buyable()
        .aggregate(
            low=Count("pk", filter=is_left & Q(stock_quantity__lte=F("low_stock_threshold"))),
            out=Count("pk", filter=~is_left),
        )
    )
    return [
        Figure("shop_low_stock_products", "Products with few units left.", found["low"]),
        Figure("shop_sold_out_products", "Products for sale of which nothing is left.", found["out"]),
    ]
