"""The Celery application; tasks are found in each app's ``tasks.py``."""

import logging
import os
import sys
from threading import Event
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.local")

app = Celery("dbProject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

works_here = Event()
"""Set once this process does the background work itself (see ``dbProject.worker``)."""

REFUSED = 2
REFUSAL = (
    "Tasks already run inside the web process here. For a worker of its own, set CELERY_BROKER_URL "
    "for both, for example CELERY_BROKER_URL=redis://127.0.0.1:6379/1\n"
)


def has_no_broker() -> bool:
    """Say whether tasks travel inside this process only (``memory://``)."""
    return str(app.conf.broker_url).startswith("memory:")


@signals.setup_logging.connect
def log_as_the_settings_say(loglevel: int | None, **_: Any) -> None:
    """Keep the settings' handlers and levels; ``-l`` is for what Celery itself has to say."""
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_to_wait_in_vain(**_: Any) -> None:
    """End ``celery worker`` and ``celery beat`` where the web process does their work already."""
    if has_no_broker() and not works_here.is_set():
        (sys.__stderr__ or sys.stderr).write(REFUSAL)  # beat sends sys.stderr to its log
        raise SystemExit(REFUSED)
