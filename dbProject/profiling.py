"""Where the time of one request goes: functions, queries with their plans, and what was allocated."""

import cProfile
import pstats
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from time import perf_counter
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from dbProject import repeats

PARAMETER = "profile"
SALT = "dbProject.profiling"
LINK_SECONDS = 3600
"""How long a signed address profiles."""
FUNCTIONS, STATEMENTS, ALLOCATIONS = 25, 15, 15
"""How many lines of each are shown."""
Answer = Callable[[], HttpResponseBase]


class Asked(NamedTuple):
    """A query with its parameters, and the seconds it took."""

    sql: str
    parameters: Any
    seconds: float


# What is measured


def time_of(answer: Answer) -> tuple[HttpResponseBase, float, list[Asked]]:
    """Answer once; return the response, the seconds it took, and what it asked the database."""
    with _asked() as asked:
        began = perf_counter()
        response = answer()
        return response, perf_counter() - began, asked


def functions_of(answer: Answer) -> tuple[HttpResponseBase, str]:
    """Answer once under cProfile; return the response, and the functions that took longest."""
    profile = cProfile.Profile()
    response = profile.runcall(answer)
    text = StringIO()
    stats = pstats.Stats(profile, stream=text)
    for order in ("tottime", "cumulative"):
        stats.sort_stats(order).print_stats(FUNCTIONS)
    return response, text.getvalue().replace(f"{settings.BASE_DIR}/", "").strip()


def allocations_of(answer: Answer) -> str:
    """Answer once under tracemalloc; return which lines still held most of what they allocated at the end."""
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        response = answer()
        after = tracemalloc.take_snapshot()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del response
    own = tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__)
    grown = after.filter_traces([own]).compare_to(before.filter_traces([own]), "lineno")[:ALLOCATIONS]
    lines = [f"{one.size_diff / 1024:9.1f} KiB in {one.count_diff:6d}  {one.traceback}" for one in grown]
    return "\n".join([f"{peak / 1024:9.1f} KiB at most at once", *lines]).replace(f"{settings.BASE_DIR}/", "")


def statements_of(asked: list[Asked], *, with_plans: bool) -> str:
    """Return what was asked, alike statements together, the most expensive first, each with its plan."""
    alike: dict[str, list[Asked]] = {}
    for one in asked:
        alike.setdefault(repeats.shape_of(one.sql), []).append(one)
    dearest = sorted(alike.items(), key=lambda pair: -sum(one.seconds for one in pair[1]))
    parts = []
    for shape, each in dearest[:STATEMENTS]:
        seconds = sum(one.seconds for one in each)
        parts.append(f"{1000 * seconds:8.2f} ms  {len(each)} x  {shape}")
        if with_plans:
            parts.append(plan_of(max(each, key=lambda one: one.seconds)))
    return "\n".join(parts)


def plan_of(asked: Asked) -> str:
    """Return the database's plan for a query, indented.

    Only a SELECT is run for it (ANALYZE), in a transaction that is rolled back; all else is only planned.
    """
    is_reading = asked.sql.lstrip(" (").upper().startswith("SELECT")
    if not is_reading and not asked.sql.upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
        return "            (has no plan)"
    try:
        prefix = connection.ops.explain_query_prefix(None, **({"analyze": True} if is_reading else {}))
    except ValueError:  # SQLite knows no ANALYZE
        prefix = connection.ops.explain_query_prefix()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{prefix} {asked.sql}", asked.parameters)
            lines = [str(row[-1]) for row in cursor.fetchall()]
            transaction.set_rollback(True)
    except DatabaseError as refused:
        lines = [str(refused).strip()]
    return "\n".join(f"            {line}" for line in lines)


def report(path: str, response: HttpResponseBase, *sections: tuple[str, str]) -> str:
    """Put it all into one text."""
    head = f"{path} -> {response.status_code}"
    return "\n\n".join([head, *(f"== {title}\n{text}" for title, text in sections)]) + "\n"


@contextmanager
def _asked() -> Iterator[list[Asked]]:
    asked: list[Asked] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            asked.append(Asked(sql, parameters, perf_counter() - began))

    with connection.execute_wrapper(note):
        yield asked


# For staff, on a developer's machine


def signed(path: str) -> str:
    """Return the address that profiles ``path`` for the next hour, for staff in development."""
    mark = signing.dumps(path.partition("?")[0], salt=SALT)
    return f"{path}{'&' if '?' in path else '?'}{PARAMETER}={mark}"


class ProfileMiddleware:
    """Answer a signed address with the profile of its page. Only dbProject.settings.local has it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if PARAMETER not in request.GET or not self._is_wanted(request):
            return self.get_response(request)
        with _asked() as asked:
            response, functions = functions_of(lambda: self.get_response(request))
        text = report(
            request.path,
            response,
            ("Queries", statements_of(asked, with_plans=True)),
            ("Functions", functions),
        )
        return HttpResponse(text, content_type="text/plain; charset=utf-8")

    def _is_wanted(self, request: HttpRequest) -> bool:
        try:
            path = signing.loads(request.GET[PARAMETER], salt=SALT, max_age=LINK_SECONDS)
        except signing.BadSignature:
            return False
        user = getattr(request, "user", None)
        return path == request.path and request.method == "GET" and bool(user and user.is_staff)
