"""The price ledger: appended by every service that changes what a product costs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from products.models import PriceRecord, Product


def record(products: Iterable[Product]) -> None:
    """Append what ``products`` cost from now on; one query. Call it in the transaction that changes them.

    Parents are passed over: only what can be bought has a price.
    """
    now = timezone.now()
    PriceRecord.objects.bulk_create(
        [
            PriceRecord(
                product=product,
                effective_price=product.effective_price,
                is_reduced=product.is_on_sale,
                valid_from=now,
            )
            for product in products
            if not product.has_variants
        ],
        batch_size=1000,
    )


def record_as_if_always_there(products: Sequence[Product]) -> None:
    """Record demo products as if each had cost its price for two months, before any sale began a week ago."""
    now = timezone.now()
    PriceRecord.objects.bulk_create(
        [
            PriceRecord(
                product=product,
                effective_price=price,
                is_reduced=is_reduced,
                valid_from=now - timedelta(days=days),
            )
            for product in products
            if not product.has_variants
            for price, is_reduced, days in (
                (product.price, False, 60),
                *([(product.effective_price, True, 7)] if product.is_on_sale else ()),
            )
        ],
        batch_size=1000,
    )
