"""What the project does when Django or Celery say that something happens."""

from collections.abc import MutableMapping
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun, worker_process_shutdown
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from dbProject import observation, tracing

ID, TRACE = "request_id", "traceparent"
"""Headers under which a message carries which request it follows from."""


@receiver(connection_created)
def count_queries(connection: BaseDatabaseWrapper, **_: Any) -> None:
    observation.count_queries_of(connection)


@before_task_publish.connect
def send_the_id_along(headers: MutableMapping[str, Any] | None = None, **_: Any) -> None:
    """Let a task have the id of what asks for it; the outbox names the one that recorded the event."""
    seen = observation.current()
    if seen is not None and headers is not None:
        headers.setdefault(ID, seen.request_id)
        if seen.traceparent:
            headers.setdefault(TRACE, seen.traceparent)


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
        observation.conclude(seen, status=state or "")
        observation.tell(observation.named(settings.TASK_OBSERVERS), seen)
        observation.end(seen)


@worker_process_shutdown.connect
def send_the_last_spans(**_: Any) -> None:
    tracing.flush()
