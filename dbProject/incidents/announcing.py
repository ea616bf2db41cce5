"""Telling staff, by mail and by webhook: rows of the outbox, in the transaction of what there is to tell.

Nothing is told where nobody listens: mails go to ``STAFF_EMAIL``, messages to ``ALERT_WEBHOOK_URL``.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.incidents.models import ErrorGroup, ErrorOccurrence
from dbProject.outbox import services as outbox

MAIL = "dbProject.incidents.tasks.send_notice_email"
POST = "dbProject.incidents.tasks.post_notice"
ESCAPED = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
"""Source: Slack, Formatting text for app surfaces."""


class Notice(NamedTuple):
    """What staff are told: a line, some more lines, and an address that leads to all of it."""

    subject: str
    lines: Sequence[str]
    link: str


def tell(notice: Notice) -> None:
    """Have staff told, inside the transaction of what there is to tell."""
    mail_staff(notice)
    if settings.ALERT_WEBHOOK_URL:
        outbox.record(POST, **_payload(notice))


def mail_staff(notice: Notice) -> None:
    """Have staff told by mail alone, likewise."""
    if settings.STAFF_EMAIL:
        outbox.record(MAIL, **_payload(notice))


def tell_of_group(group: ErrorGroup, occurrence: ErrorOccurrence | None) -> None:
    """Have staff told of an error that is new, or is back after it was resolved."""
    with translation.override(settings.LANGUAGE_CODE):
        is_new = group.first_seen_at == group.last_seen_at
        said = _("New error: %(error)s") if is_new else _("An error is back: %(error)s")
        lines = [
            _("In %(place)s") % {"place": group.place},
            _("Severity: %(severity)s") % {"severity": group.get_severity_display()},
            _("Category: %(category)s") % {"category": group.get_category_display()},
        ]
        if occurrence is not None:
            lines.append(_("Error number: %(number)s") % {"number": occurrence.error_id})
            lines.append(_("Route or task: %(route)s") % {"route": occurrence.route or "-"})
        link = reverse("admin:incidents_errorgroup_change", args=[group.pk])
        tell(Notice(said % {"error": group.exception}, lines, settings.SITE_URL + link))


def send_mail(notice: Notice, *, event_id: str) -> None:
    """Send a notice to staff, as consumer of the outbox.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    with translation.override(settings.LANGUAGE_CODE):
        mail.send_once(
            event_id,
            to=settings.STAFF_EMAIL,
            subject=notice.subject,
            template="incidents/mail/notice",
            context=notice._asdict(),
        )


def post(notice: Notice, *, event_id: str) -> None:
    """Post a notice to the webhook in Slack's format, as consumer of the outbox.

    Killed between posting and marking it, it is posted once more.

    Raises:
        httpx.HTTPError: No answer, or none that is good; the outbox hands the event out again.
    """
    if not settings.ALERT_WEBHOOK_URL:
        outbox.finish(event_id)
        return
    if not outbox.claim(event_id):
        return
    answer = httpx.post(
        settings.ALERT_WEBHOOK_URL,
        json={"text": text_of(notice)},
        headers={"Idempotency-Key": event_id},
        timeout=settings.ALERT_WEBHOOK_SECONDS,
    )
    if not answer.is_success:  # httpx would name the address, which is the secret
        raise httpx.HTTPError(f"The webhook answered {answer.status_code}")
    outbox.finish(event_id)


def text_of(notice: Notice) -> str:
    """Return a notice in Slack's markup."""
    subject, *lines = (line.translate(ESCAPED) for line in (notice.subject, *notice.lines))
    return "\n".join([f"*{settings.STORE_NAME.translate(ESCAPED)}: {subject}*", *lines, f"<{notice.link}>"])


def _payload(notice: Notice) -> dict[str, Any]:
    return {"subject": notice.subject, "lines": list(notice.lines), "link": notice.link}
