"""Whether what this process depends on answers, each within half a second, hung or not.

Every look is taken in a thread of its own, with a connection of its own: what hangs holds up the thread and
not the one who asked. While one look is under way, whoever asks waits for that one, and for a second from its
beginning is told what it has found: however many ask, a process looks once a second.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError

from dbProject import probing
from dbProject.celery import app, has_no_broker
from dbProject.outbox import services as outbox

SECONDS = 0.5
"""How long each dependency may take to answer."""
KEPT_SECONDS = 1.0
OK = "ok"
LATE = "late"
MISSING = "missing"
UNREACHABLE = "unreachable"
NEEDED = ("database", "migrations")
"""Without these no page can be answered."""
DEGRADING = ("cache", "broker", "outbox")
"""Without these pages are slower, or what follows from them comes later."""
PROBE_KEY = "health"


class OutboxFigures(TypedDict):
    """What waits, seconds that the oldest has been due, and what was given up and needs a person."""

    waiting: int
    oldest_due_seconds: int
    parked: int


class Health(TypedDict):
    """``status`` is ``healthy``, ``degraded`` (pages work) or ``unhealthy``; each check ``ok`` or not."""

    status: str
    version: str
    checks: dict[str, str]
    needed: list[str]
    degrading: list[str]
    outbox: NotRequired[OutboxFigures]
    """Not there without the database."""


def look() -> Health:
    """Ask the database, whether it is migrated, the cache, the broker and the outbox."""
    looks = {
        name: probing.look(f"health of {name}", checks, kept_seconds=KEPT_SECONDS)
        for name, checks in CHECKS.items()
    }
    found = {name: _answer(looks[name], name) for name in ("cache", "broker", "database")}
    is_there = found["database"] == OK
    found["migrations"] = _answer(looks["database"], "migrations") if is_there else UNREACHABLE
    is_migrated = found["migrations"] == OK
    figures = _answer(looks["database"], "outbox") if is_migrated else UNREACHABLE
    found["outbox"] = _punctuality(figures)
    if any(found[name] != OK for name in NEEDED):
        status = "unhealthy"
    else:
        status = "healthy" if all(found[name] == OK for name in DEGRADING) else "degraded"
    health: Health = {
        "status": status,
        "version": settings.RELEASE,
        "checks": {name: found[name] for name in (*NEEDED, *DEGRADING)},
        "needed": list(NEEDED),
        "degrading": list(DEGRADING),
    }
    if isinstance(figures, outbox.Figures):
        health["outbox"] = {
            "waiting": figures.depth,
            "oldest_due_seconds": int(figures.age_seconds),
            "parked": figures.parked,
        }
    return health


def _punctuality(figures: Any) -> str:
    if not isinstance(figures, outbox.Figures):
        return UNREACHABLE
    return LATE if figures.age_seconds > settings.OUTBOX_LATE_SECONDS else OK


def _answer(look: probing.Look, name: str) -> Any:
    try:
        return look.answer(name, seconds=SECONDS)
    except (probing.NoAnswer, DatabaseError, OperationalError, OSError):
        return UNREACHABLE


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


_is_migrated = False


def _migrations() -> str:
    """Say whether every migration of this release is applied; once it is so, it stays so.

    It compares names: to load all migrations would take megabytes that a web process never needs again.
    """
    global _is_migrated
    if not _is_migrated:
        applied = MigrationRecorder(connection).applied_migrations()
        _is_migrated = not (_known_migrations() - set(applied))
    return OK if _is_migrated else MISSING


def _known_migrations() -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for config in apps.get_app_configs():
        name, _is_chosen = MigrationLoader.migrations_module(config.label)
        if name is None:
            continue
        try:
            package = import_module(name)
        except ModuleNotFoundError:
            continue
        files = [file for folder in package.__path__ for file in Path(folder).glob("[!_~]*.py")]
        known.update((config.label, file.stem) for file in files)
    return known


def _cache() -> str:
    cache.set(PROBE_KEY, OK, timeout=10)
    return OK if cache.get(PROBE_KEY) == OK else UNREACHABLE  # ours answers as for a miss, whatever happens


def _broker() -> str:
    if has_no_broker():
        return OK
    with app.connection_for_write(connect_timeout=SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=SECONDS)
    return OK


CHECKS: dict[str, dict[str, Callable[[], Any]]] = {
    "database": {"database": _database, "migrations": _migrations, "outbox": outbox.figures},
    "cache": {"cache": _cache},
    "broker": {"broker": _broker},
}
"""What each thread looks at, one after the other."""
