"""Telling staff, and what the clock has done. Each task calls one service and is safe to repeat."""

from collections.abc import Sequence
from typing import Any

from celery import shared_task

from dbProject.incidents import announcing, services, watching
from dbProject.incidents.announcing import Notice
from dbProject.outbox.tasks import consumer


@consumer
def send_notice_email(*, subject: str, lines: Sequence[str], link: str, event_id: str, **_later: Any) -> None:
    """Send a notice to staff."""
    announcing.send_mail(Notice(subject, lines, link), event_id=event_id)


@consumer
def post_notice(*, subject: str, lines: Sequence[str], link: str, event_id: str, **_later: Any) -> None:
    """Post a notice to the webhook."""
    announcing.post(Notice(subject, lines, link), event_id=event_id)


@shared_task(expires=3600)  # seconds
def mail_error_report(**_later: Any) -> None:
    """Mail staff the errors of a day, if there are any."""
    services.report()


@shared_task(expires=50)  # seconds; the next one measures again
def check_alerts(**_later: Any) -> None:
    """Measure what alerts are about."""
    watching.check()
