"""SQL that Django would write anew for every request: written once for each shape, and only run after that.

Building and compiling the queries of a catalog page costs more than Postgres needs to answer them. For the
few that hot pages ask, the text is kept, and only the values in it are exchanged.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)
Value = int | str | tuple[int, ...]
LARGEST = 2_147_000_000
"""An integer that a column of any width above 16 bits takes; primary keys, mostly."""
KEPT = 300
"""Statements in each process, of a few KB."""


class Reading(NamedTuple):
    """How the columns of an answer become a row of a model, with what was joined in and annotated."""

    model: type[Model]
    columns: list[str]
    first: int
    """Where the model's own columns begin; joined ones follow, or stand before them."""
    relations: list[Any]
    annotations: dict[str, int]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    """Position -> what a database's value goes through, and the expression it belongs to."""


class Written(NamedTuple):
    """A statement. ``parameters`` are its own; ``places`` says which of them are values of a caller."""

    sql: str
    parameters: list[Any]
    places: list[tuple[int, int, int]]
    """Position among the parameters, which value it is, and which part of that if it is a tuple."""
    reading: Reading | None
    """Where the rows are of a model."""
    model: type[Model]
    """Whose table is asked, which may be one that is read from a replica."""


class Shape(NamedTuple):
    """What a statement's text depends on: all but the values. Compared without ``build``."""

    name: Hashable
    kinds: tuple[type | int, ...]
    """Of a value its type, of a tuple its length."""


def rows(name: Hashable, build: Callable[..., QuerySet[M]], *values: Value) -> list[M]:
    """Return what ``build(*values)`` finds, with what it joins in and annotates; one query.

    ``name`` is all that the query depends on beside the values. Nothing is prefetched.
    """
    written = _written(name, build, values)
    if written is None:
        return []
    reading = cast(Reading, written.reading)
    first, last = reading.first, reading.first + len(reading.columns)
    connection = connections[router.db_for_read(written.model)]
    found = []
    for row in _ask(written, values, connection):
        one = list(row)
        for position, (converters, expression) in reading.converters.items():
            for convert in converters:
                one[position] = convert(one[position], expression, connection)
        instance = reading.model.from_db(connection.alias, reading.columns, one[first:last])
        for relation in reading.relations:
            relation.populate(one, instance)
        for annotation, position in reading.annotations.items():
            setattr(instance, annotation, one[position])
        found.append(instance)
    return cast(list[M], found)


def tuples(name: Hashable, build: Callable[..., QuerySet[Any, Any]], *values: Value) -> list[tuple[Any, ...]]:
    """Return what ``build(*values)``, a ``values_list``, finds, as the database gives it; one query."""
    written = _written(name, build, values)
    if written is None:
        return []
    return _ask(written, values, connections[router.db_for_read(written.model)])


def _ask(
    written: Written, values: tuple[Value, ...], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(written.sql, _filled_in(written, values))
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def _written(
    name: Hashable, build: Callable[..., QuerySet[Any, Any]], values: tuple[Value, ...]
) -> Written | None:
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
def _write(key: _Key) -> Written | None:
    """Build the query with stand-ins for its values, and note where they went."""
    stand_ins = [_stand_in(place, kind) for place, kind in enumerate(key.shape.kinds)]
    query = key.build(*stand_ins)
    del key.build  # which would be kept, with all that it knows
    compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
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
    reading = _reading(compiler) if compiler.klass_info else None
    return Written(sql, list(parameters), places, reading, query.model)


def _reading(compiler: Any) -> Reading:
    """Note what Django's ``ModelIterable`` would find out anew each time."""
    of, select = compiler.klass_info, compiler.select
    first, last = of["select_fields"][0], of["select_fields"][-1] + 1
    return Reading(
        model=of["model"],
        columns=[column.target.attname for column, _sql, _alias in select[first:last]],
        first=first,
        relations=get_related_populators(of, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]  # stubs of Django 6
        annotations=dict(compiler.annotation_col_map),
        converters=compiler.get_converters([column for column, _sql, _alias in select]),
    )


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
