"""Saying in the headers what an answer cost: to staff, and to everybody on a developer's machine."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from dbProject.observation import Observation


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Set ``X-Response-Time``, ``X-DB-Queries`` and ``Server-Timing``; the browser's tools draw the last one.

    Source: W3C Server Timing, durations in milliseconds.
    """
    if not (settings.COSTS_SHOWN_TO_ALL or _is_staff(request)):
        return
    total, queries, asking = (
        1000 * value for value in (seen.seconds, seen.query_seconds, seen.cache_seconds)
    )
    response.headers["X-Response-Time"] = f"{total:.1f}ms"
    response.headers["X-DB-Queries"] = str(seen.queries)
    response.headers["Server-Timing"] = (
        f'db;dur={queries:.1f};desc="{seen.queries} queries", '
        f'cache;dur={asking:.1f};desc="{seen.cache_calls} calls", '
        f"app;dur={max(0.0, total - queries - asking):.1f}"
    )


def _is_staff(request: HttpRequest) -> bool:
    """Say so only if somebody has asked already who it is: nothing is read for the headers' sake."""
    bearer = getattr(request, "bearer", None)
    user = bearer.user if bearer is not None else getattr(request, "_cached_user", None)
    return bool(user is not None and user.is_staff)
