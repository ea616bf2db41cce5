"""What the outbox does when Celery says that a task has failed, or is none that it knows."""

import logging
from collections.abc import Mapping
from typing import Any

from celery.signals import task_failure, task_unknown
from django.db import DatabaseError, close_old_connections

from dbProject.outbox import services

logger = logging.getLogger(__name__)


@task_failure.connect
def attempt_failed(
    exception: BaseException | None = None, kwargs: Mapping[str, Any] | None = None, **_: Any
) -> None:
    """Let staff read beside the event what its consumer died of."""
    _write_down(kwargs, f"{type(exception).__name__}: {exception}")


@task_unknown.connect
def of_another_release(message: Any = None, **_: Any) -> None:
    """Let staff read that the worker does not know the event's task: it is of a newer release, or is gone."""
    _args, kwargs, _embedded = message.payload
    _write_down(kwargs, services.UNKNOWN)


def _write_down(kwargs: Mapping[str, Any] | None, error: str) -> None:
    event_id = (kwargs or {}).get("event_id")
    if not event_id:
        return
    close_old_connections()  # the process that watches over the workers keeps its own for long
    try:
        services.fail(event_id, error)
    except DatabaseError:
        logger.warning("Could not write down why %s failed", event_id)
