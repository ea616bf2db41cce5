"""Tasks that only the processes of these tests know."""

import os
import signal
from pathlib import Path
from uuid import uuid4

from dbProject.outbox.tasks import consumer
from tests.faults.moments import FOLDER


@consumer
def kill_its_process(*, event_id, **_later):
    """Do what a picture too large for the memory does."""
    (Path(os.environ[FOLDER]) / f"poisoned {uuid4()}").touch()
    os.kill(os.getpid(), signal.SIGKILL)
