"""What the project does when Django or Celery say that something happens."""

from collections.abc import MutableMapping
from typing import Any

from celery.signals import (
    before_task_publish,
    task_failure,
    task_postrun,
    task_prerun,
    worker_process_shutdown,
)
from celery.states import FAILURE
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from dbProject import hard_ends, observation, tracing

ID, TRACE = "request_id", "traceparent"
"""Headers under which a message carries which request it follows from."""
_told = hard_ends.Told()


@receiver(connection_created)
def count_queries(connection: BaseDatabaseWrapper, **_: Any) -> None:
    observation.count_queries_of(connection)


@before_task_publish.connect
def send_the_id_along(headers: MutableMapping[str, Any] | None = None, **_: Any) -> None:
    """Let a task have the id of what asks for it, unless a row names the one that it follows from."""
    seen = observation.current()
    if seen is not None and headers is not None and not headers.get(ID):
        headers[ID] = seen.request_id
        if seen.traceparent:
            headers[TRACE] = seen.traceparent


@task_prerun.connect
def observe_a_task(task: Any, **_: Any) -> None:
    outer = observation.current()
    given = getattr(task.request, ID, None) or (outer.request_id if outer else observation.new_id())
    seen = observation.Observation(given, route=task.name)
    seen.traceparent = getattr(task.request, TRACE, None) or (outer.traceparent if outer else "")
    observation.begin(seen)


@task_postrun.connect
def tell_of_a_task(state: str | None = None, **_: Any) -> None:
    seen = observation.current()
    if seen is not None and seen.request is None:
        if state is not None:  # else its process is told to end: who watches over it knows how the task ends
            observation.conclude(seen, status=state)
            observation.tell(observation.named(settings.TASK_OBSERVERS), seen)
        observation.end(seen)


@task_failure.connect
def tell_of_a_task_that_ended_hard(
    sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_: Any
) -> None:
    """Tell, where tasks are watched, of one that was out of time or whose process died."""
    if hard_ends.is_hard(exception) and not _told.is_repeated(exception, sender=sender, task_id=task_id):
        with hard_ends.observed(exception, sender=sender) as seen:
            observation.conclude(seen, status=FAILURE)
            observation.tell(observation.named(settings.TASK_OBSERVERS), seen)


@worker_process_shutdown.connect
def send_the_last_spans(**_: Any) -> None:
    tracing.flush()
