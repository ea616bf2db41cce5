"""What a request or a task costs, counted while it runs and told once, to a short list of observers.

    seen = observation.current()      None outside of a request or task
    seen.queries, seen.query_seconds  so far; every connection counts, see ``receivers``

When the answer is there, each function that ``OBSERVERS`` names in the settings is called as

    def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None

with ``seen.seconds``, ``seen.status`` and ``seen.route`` filled in. It may set headers, and must not take
long: it runs in every request, also one that a kept page answers in 0.4 ms. An answer that streams is told of
when it starts. When a task has ended, each of ``TASK_OBSERVERS`` is called as

    def observe_task(seen: Observation) -> None

with the task's name as ``seen.route`` and Celery's word (``SUCCESS``, ``FAILURE`` ...) as ``seen.status``; of
one out of time, or whose process died, in the process that watches, which knows nothing of its costs.
An observer that fails is written down and hurts nobody.
"""

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from time import perf_counter
from typing import Any, Protocol

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

from dbProject import clients, tracing
from dbProject.repeats import Statements

logger = logging.getLogger(__name__)
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""What is believed to be a request's id when a proxy of ours says so."""
LONGEST_SQL = 2_000
MOST_COSTLY = 10
ADDED_UP = ("queries", "query_seconds", "cache_calls", "cache_seconds")
"""What a task costs with all that it does for others."""


class FollowUp(Protocol):
    """What knows which request or task it follows from."""

    request_id: str
    traceparent: str


class Observation:
    """One request or task: who it is, and what it has cost so far.

    ``cache`` counts the outcomes of ``caching.remember``: ``memory`` and ``redis`` are hits, ``stale`` and
    ``waited`` came from another reader, ``built`` is a miss. ``cache_calls`` and ``cache_seconds`` are what
    was asked of Redis. ``query_seconds`` is the time inside ``execute``; rows fetched later are not in it.
    """

    __slots__ = (
        *("cache", "cache_calls", "cache_seconds", "costly", "is_shared", "queries", "query_seconds"),
        *("request", "request_id", "route", "seconds", "span", "started", "statements", "status", "token"),
        "traceparent",
    )

    def __init__(self, request_id: str, *, request: HttpRequest | None = None, route: str = "") -> None:
        self.request_id = request_id
        self.request = request
        self.route = route
        """Of a request, once answered: its route's name, ``static``, or ``unmatched``. Never an address."""
        self.status: int | str = 0
        self.started = perf_counter()
        self.seconds = 0.0
        self.queries = 0
        self.query_seconds = 0.0
        self.cache: dict[str, int] = {}
        self.costly: tuple[tuple[str, int], ...] = ()
        """The first statements that took ``COSTLY_QUERY_SECONDS``, each with its microseconds."""
        self.cache_calls = 0
        self.cache_seconds = 0.0
        self.is_shared = False
        """Whether a page was the answer that is kept for all without a session (see ``shared_pages``)."""
        self.statements = Statements() if settings.REPEATED_QUERIES and request is not None else None
        self.traceparent = ""
        """W3C Trace Context: of what it follows from, and once it runs its own; empty unless traced."""
        self.span: Any = None
        """Where it is recorded."""
        self.token: Token[Observation | None] | None = None


_current: ContextVar[Observation | None] = ContextVar("observation", default=None)
_running: set[Observation] = set()
current: Callable[[], Observation | None] = _current.get
"""Return what is being observed here, if anything is."""


def running() -> frozenset[Observation]:
    """Return the requests and tasks that this process is at."""
    return frozenset(_running)


def begin(seen: Observation) -> None:
    """Count for ``seen`` from now on, in this thread or coroutine."""
    seen.token = _current.set(seen)
    _running.add(seen)
    _trace(seen)


def conclude(seen: Observation, *, status: int | str) -> None:
    """Write down how it ended, and how long it took, before observers are told."""
    seen.status = status
    seen.seconds = perf_counter() - seen.started


def end(seen: Observation) -> None:
    """Stop counting for ``seen``, and count for what it was inside of, if anything."""
    _running.discard(seen)
    if seen.span is not None:
        method = seen.request.method if seen.request else None
        tracing.end(seen.span, name=seen.route, status=seen.status, method=method or "")
    if seen.token is not None:
        _current.reset(seen.token)
        seen.token = None


# What follows from it later


def origin() -> dict[str, str]:
    """Return for a row (``models.FollowUpModel``) which request or task it follows from; empty if none."""
    seen = _current.get()
    return {} if seen is None else {"request_id": seen.request_id, "traceparent": seen.traceparent}


def headers_of(row: FollowUp) -> dict[str, str]:
    """Return what a message says of the request or task that its row follows from."""
    named = {"request_id": row.request_id, "traceparent": row.traceparent}
    return {name: value for name, value in named.items() if value}


