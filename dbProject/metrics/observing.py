"""Requests and tasks, counted when they have ended: some six microseconds for a request."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from dbProject import batches
from dbProject.metrics import measures
from dbProject.observation import Observation

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "other"
"""The method of whoever makes one up."""

_of_request: dict[tuple[str, str, int], tuple[Any, Any, Any]] = {}
_of_task: dict[tuple[str, str], tuple[Any, Any]] = {}


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Count one request."""
    batches.wake()
    key = (seen.route, request.method or OTHER, response.status_code // 100)
    found = _of_request.get(key)
    if found is None:
        found = _of_request_anew(*key)
    count, seconds, queries = found
    count.inc()
    seconds.observe(seen.seconds)
    queries.observe(seen.queries)


def _of_request_anew(route: str, method: str, hundreds: int) -> tuple[Any, Any, Any]:
    known = method if method in METHODS else OTHER
    found = (
        measures.requests.labels(route, known, f"{hundreds}xx"),
        measures.request_seconds.labels(route),
        measures.request_queries.labels(route),
    )
    if known != OTHER:  # or whoever makes up methods fills our memory
        _of_request[route, method, hundreds] = found
    return found


def observe_task(seen: Observation) -> None:
    """Count one run of a task."""
    key = (seen.route, str(seen.status))
    found = _of_task.get(key)
    if found is None:
        found = _of_task[key] = (measures.tasks.labels(*key), measures.task_seconds.labels(seen.route))
    count, seconds = found
    count.inc()
    seconds.observe(seen.seconds)
