"""What people who watch over the shop want to know: who came in, who was refused, who is looking for holes.

Each event is a line of the ``security`` logger. It says who by account, session and network, the last two as
hashes: they can be compared and tell nothing by themselves. What was typed is never in it.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.crypto import salted_hmac

from dbProject import clients

logger = logging.getLogger("security")
SUSPICIOUS = {
    "script_tag": re.compile(r"<\s*script", re.IGNORECASE),
    "script_address": re.compile(r"javascript\s*:", re.IGNORECASE),
    "union_select": re.compile(r"\bunion\b[\s(/*]+(?:all\s+)?select\b", re.IGNORECASE),
    "drop_table": re.compile(r"\bdrop\s+table\b", re.IGNORECASE),
    "path_climbing": re.compile(r"\.\.[/\\]"),
}
LONGEST_LOOK = 20_000
"""Characters of a request that are looked at; of whoever hides behind more, other events tell."""
LONGEST_PART = 40
OF_SOMEBODY = {"order_number", "document_number", "reference", "task_id", "pk", "object_id"}
"""Parts of addresses that lead to what belongs to somebody: who tries many gets many 404s."""
_request: ContextVar[HttpRequest | None] = ContextVar("security_request", default=None)


class SecurityLogMiddleware:
    """Note refusals, changes by staff, and requests that look for holes; whatever they were answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            response = self.get_response(request)
            for event, facts in _events(request, response.status_code):
                note(event, status=response.status_code, **facts)
        finally:
            _request.reset(token)
        return response


class JsonFormatter(logging.Formatter):
    """One JSON object per line: when, how grave, what, and what is known about it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return json.dumps(line, ensure_ascii=True, default=str)


def note(event: str, *, level: int = logging.WARNING, **facts: Any) -> None:
    """Write an event down, with whose request it happened in; ``facts`` hold nothing that somebody typed."""
    logger.log(level, event, extra={"facts": {**_known(_request.get()), **facts}})


def hashed(kind: str, value: str) -> str:
    """Return what stands for a value in the log, the same each time and of no use elsewhere."""
    return salted_hmac(f"dbProject.security_log.{kind}", value, algorithm="sha256").hexdigest()[:16]


def _known(request: HttpRequest | None) -> dict[str, Any]:
    if request is None:
        return {}
    session, address = getattr(request, "session", None), clients.address_of(request)
    key = session.session_key if session is not None else request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # Who it is is known only where somebody has asked for it; the log asks the database for nothing.
    user = session.get(SESSION_KEY) if session is not None and session.accessed else None
    route = request.resolver_match.view_name if request.resolver_match else None
    return {
        "request_id": request.headers.get("X-Request-ID"),
        "user_id": int(user) if user else None,
        "session": hashed("session", key) if key else None,
        "network": hashed("network", clients.household_of(address)) if address else None,
        "method": request.method,
        "route": route,
    }


def _events(request: HttpRequest, status: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is worth a line about a request and how it was answered."""
    if patterns := _patterns(request):
        yield "suspicious_request", {"patterns": patterns}
    route = request.resolver_match
    parts = route.kwargs if route else {}
    target = {name: str(part)[:LONGEST_PART] for name, part in parts.items() if name in OF_SOMEBODY}
    if status == 403 or (status == 404 and target):
        yield "refused", {"target": target}
    elif status < 400 and request.method == "POST" and route and "admin" in route.app_names:
        yield "staff_change", {"target": target}


def _patterns(request: HttpRequest) -> list[str]:
    """Return by name what in the address and in what was posted looks for a hole."""
    asked = f"{request.path_info}?{unquote_plus(request.META.get('QUERY_STRING', '')[:LONGEST_LOOK])}"
    posted = getattr(request, "_post", None)  # only if a view wanted it: nothing is read for the log's sake
    if isinstance(posted, QueryDict):
        asked += "\n".join(str(value)[:LONGEST_LOOK] for values in posted.lists() for value in values[1])
    elif posted:  # a form of the API, in which lists stand in lists
        asked += str(posted)[:LONGEST_LOOK]
    elif body := getattr(request, "_body", b""):
        asked += body[:LONGEST_LOOK].decode(errors="replace")
    return [name for name, pattern in SUSPICIOUS.items() if pattern.search(asked[: 2 * LONGEST_LOOK])]
