"""Lines about what happens: one formatter for all loggers, and one line for each request and task.

    logger.info("mail", extra={"facts": {"template": template}})

Every line names the request or task in which it was written. ``facts`` are our own words and figures; other
texts, exceptions above all, go through ``redaction`` first.
"""

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import salted_hmac

from dbProject import observation, redaction, sessions
from dbProject.observation import Observation

logger = logging.getLogger("shop")
bodies = logging.getLogger("shop.bodies")
Line = MutableMapping[str, Any]
SERVER_ERROR = 500
QUIET_BELOW_SECONDS = 60
"""What the schedule runs more often than that has a line only if it fails or is slow."""


# One line


def formatter(*, format: str) -> logging.Formatter:
    """Return what makes lines: JSON objects, or colored text for people."""
    last = structlog.processors.JSONRenderer() if format == "json" else _for_people()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _add_facts,
            _add_context,
            structlog.processors.format_exc_info,
            _redact,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _add_facts(_logger: Any, _method: str, line: Line) -> Line:
    line.update(getattr(line["_record"], "facts", {}))
    return line


def _add_context(_logger: Any, _method: str, line: Line) -> Line:
    """Say in which request or task a line was written, and by which release."""
    if (seen := observation.current()) is not None:
        line.update({name: value for name, value in context_of(seen).items() if name not in line})
    line["release"] = settings.RELEASE
    return line


def context_of(seen: Observation) -> dict[str, Any]:
    """Return what may be known everywhere of a request or task."""
    known: dict[str, Any] = {"request_id": seen.request_id}
    if seen.traceparent:
        known["trace_id"] = seen.traceparent.split("-")[1]
    return known | ({"task": seen.route} if seen.request is None else who(seen.request))


def _redact(_logger: Any, _method: str, line: Line) -> Line:
    record = line["_record"]
    if line["logger"] == "django.request":  # it would tell the address, in which a token may stand
        line["event"] = "unhandled_exception"
    elif hasattr(record, "facts") and "exception" not in line:
        return line
    seen = observation.current()
    request = seen.request if seen else None
    typed = redaction.typed_in(request) if request else []
    if "exception" in line:
        line["exception"] = redaction.redacted(line["exception"], typed)
    # Django's own lines end in the address; in a traceback it would look like a file's.
    if typed is not None and request and len(request.path) >= redaction.SHORTEST:
        typed = [request.path, *typed]
    line["event"] = redaction.redacted(line["event"], typed)
    return line


def who(request: HttpRequest) -> dict[str, Any]:
    """Return of a request what may be known of it everywhere; the database is asked for nothing."""
    session = getattr(request, "session", None)
    key = session.session_key if session is not None else request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    match = request.resolver_match
    known = {
        "user_id": _user_id(request),
        "session": hashed("session", key) if key else None,
        "method": request.method,
        "route": match.view_name if match else None,
        "error_id": getattr(request, "error_id", None),
    }
    return {name: value for name, value in known.items() if value is not None}


def hashed(kind: str, value: str) -> str:
    """Return what stands for a value in a log, the same each time and of no use elsewhere."""
    return salted_hmac(f"dbProject.logs.{kind}", value, algorithm="sha256").hexdigest()[:16]


def _user_id(request: HttpRequest) -> int | None:
    bearer = getattr(request, "bearer", None)
    if bearer is not None:
        pk: int | None = bearer.user.pk
        return pk
    found = sessions.loaded(request).get(SESSION_KEY)
    return int(found) if found else None


class OnlyExceptions(logging.Filter):
    """Let through what comes with a traceback; without one it says less than the line of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


# One request, one task


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Write the line of a request; nginx has those that a kept page answered."""
    facts: dict[str, Any] = {}
    if seen.seconds >= settings.SLOW_REQUEST_SECONDS:
        facts["slow"] = True
    if seen.queries > (budget := settings.QUERY_BUDGETS.get(seen.route, settings.QUERY_BUDGET)):
        facts["query_budget"] = budget
    is_grave = bool(facts) or response.status_code >= SERVER_ERROR
    if not is_grave and (seen.is_shared or seen.route in settings.QUIET_ROUTES):
        return
    level = logging.WARNING if is_grave else logging.INFO
    if logger.isEnabledFor(level):
        facts |= {"status": seen.status, "route": seen.route, **_costs(seen)}
        logger.log(level, "request", extra={"facts": facts})
    if bodies.isEnabledFor(logging.DEBUG):
        _write_bodies(request, response)


def observe_task(seen: Observation) -> None:
    """Write the line of a task."""
    is_slow = seen.seconds >= settings.SLOW_TASK_SECONDS
    if seen.status == "SUCCESS" and not is_slow and seen.route in _often():
        return
    facts = {"status": seen.status, **_costs(seen)} | ({"slow": True} if is_slow else {})
    logger.log(logging.WARNING if is_slow else logging.INFO, "task", extra={"facts": facts})


def _costs(seen: Observation) -> dict[str, Any]:
    return {
        "duration_ms": round(seen.seconds * 1000, 1),
        "queries": seen.queries,
        "db_ms": round(seen.query_seconds * 1000, 1),
        "cache_ms": round(seen.cache_seconds * 1000, 1),
    }


@cache
def _often() -> frozenset[str]:
    """Return the tasks that the schedule runs again and again."""
    return frozenset(
        entry["task"]
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if isinstance(entry["schedule"], (int, float)) and entry["schedule"] < QUIET_BELOW_SECONDS
    )


def _write_bodies(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write down what was sent and answered, for whoever looks for a fault on a machine of their own."""
    facts = {"sent": redaction.body_of(request, longest=settings.LONGEST_BODY)}
    if isinstance(response, HttpResponse) and "json" in response.get("Content-Type", ""):
        facts["answered"] = redaction.json_of(response.content, longest=settings.LONGEST_BODY)
    bodies.debug("bodies", extra={"facts": facts})