def follow_up(row: FollowUp) -> Observation:
    """Observe, inside of a task that does the work of many, what it does for ``row``, until it is ended.

    It has the id and the trace of the request that the row follows from, while it is :func:`bound`.
    """
    outer = _current.get()
    seen = Observation(
        row.request_id or (outer.request_id if outer else new_id()), route=outer.route if outer else ""
    )
    seen.traceparent = row.traceparent
    _trace(seen)
    return seen


@contextmanager
def bound(seen: Observation) -> Iterator[None]:
    """Count in this block for ``seen``, and for the task around it.

    Should the block fail, so does the task, for the request of ``seen``: that is the one which it names then.
    """
    outer = _current.get()
    token = _current.set(seen)
    before = [getattr(seen, name) for name in ADDED_UP]
    try:
        yield
    except Exception:
        if outer is not None:
            outer.request_id, outer.traceparent = seen.request_id, seen.traceparent
        raise
    finally:
        _current.reset(token)
        if outer is not None:
            for name, was in zip(ADDED_UP, before, strict=True):
                setattr(outer, name, getattr(outer, name) + getattr(seen, name) - was)


def new_id() -> str:
    """Return an id that nobody can guess: 32 hexadecimal digits."""
    return os.urandom(16).hex()


def named(observers: Iterable[str]) -> list[Callable[..., None]]:
    """Return the functions of these names."""
    return [import_string(name) for name in observers]


def tell(observers: Iterable[Callable[..., None]], *facts: Any) -> None:
    """Call each of ``observers`` with ``facts``, whatever befalls another."""
    for observer in observers:
        try:
            observer(*facts)
        except Exception:  # it watches; what it watches goes on
            logger.exception("%s.%s failed", observer.__module__, observer.__qualname__)


class ObservationMiddleware:
    """The outermost: give each request an id, observe it, and tell of it when the answer is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.observers = named(settings.OBSERVERS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = _id_of(request)
        request.META["HTTP_X_REQUEST_ID"] = request_id
        clients.address_of(request)
        seen = Observation(request_id, request=request)
        try:
            begin(seen)
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            seen.route = _route_of(request)
            conclude(seen, status=response.status_code)
            tell(self.observers, request, response, seen)
        finally:
            end(seen)
        return response


def _trace(seen: Observation) -> None:
    if tracing.wants(seen.request, seen.traceparent):
        span = tracing.begin(
            seen.route,
            traceparent=seen.traceparent,
            is_request=seen.request is not None,
            request_id=seen.request_id,
        )
        seen.traceparent = tracing.traceparent_of(span)
        seen.span = span if span.is_recording() else None  # not of the sample: so is all that follows


def _id_of(request: HttpRequest) -> str:
    """Return the id that a proxy of ours has given, else a new one: what clients say ends up in no log."""
    if settings.TRUSTED_PROXY_COUNT:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        if ID.fullmatch(given):
            return str(given)
    return new_id()


def _route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"


# What counts


def count_queries_of(connection: BaseDatabaseWrapper) -> None:
    """Have a connection count its queries, once however often it connects; outside of what tests measure."""
    if _count_query not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _count_query)


def _count_query(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    seen = _current.get()
    if seen is None:
        return execute(sql, parameters, many, context)
    if seen.statements is not None:
        seen.statements.add(sql)
    began = perf_counter()
    try:
        return execute(sql, parameters, many, context)
    finally:
        seconds = perf_counter() - began
        seen.queries += 1
        seen.query_seconds += seconds
        if seen.span is not None:
            tracing.add(seen.span, "query", seconds, **{"db.query.text": sql[:LONGEST_SQL]})
        if seconds >= settings.COSTLY_QUERY_SECONDS and len(seen.costly) < MOST_COSTLY:
            seen.costly += ((sql[:LONGEST_SQL], int(seconds * 1_000_000)),)
        if seconds >= settings.SLOW_QUERY_SECONDS:
            facts = {"sql": sql[:LONGEST_SQL], "db_ms": round(seconds * 1000, 1)}
            logger.warning("slow_query", extra={"facts": facts})


def count_cache(outcome: str) -> None:
    """Count an outcome of ``caching.remember``."""
    seen = _current.get()
    if seen is not None:
        seen.cache[outcome] = seen.cache.get(outcome, 0) + 1


def count_cache_call(began: float) -> None:
    """Count a question to Redis that began at ``perf_counter()``."""
    seen = _current.get()
    if seen is not None:
        seconds = perf_counter() - began
        seen.cache_calls += 1
        seen.cache_seconds += seconds
        if seen.span is not None:
            tracing.add(seen.span, "cache", seconds)


def count_step(name: str, began: float, **facts: Any) -> None:
    """Let a trace show a step that is no query: it began at ``perf_counter()`` and has just ended."""
    seen = _current.get()
    if seen is not None and seen.span is not None:
        tracing.add(seen.span, name, perf_counter() - began, **facts)
