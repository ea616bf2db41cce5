"""Where errors that nobody foresaw are learned of: one place for requests, one for tasks."""

import sys
from typing import Any

from celery.signals import task_failure
from django.core.signals import got_request_exception
from django.db import close_old_connections
from django.dispatch import receiver
from django.http import HttpRequest

from dbProject import hard_ends, outages
from dbProject.errors import ShopError
from dbProject.incidents import recording

OWN_TASKS = "dbProject.incidents."
_told = hard_ends.Told()


@receiver(got_request_exception)
def name_what_a_request_died_of(request: HttpRequest, **_: Any) -> None:
    """Give it a number, which the page, the API's answer, the log and staff all know it by."""
    error = sys.exc_info()[1]
    if error is None or outages.is_outage(error):  # that the database is away, nobody can write down there
        return
    request.error_id = recording.new_id()  # type: ignore[attr-defined]
    recording.note(error, error_id=request.error_id)  # type: ignore[attr-defined]


@task_failure.connect
def note_what_a_task_died_of(
    sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_: Any
) -> None:
    """Note it, once, but not of our own tasks: that nobody can be told is nothing to tell."""
    task = getattr(sender, "name", "")
    is_expected = exception is None or isinstance(exception, ShopError) or outages.is_outage(exception)
    if exception is None or is_expected or task.startswith(OWN_TASKS):
        return
    close_old_connections()  # the process that watches over the workers keeps its own for long
    if not hard_ends.is_hard(exception):
        recording.note(exception, error_id=recording.new_id(), task=task)
    elif not _told.is_repeated(exception, sender=sender, task_id=task_id):
        with hard_ends.observed(exception, sender=sender):
            recording.note(exception, error_id=recording.new_id(), task=task)
