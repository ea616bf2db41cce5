"""The worker and its clock as threads of the web process, for the shop that runs without a broker."""

import atexit
import threading

from celery import beat

from dbProject.celery import app, has_no_broker, works_here

CONCURRENT_TASKS = 2


def start_if_embedded() -> None:
    """Start worker and clock once per process, where there is no broker that others could serve."""
    if not has_no_broker() or works_here.is_set():
        return
    works_here.set()
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
