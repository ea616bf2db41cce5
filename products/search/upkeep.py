"""Keeping search current for many rows at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def once_at_the_end(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[set[int]]:
    """Index once what a transaction writes to products and their values, instead of after every statement.

    Put the pks of all singles and parents that are written, or whose variants are, into its set.
    Inside a transaction only: what was put off is forgotten with a rollback, together with the rows.
    Where the database has no statement triggers (SQLite), each row is indexed as always. Two queries.
    """
    connection = connections[using]
    pks: set[int] = set()
    if connection.vendor != "postgresql":
        yield pks
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shop.search_waits', 'on', true)")
        yield pks
        cursor.execute(
            "SELECT set_config('shop.search_waits', 'off', true), product_search_refresh(%s)", [sorted(pks)]
        )
