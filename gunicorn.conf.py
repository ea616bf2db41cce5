"""What gunicorn does for the shop beside its command line.

All its processes count together in one folder. And after a SIGHUP the old ones serve until a new one can:
by itself gunicorn ends them at once, and whoever comes waits for as long as the shop takes to load.

gunicorn reads this file by itself when it is started in this folder.
"""

import os
import shutil
import signal
import tempfile
import threading
import time
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
IS_UPGRADE = "GUNICORN_PID"
"""What gunicorn leaves to the one that takes over from it (USR2); the old one still counts in its folder."""
WANTED, READY = 0, 1
"""Bytes that all processes of one server see: how many reloads there were, and whose processes can serve."""
LONGEST_WAIT_SECONDS = 25.0
"""For whoever takes over; a visitor's nginx waits for 30."""
LOOK_SECONDS = 0.1


def on_starting(server: Any) -> None:
    """Begin to count from nothing."""
    given = os.environ.get(FOLDER)
    if given and IS_UPGRADE not in os.environ:
        Path(given).mkdir(parents=True, exist_ok=True)
        for file in Path(given).glob("*.db"):
            file.unlink(missing_ok=True)
        return
    server.counted_in = os.environ[FOLDER] = tempfile.mkdtemp(prefix="shop-metrics-")


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    if folder := getattr(server, "counted_in", None):
        shutil.rmtree(folder, ignore_errors=True)


def on_reload(server: Any) -> None:
    """Say that others are to take over."""
    shared = _shared(server)
    shared[WANTED] = (shared[WANTED] + 1) % 256


def pre_fork(server: Any, worker: Any) -> None:
    """Let a new process know which reload it belongs to."""
    worker.shared = _shared(server)
    worker.reload = worker.shared[WANTED]


def post_worker_init(worker: Any) -> None:
    """Say that this process has loaded the shop, and have it end when its turn has come."""
    worker.shared[READY] = worker.reload
    signal.signal(signal.SIGTERM, partial(_end, worker))


def _end(worker: Any, number: int, frame: Any) -> None:
    """End now if the whole server does; after a reload, once somebody of it is ready. Repeatable."""
    if worker.reload == worker.shared[WANTED]:
        worker.handle_exit(number, frame)
    elif not hasattr(worker, "is_waiting"):
        worker.is_waiting = True
        threading.Thread(target=_hand_over, args=[worker, number], daemon=True).start()


def _hand_over(worker: Any, number: int) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while worker.shared[READY] != worker.shared[WANTED] and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    worker.handle_exit(number, None)


def _shared(server: Any) -> mmap:
    """Return the server's bytes; it may have started with a version of this file that knew of none."""
    if not hasattr(server, "shared"):
        server.shared = mmap(-1, 2)
    shared: mmap = server.shared
    return shared
