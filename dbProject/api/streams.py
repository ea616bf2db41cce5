"""Whole tables, a line of JSON for each row, in constant memory; who was cut off goes on behind the last."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.utils.encoders import JSONEncoder

from dbProject.api.cursors import cursor
from dbProject.api.endpoints import Query

MEDIA_TYPE = "application/x-ndjson"
CHUNK = 200
"""Rows in memory at once."""


class StreamQuery(Query):
    cursor = serializers.CharField(
        required=False, max_length=100, help_text="Of the last line that came; what follows it is sent."
    )
    updated_since = serializers.DateTimeField(required=False, help_text="Only what has changed since then.")


def lines(
    rows: QuerySet[Any], *, after: int, shown: Callable[[list[Any]], list[dict[str, Any]]]
) -> Iterator[bytes]:
    """Yield a line for each of ``rows`` in pk order, with the ``cursor`` that leads behind it."""
    encoder = JSONEncoder(ensure_ascii=False)
    chosen = rows.order_by("pk")
    while True:
        chunk = list(chosen.filter(pk__gt=after)[:CHUNK])
        pks, said = [row.pk for row in chunk], shown(chunk)
        for row in chunk:
            vars(
                row
            ).clear()  # it and what was loaded with it name each other, and would wait for the collector
        for pk, line in zip(pks, said, strict=True):
            yield f"{encoder.encode({**line, 'cursor': cursor(pk)})}\n".encode()
        if len(pks) < CHUNK:
            return
        after = pks[-1]


def answer(content: Iterator[bytes]) -> StreamingHttpResponse:
    return StreamingHttpResponse(content, content_type=MEDIA_TYPE)
