"""SQL that Django would write anew for every request: written once for each shape, and only run after that.

Building and compiling the queries of a catalog page costs more than Postgres needs to answer them. For the
few that hot pages ask, the text is kept, and only the values in it are exchanged.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
Value = int | str | tuple[int, ...]
LARGEST = 2_147_000_000
"""An integer that a column of any width above 16 bits takes; primary keys, mostly."""
KEPT = 300
"""Statements in each process, of a few KB."""


class Written(NamedTuple):
    """A statement. ``parameters`` are its own; ``places`` says which of them are values of a caller."""

    sql: str
    parameters: list[Any]
    places: list[tuple[int, int, int]]
    """Position among the parameters, which value it is, and which part of that if it is a tuple."""


class Shape(NamedTuple):
    """What a statement's text depends on: all but the values. Compared without ``build``."""

    name: Hashable
    kinds: tuple[type | int, ...]
    """Of a value its type, of a tuple its length."""


def rows(name: Hashable, build: Callable[..., QuerySet[M]], *values: Value) -> list[M]:
    """Return what ``build(*values)`` finds; one query.

    ``name`` is all that the query depends on beside the values. Annotations come as the database gives
    them; relations that were to be joined in do not come.
    """
    written, model = _written(name, build, values)
    if written is None:
        return []
    return cast(list[M], list(model._base_manager.raw(written.sql, _filled_in(written, values))))


def tuples(name: Hashable, build: Callable[..., QuerySet[Any, Any]], *values: Value) -> list[tuple[Any, ...]]:
    """Return what ``build(*values)``, a ``values_list``, finds; one query."""
    written, _model = _written(name, build, values)
    if written is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(written.sql, _filled_in(written, values))
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def _written(
    name: Hashable, build: Callable[..., QuerySet[Any, Any]], values: tuple[Value, ...]
) -> tuple[Written | None, type[Model]]:
    kinds = tuple(len(value) if isinstance(value, tuple) else type(value) for value in values)
    return _write(_Key(Shape(name, kinds), build))


class _Key:
    """A shape with how it is built, where only the shape counts."""

    def __init__(self, shape: Shape, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.shape = shape
        self.build = build

    def __hash__(self) -> int:
        return hash(self.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.shape == other.shape


@lru_cache(KEPT)
def _write(key: _Key) -> tuple[Written | None, type[Model]]:
    """Build the query with stand-ins for its values, and note where they went."""
    stand_ins = [_stand_in(place, kind) for place, kind in enumerate(key.shape.kinds)]
    query = key.build(*stand_ins)
    del key.build  # which would be kept, with all that it knows
    try:
        sql, parameters = query.query.sql_with_params()
    except EmptyResultSet:
        return None, query.model
    where: dict[Any, tuple[int, int]] = {}
    for place, value in enumerate(stand_ins):
        for part, one in enumerate(value if isinstance(value, tuple) else [value]):
            where[one] = (place, part)
    places = [
        (position, *where[value])
        for position, value in enumerate(parameters)
        if isinstance(value, (int, str)) and value in where
    ]
    if len({(place, part) for _position, place, part in places}) != len(where):
        raise TypeError(f"{key.shape.name}: a value is not among the parameters as it was given")
    return Written(sql, list(parameters), places), query.model


def _stand_in(place: int, kind: type | int) -> Value:
    """Return a value that no query has of its own."""
    number = LARGEST - 100_000 * place
    if isinstance(kind, int):
        return tuple(number - part for part in range(kind))
    return number if kind is int else f"\N{SYMBOL FOR SUBSTITUTE}{place}"


def _filled_in(written: Written, values: tuple[Value, ...]) -> list[Any]:
    parameters = written.parameters.copy()
    for position, place, part in written.places:
        value = values[place]
        parameters[position] = value[part] if isinstance(value, tuple) else value
    return parameters
