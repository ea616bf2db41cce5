"""Reads of the price ledger."""

from datetime import datetime, timedelta
from decimal import Decimal

from products.models import PriceRecord, Product

LOOK_BACK = timedelta(days=30)
"""Source: Directive 98/6/EC, article 6a (2)."""


def lowest_before_sale(product: Product) -> Decimal | None:
    """Return the lowest price of the 30 days before the current sale began; ``None`` when there was none.

    Several reductions in a row count as one sale, which began with the first (article 6a (5)). One query.
    """
    if not product.is_on_sale:
        return None
    began: datetime | None = None
    before: list[Decimal] = []
    for price, is_reduced, valid_from in PriceRecord.objects.filter(product=product).values_list(
        "effective_price", "is_reduced", "valid_from"
    ):
        if not before and is_reduced:
            began = valid_from
        elif began is not None:
            before.append(price)
            if valid_from <= began - LOOK_BACK:
                break  # it was in force when the 30 days began; what came earlier was not
        else:
            return None  # the ledger knows of no sale
    return min(before, default=None)
