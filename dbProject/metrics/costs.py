"""Which statements cost the database most, and how it goes about them."""

import re
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction

from dbProject import repeats
from dbProject.metrics.profile import Profile

SHOWN = 10
IS_DATA = re.compile(r"\s*(select|with|insert|update|delete)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%(%|s|\(\w+\)s)")
PLANNED = "shop_profile"
ASKED = """
SELECT query, calls, total_exec_time, max_exec_time FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query ~* '^\\s*(select|with|insert|update|delete)\\y'
ORDER BY total_exec_time DESC LIMIT %s
"""


class Cost(NamedTuple):
    """A statement as it is written, how often it ran, milliseconds in all and at most, and its plan."""

    sql: str
    runs: int
    total_ms: float
    slowest_ms: float
    plan: str

    @property
    def mean_ms(self) -> float:
        return self.total_ms / self.runs


def told_by_the_database() -> list[Cost] | None:
    """Return what ``pg_stat_statements`` knows of this database, the costliest first; None without it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ASKED, [SHOWN])
            rows = cursor.fetchall()
    except DatabaseError:  # not installed, not loaded, not allowed; or no Postgres
        return None
    return [Cost(sql, count, total, most, plan(sql)) for sql, count, total, most in rows]


def counted_here(profile: Profile) -> list[Cost]:
    """Return what the shop has counted itself, the costliest first: only what took long each time."""
    about_data = [one for one in profile.statements.items() if IS_DATA.match(one[0])]
    costly = sorted(about_data, key=lambda one: one[1].total_us, reverse=True)[:SHOWN]
    return [
        Cost(sql, one.runs, one.total_us / 1000, one.slowest_us / 1000, plan(_numbered(sql)))
        for sql, one in costly
    ]


def plan(sql: str) -> str:
    """Return the plan of a statement whose parameters are ``$1``, ``$2`` ..., or nothing; it does not run.

    The values are not known any more, so it is the plan that Postgres makes for any.
    """
    if not IS_DATA.match(sql):
        return ""
    is_one_each = repeats.allowed("each statement has a plan of its own")
    with is_one_each, transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                return _planned(cursor, sql)
        except DatabaseError:  # cut off, or of a type that nobody can guess
            return ""
        finally:
            with transaction.atomic():
                _forget_the_plan(cursor)


def _planned(cursor: Any, sql: str) -> str:
    run = cursor.execute
    run("SET LOCAL plan_cache_mode = 'force_generic_plan'")
    run("SET LOCAL statement_timeout = '1s'")
    run(f"PREPARE {PLANNED} AS {sql}")
    run("SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = %s", [PLANNED])
    ((count,),) = cursor.fetchall()
    nothing = f"({', '.join(['NULL'] * count)})" if count else ""
    run(f"EXPLAIN EXECUTE {PLANNED}{nothing}")
    return "\n".join(line for (line,) in cursor.fetchall())


def _forget_the_plan(cursor: Any) -> None:
    """What was prepared outlives its transaction; the next one has to find the name free."""
    run = cursor.execute
    try:
        with transaction.atomic():
            run("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [PLANNED])
            if cursor.fetchall():
                run(f"DEALLOCATE {PLANNED}")
    except DatabaseError:  # no Postgres
        return


def _numbered(sql: str) -> str:
    """Return a statement with ``$1`` for each ``%s``, as Postgres writes them itself."""
    number = 0

    def write(found: re.Match[str]) -> str:
        nonlocal number
        if found[1] == "%":
            return "%"
        number += 1
        return f"${number}"

    return PLACEHOLDER.sub(write, sql)
