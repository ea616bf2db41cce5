"""Reading the catalog from a copy of the database (``DATABASE_REPLICA_URL``), which may lag behind a little.

Only pages that show the catalog read from it, and only the tables of the catalog: carts, checkout, accounts,
orders and staff screens never do. ``middleware.ReplicaMiddleware`` says who reads the primary all the same.
What is remembered is always built from the primary. A copy that is away is passed by.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

from dbProject import resilience

REPLICA = "replica"
_alias: ContextVar[str] = ContextVar("database of the catalog", default=DEFAULT_DB_ALIAS)


_is_for_keeping: ContextVar[bool] = ContextVar("what is read is kept", default=False)


def alias() -> str:
    """Return the name of the database that the catalog is read from here and now."""
    return _alias.get()


def use() -> None:
    """Read the catalog from the replica until :func:`passed_by` ends, if it answers and nothing is kept.

    One that is away is asked again after a minute only.
    """
    if _is_for_keeping.get():
        return
    breaker = resilience.breaker("replica", trips_on=(Error,), failures=1)
    with suppress(Error, resilience.CircuitOpen), breaker.guard(), connections[REPLICA].cursor():
        _alias.set(REPLICA)


@contextmanager
def passed_by() -> Iterator[None]:
    """Read everything from the primary, unless told to :func:`use` the replica inside."""
    token = _alias.set(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        _alias.reset(token)


@contextmanager
def passed_by_for_keeping() -> Iterator[None]:
    """Read everything from the primary, whatever is told inside: the old would be kept as if it were new."""
    token = _is_for_keeping.set(True)
    try:
        with passed_by():
            yield
    finally:
        _is_for_keeping.reset(token)


class Router:
    """Sends reads of the catalog where :func:`alias` says, and all else to the primary."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        return alias() if model._meta.app_label in settings.REPLICA_APPS else DEFAULT_DB_ALIAS

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Model, _other: Model, **_hints: Any) -> bool:
        return True  # both are of one database, wherever they were read

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
