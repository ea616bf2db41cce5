"""Work the users app hands to a worker. Each task calls one service and is safe to repeat."""

from typing import Any

from celery import shared_task

from dbProject import retention
from dbProject.outbox.tasks import consumer
from users.services import mails


@consumer
def send_account_mail(*, kind: str, language: str, event_id: str, **_later: Any) -> None:
    """Send a mail about an account. ``_later`` swallows arguments that a newer release may add."""
    mails.send(kind=kind, language=language, event_id=event_id)


@shared_task(expires=3600)  # seconds
def apply_retention(**_later: Any) -> None:
    """Let go of what is too old, of every app."""
    retention.apply()
