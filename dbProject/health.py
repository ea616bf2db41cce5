"""Whether what this process depends on answers, each within half a second, hung or not.

Every look is taken in a thread of its own, with a connection of its own: what hangs holds up the thread and
not the one who asked. While one look is under way, whoever asks waits for that one.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread
from typing import Any, NotRequired, TypedDict

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError

from dbProject.celery import app, has_no_broker
from dbProject.outbox import services as outbox

SECONDS = 0.5
"""How long each dependency may take to answer."""
LEFT_ALONE_AFTER_SECONDS = 5.0
"""Then a look that hangs no longer keeps others from looking."""
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


class Look:
    """One thread that looks at several things in turn; ``answers`` holds the future of each."""

    def __init__(self, checks: dict[str, Callable[[], Any]]) -> None:
        self.answers: dict[str, Future[Any]] = {name: Future() for name in checks}
        self._checks = checks
        self._began = time.monotonic()
        Thread(target=self._run, name="health", daemon=True).start()

    @property
    def is_under_way(self) -> bool:
        """Say whether its answers are still to come, and may be waited for."""
        is_done = all(answer.done() for answer in self.answers.values())
        return not is_done and time.monotonic() < self._began + LEFT_ALONE_AFTER_SECONDS

    def _run(self) -> None:
        try:
            for name, check in self._checks.items():
                try:
                    self.answers[name].set_result(check())
                except (DatabaseError, OperationalError, OSError):
                    self.answers[name].set_result(UNREACHABLE)
                except BaseException as error:
                    self.answers[name].set_exception(error)
        finally:
            connection.close()  # this thread's own, if it has one


def look() -> Health:
    """Ask the database, whether it is migrated, the cache, the broker and the outbox."""
    asked = {
        name: answer
        for look in (_look("database"), _look("cache"), _look("broker"))
        for name, answer in look.answers.items()
    }
    found = {name: _wait_for(asked[name]) for name in ("cache", "broker", "database")}
    is_there = found["database"] == OK
    found["migrations"] = _wait_for(asked["migrations"]) if is_there else UNREACHABLE
    figures = _wait_for(asked["outbox"]) if found["migrations"] == OK else UNREACHABLE
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


def _wait_for(answer: Future[Any]) -> Any:
    wait([answer], timeout=SECONDS)
    return answer.result() if answer.done() else UNREACHABLE


_looks: dict[str, Look] = {}
_looks_lock = Lock()


def _look(what: str) -> Look:
    """Return the look that is under way, or begin one."""
    with _looks_lock:
        look = _looks.get(what)
        if look is None or not look.is_under_way:
            look = _looks[what] = Look(CHECKS[what])
        return look


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
