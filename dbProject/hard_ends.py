"""Tasks that end hard: out of time, or because their process died. Who watches over a worker tells of them.

Celery then sends ``task_failure`` in the watching process, where no task is observed; and of a task out of
time it sends it twice, first with its message at hand and then without, from two callbacks of the pool.
Source: ``on_failure`` and ``on_timeout`` in ``celery.worker.request``, 5.7.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.exceptions import TimeLimitExceeded, WorkerLostError

from dbProject import observation
from dbProject.observation import Observation


def is_hard(error: BaseException | None) -> bool:
    """Say whether a task failed with ``error`` from outside, and this is the process that watches over it."""
    return isinstance(error, (TimeLimitExceeded, WorkerLostError)) and observation.current() is None


class Told:
    """What one listener was told of, so that it takes each end once; every listener has its own."""

    def __init__(self) -> None:
        self._with_message: set[str] = set()

    def is_repeated(self, error: BaseException | None, *, sender: Any, task_id: str) -> bool:
        """Say whether Celery tells this listener of an end for the second time."""
        if not isinstance(error, TimeLimitExceeded):
            return False
        if sender.request.id == task_id:
            self._with_message.add(task_id)
            return False
        is_second = task_id in self._with_message
        self._with_message.discard(task_id)
        return is_second

    def forget(self) -> None:
        """Begin anew in this process; for tests."""
        self._with_message.clear()


@contextmanager
def observed(error: BaseException | None, *, sender: Any) -> Iterator[Observation]:
    """Observe in this block, in place of the process that cannot any more, a task that has ended hard."""
    known = sender.request
    seen = Observation(getattr(known, "request_id", None) or observation.new_id(), route=sender.name)
    if isinstance(error, TimeLimitExceeded):
        seen.started -= error.args[0]  # how long a process lived that died, nobody knows
    observation.begin(seen)
    seen.traceparent = getattr(known, "traceparent", None) or ""  # for the lines; no span of its own
    try:
        yield seen
    finally:
        observation.end(seen)
