"""Noticing queries that a page asks once for each of its rows (N+1), while there are only few rows.

Off in production. In development such a page has a warning; in tests the ninth query alike fails where it is
asked. A page that has to says why:

    with repeats.allowed("a carrier writes down each of its answers"): ...
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

logger = logging.getLogger("shop")
LISTS = re.compile(r"\((?:%s(?:, )?)+\)")
NUMBERS = re.compile(r"\b\d+\b")
NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")
LONGEST_SQL = 500
_is_allowed: ContextVar[bool] = ContextVar("repeats_allowed", default=False)


class RepeatedQuery(AssertionError):
    """A request asks for the ninth time what it could have asked once."""


class Statements:
    """How often each shape of statement was asked in one request."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, sql: str) -> None:
        """Count a statement.

        Raises:
            RepeatedQuery: It was asked once too often, and ``REPEATED_QUERIES_FAIL``.
        """
        if _is_allowed.get() or sql.startswith(NOT_COUNTED):
            return
        shape = shape_of(sql)
        self._counts[shape] += 1
        if self._counts[shape] != settings.REPEATED_QUERIES + 1:
            return
        if settings.REPEATED_QUERIES_FAIL:
            raise RepeatedQuery(f"Asked {self._counts[shape]} times in one request: {shape}")
        logger.warning("repeated_query", extra={"facts": {"sql": shape[:LONGEST_SQL]}})


def shape_of(sql: str) -> str:
    """Return a statement without what differs from row to row: values, and how many there are in a list."""
    return NUMBERS.sub("?", LISTS.sub("(?)", sql))


@contextmanager
def allowed(reason: str) -> Iterator[None]:
    """Let a block, or a function, repeat its queries; ``reason`` is for who reads it."""
    if not reason:
        raise ValueError("Say why the same query has to be asked so often.")
    token = _is_allowed.set(True)
    try:
        yield
    finally:
        _is_allowed.reset(token)
