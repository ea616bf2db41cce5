"""Whether what this process depends on answers."""

from typing import NotRequired, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from dbProject.celery import app, has_no_broker
from dbProject.outbox import services as outbox

BROKER_SECONDS = 1
OK = "ok"
PROBE_KEY = "health"


class OutboxFigures(TypedDict):
    """What waits, seconds that the oldest has been due, and what was given up and needs a person."""

    waiting: int
    oldest_due_seconds: int
    parked: int


class Health(TypedDict):
    """``status`` is ``healthy``, ``degraded`` (pages work) or ``unhealthy``; each check ``ok`` or not."""

    status: str
    checks: dict[str, str]
    outbox: NotRequired[OutboxFigures]
    """Not there without the database."""


def look() -> Health:
    """Ask the database, the cache and the broker. Only the database is needed to answer a page."""
    checks = {"database": _database(), "cache": _cache(), "broker": _broker()}
    if checks["database"] != OK:
        return {"status": "unhealthy", "checks": checks}
    figures = _outbox()
    is_late = figures["oldest_due_seconds"] > settings.OUTBOX_LATE_SECONDS
    checks["outbox"] = "late" if is_late else OK
    status = "healthy" if all(answer == OK for answer in checks.values()) else "degraded"
    return {"status": status, "checks": checks, "outbox": figures}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return OK


def _cache() -> str:
    cache.set(PROBE_KEY, OK, timeout=10)
    return OK if cache.get(PROBE_KEY) == OK else "unreachable"  # django-redis swallows its errors


def _outbox() -> OutboxFigures:
    found = outbox.figures()
    return {"waiting": found.depth, "oldest_due_seconds": int(found.age_seconds), "parked": found.parked}


def _broker() -> str:
    if has_no_broker():
        return OK
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return "unreachable"
    return OK
