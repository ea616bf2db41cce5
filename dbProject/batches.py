"""What a process counts in its memory and writes down every few seconds, so that a request pays for neither.

    batches.register(write)     once, when a module is loaded
    batches.wake()              when something was counted; starts this process's thread the first time

A process that ends writes first; one that is killed loses what it counted since the last time.
"""

import atexit
import logging
import os
import time
from collections.abc import Callable
from threading import Lock, Thread

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)
_writers: list[Callable[[], None]] = []
_lock = Lock()
_writing = Lock()
_awake_in = 0


def register(write: Callable[[], None]) -> Callable[[], None]:
    """Have ``write`` called every ``BATCH_SECONDS``; nothing to write must cost nothing."""
    _writers.append(write)
    return write


def wake() -> None:
    """See to it that this process writes down what it counts; a few dozen nanoseconds."""
    if _awake_in != os.getpid() and settings.BATCH_SECONDS:
        _begin()


def write_all() -> None:
    """Write down now what was counted; a writer that fails is written down and hurts no other."""
    with _writing:
        for write in tuple(_writers):
            try:
                write()
            except Exception:  # figures are not worth a thread
                logger.warning("%s.%s failed", write.__module__, write.__qualname__, exc_info=True)


def _begin() -> None:
    global _awake_in
    with _lock:
        if _awake_in == os.getpid():
            return
        _awake_in = os.getpid()
    atexit.register(write_all)
    Thread(target=_go_on, name="batches", daemon=True).start()


def _go_on() -> None:
    while True:
        time.sleep(settings.BATCH_SECONDS)
        write_all()
        connection.close()  # a connection for this thread alone is not worth keeping
