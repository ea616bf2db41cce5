"""The Celery application; tasks are found in each app's ``tasks.py``."""

import os
import sys
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.local")

app = Celery("dbProject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

REFUSED = 2
REFUSAL = (
    "Tasks already run inside the web process here. For a worker of its own, set CELERY_BROKER_URL "
    "for both, for example CELERY_BROKER_URL=redis://127.0.0.1:6379/1\n"
)


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_in_process_broker(**_: Any) -> None:
    """End ``celery worker`` and ``celery beat`` where the web process does their work already."""
    from dbProject import worker

    if worker.is_embedded() and not worker.is_running():
        (sys.__stderr__ or sys.stderr).write(REFUSAL)  # beat sends sys.stderr to its log
        raise SystemExit(REFUSED)
