"""Sales figures that products carry, so that catalog pages need not look at orders."""

from datetime import timedelta

from django.utils import timezone

from orders.selectors import sales
from products.services import popularity

WINDOW = timedelta(days=30)


def write_down() -> int:
    """Write the units sold in the last 30 days down to the products; return how many changed. Repeatable."""
    return popularity.set_units_sold(sales.units_by_product(since=timezone.now() - WINDOW))
