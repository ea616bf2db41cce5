"""Telling staff, and what the clock has done. Each task calls one service and is safe to repeat."""

from collections.abc import Sequence
from typing import Any

from dbProject.incidents import announcing
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
