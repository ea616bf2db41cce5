"""What the database knows of how much is in its tables, from which it plans how to ask them."""

from collections.abc import Sequence
from contextlib import suppress

from django.db import OperationalError, connection, transaction

MANY = 5_000
"""Rows after which what was known is of little use."""
TABLES = (
    "products", "product_attribute_values", "product_search", "categories", "brands", "product_attributes",
    "price_records", "stock_movements",
)  # fmt: skip


def gather(tables: Sequence[str] = TABLES) -> None:
    """Have the tables that an import fills measured; a second or two, and it may be repeated.

    Facets of a catalog that was believed to be empty took 20 s instead of 0.1. The database gets to it by
    itself, but minutes later. A table that somebody holds is left to that.
    """
    for table in tables:
        with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")
