"""Errors that nobody foresaw, and what staff are told of them."""

from dbProject.incidents import recording
from dbProject.outbox.models import OutboxEvent


def fail(error=None, **facts):
    """Note an error as a request or task would, and return its number."""
    try:
        raise error or RuntimeError("nobody foresaw it")
    except Exception as raised:
        error_id = recording.new_id()
        recording.note(raised, error_id=error_id, **facts)
    return error_id


def notices():
    return list(OutboxEvent.objects.filter(task__startswith="dbProject.incidents").order_by("created_at"))
