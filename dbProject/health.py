"""Whether what this process depends on answers."""

from typing import TypedDict

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from dbProject.celery import app, has_no_broker
from dbProject.outbox import services as outbox

BROKER_SECONDS = 1
OK = "ok"
PROBE_KEY = "health"


class Health(TypedDict):
    """``status`` is ``healthy``, ``degraded`` (pages work) or ``unhealthy``; each check ``ok`` or not."""

    status: str
    checks: dict[str, str]


def look() -> Health:
    """Ask the database, the cache and the broker. Only the database is needed to answer a page."""
    checks = {"database": _database(), "cache": _cache(), "broker": _broker()}
    if checks["database"] == OK:
        checks["outbox"] = _outbox()
    if checks["database"] != OK:
        status = "unhealthy"
    else:
        status = "healthy" if all(answer == OK for answer in checks.values()) else "degraded"
    return {"status": status, "checks": checks}


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


def _outbox() -> str:
    figures = outbox.figures()
    if figures.age_seconds > settings.OUTBOX_LATE_SECONDS:
        return f"{figures.depth} waiting, the oldest for {figures.age_seconds:.0f} s"
    return f"{figures.parked} given up" if figures.parked else OK


def _broker() -> str:
    if has_no_broker():
        return OK
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError):
        return "unreachable"
    return OK
