"""What people who watch over the shop want to know: who came in, who was refused, who is looking for holes.

Each event is a line of the ``security`` logger. It says who by account, session and network, the last two as
hashes: they can be compared and tell nothing by themselves. What was typed is never in it.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponseBase, QueryDict

from dbProject import clients, observation, redaction
from dbProject.logs import hashed as hashed
from dbProject.observation import Observation

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
OF_SOMEBODY = {"order_number", "document_number", "reference", "task_id", "pk", "object_id"}
"""Parts of addresses that lead to what belongs to somebody: who tries many gets many 404s."""
OURS = re.compile(r"[A-Z]{2,3}-\d{4,8}-[0-9A-Z]{6,8}|\d{1,20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How numbers of orders and documents, and primary keys look; whatever else stands there was typed."""


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Note refusals, changes by staff, and requests that look for holes; whatever they were answered."""
    for event, facts in _events(request, response.status_code):
        note(event, status=response.status_code, **facts)


def note(event: str, *, level: int = logging.WARNING, **facts: Any) -> None:
    """Write an event down, with whose request it happened in; ``facts`` hold nothing that somebody typed."""
    seen = observation.current()
    request = seen.request if seen else None
    if request is not None and (address := clients.address_of(request)):
        facts.setdefault("network", hashed("network", clients.household_of(address)))
    logger.log(level, event, extra={"facts": facts})


def _events(request: HttpRequest, status: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is worth a line about a request and how it was answered."""
    if patterns := _patterns(request):
        yield "suspicious_request", {"patterns": patterns}
    route = request.resolver_match
    parts = route.kwargs if route else {}
    target = {name: _masked(str(part)) for name, part in parts.items() if name in OF_SOMEBODY}
    if status == 403 or (status == 404 and target):
        yield "refused", {"target": target}
    elif status < 400 and request.method == "POST" and route and "admin" in route.app_names:
        yield "staff_change", {"target": target}


def _masked(part: str) -> str:
    return part if OURS.fullmatch(part) else redaction.REMOVED


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
