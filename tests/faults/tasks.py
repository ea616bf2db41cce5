"""Tasks that only the processes of these tests know."""

import os
import signal
from pathlib import Path
from threading import Event
from uuid import uuid4

from celery import shared_task

from dbProject.outbox.tasks import consumer
from tests.faults.moments import FOLDER


@consumer
def kill_its_process(*, event_id, **_later):
    """Do what a picture too large for the memory does."""
    (Path(os.environ[FOLDER]) / f"poisoned {uuid4()}").touch()
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task
def outlast_its_time():
    """Wait for what does not come."""
    Event().wait(600)
