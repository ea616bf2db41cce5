"""New rows of one table, many at once."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from django.db import connection, models

Cells = Sequence[Any]


def insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Cells]) -> None:
    """Store ``rows`` that have a cell for each of ``names``: the attributes of ``model``, all but the pk.

    On Postgres by COPY, which costs both sides a third of what ``bulk_create`` does; an empty text is then
    NULL in a column that may be NULL.

    Raises:
        IntegrityError: A row breaks a constraint; nothing is stored.
    """
    if rows and connection.vendor == "postgresql":
        _copy(model, names, rows)
    elif rows:
        model._base_manager.bulk_create(model(**dict(zip(names, row, strict=True))) for row in rows)


def _copy(model: type[models.Model], names: Sequence[str], rows: Sequence[Cells]) -> None:
    text = StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [connection.ops.quote_name(str(fields[name].column)) for name in names]
    # An empty cell is NULL, except in these.
    filled = [column for column, name in zip(columns, names, strict=True) if not fields[name].null]
    copying = (
        f"COPY {connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)})"
        f" FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({', '.join(filled)}))"
    )
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(copying, text)
