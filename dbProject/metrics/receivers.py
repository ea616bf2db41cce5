"""What is counted when Django or Celery say that something happens; and the figures of a worker."""

import logging
import os
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, worker_init, worker_process_shutdown, worker_ready
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from prometheus_client import start_http_server

from dbProject import batches
from dbProject.celery import works_here
from dbProject.metrics import exposition, measures

logger = logging.getLogger(__name__)


@receiver(user_login_failed)
def count_login_failure(**_: Any) -> None:
    measures.login_failures.inc()


@worker_init.connect
def begin_with_an_empty_folder(**_: Any) -> None:
    """Forget what an earlier worker has counted: the folder is this worker's alone."""
    folder = os.environ.get(measures.FOLDER)
    if folder and not works_here.is_set():
        for file in Path(folder).glob("*.db"):
            if not file.stem.endswith(f"_{os.getpid()}"):  # those are open already
                file.unlink(missing_ok=True)


@worker_ready.connect
def serve_figures(**_: Any) -> None:
    """Answer Prometheus where ``WORKER_METRICS_BIND`` says; an embedded worker needs no door."""
    if not settings.WORKER_METRICS_BIND or works_here.is_set():
        return
    if measures.FOLDER not in os.environ:
        logger.warning("Without %s the processes of this worker count each for itself", measures.FOLDER)
    host, _colon, port = settings.WORKER_METRICS_BIND.rpartition(":")
    start_http_server(int(port), addr=host, registry=exposition.of_processes())


@task_postrun.connect
def write_now_and_then(**_: Any) -> None:
    """Begin where tasks run; not where they are watched: that process forks, which threads do not survive."""
    batches.wake()


@worker_process_shutdown.connect
def write_what_is_counted(**_: Any) -> None:
    batches.write_all()
