"""The worker and its clock as threads of the web process, for the shop that runs without a broker."""

import atexit
import threading

from celery import beat
from django.conf import settings

from dbProject.celery import app

CONCURRENT_TASKS = 2
_running = threading.Event()


def is_embedded() -> bool:
    """Say whether tasks travel inside this process only (``memory://``)."""
    return bool(settings.CELERY_BROKER_URL.startswith("memory:"))


def is_running() -> bool:
    """Say whether this process does the background work already."""
    return _running.is_set()


def start_if_embedded() -> None:
    """Start worker and clock once per process, where there is no broker that others could serve."""
    if not is_embedded() or is_running():
        return
    _running.set()
    worker = app.WorkController(
        pool="threads",
        concurrency=CONCURRENT_TASKS,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    threading.Thread(target=worker.start, name="embedded-worker", daemon=True).start()
    # The plain scheduler keeps its times in memory: every entry is harmless to run again after a start.
    clock = beat.EmbeddedService(app, thread=True, scheduler_cls=beat.Scheduler)
    clock.start()
    atexit.register(worker.stop)
    atexit.register(clock.service.stop)
