"""The price ledger: appended by every service that changes what a product costs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from products.models import PriceRecord, Product


def record(products: Iterable[Product]) -> None:
    """Append what ``products``, as they are stored, cost from now on; one query, in their transaction.

    Parents are passed over: only what can be bought has a price. Raw SQL, because the ORM has no
    INSERT ... SELECT, and an import of a million products should not carry a million rows around.
    """
    pks = [product.pk for product in products if not product.has_variants]
    if not pks:
        return
    places = ", ".join(["%s"] * len(pks))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO price_records (product_id, effective_price, is_reduced, valid_from)"  # noqa: S608 -- only places
            " SELECT id, COALESCE(sale_price, price), sale_price IS NOT NULL, %s"
            f" FROM products WHERE id IN ({places})",
            [timezone.now(), *pks],
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
