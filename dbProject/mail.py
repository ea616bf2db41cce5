"""Mails: HTML and text from one context, each outbox event sent once."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from dbProject import observation
from dbProject.outbox import services as outbox

logger = logging.getLogger("shop")
NOBODY = "erased@erased.invalid"
"""Stands where an address has to stand and its owner was erased; RFC 2606 promises that it leads nowhere."""


class Attachment(NamedTuple):
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str


class SampleMail(NamedTuple):
    """A mail that nobody gets, for the style guide: by its slug, with what it is rendered from."""

    slug: str
    template: str
    subject: str
    context: Mapping[str, Any]


def send_once(
    event_id: str,
    *,
    to: Sequence[str],
    subject: str,
    template: str,
    context: Mapping[str, Any],
    attachments: Iterable[Attachment] = (),
    unsubscribe_url: str = "",
) -> None:
    """Send ``template`` (``.html`` and ``.txt``) in the language that is active; safe to repeat.

    Claims the event, sends outside any transaction, marks it finished. Killed between sending and marking,
    it sends once more under the same Message-ID. Who was erased meanwhile gets nothing. ``unsubscribe_url``
    ends mails of this kind by one POST, and is in the foot.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    if list(to) == [NOBODY]:
        outbox.finish(event_id)
        return
    if not outbox.claim(event_id):
        return
    headers = {"Message-ID": f"<{event_id}@{urlsplit(settings.SITE_URL).hostname}>"}
    if unsubscribe_url:  # RFC 8058
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    context = {**context, "unsubscribe_url": unsubscribe_url}
    text, html = rendered(template, subject=subject, context=context)
    letter = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=to,
        headers=headers,
    )
    letter.attach_alternative(html, "text/html")
    for attachment in attachments:
        letter.attach(*attachment)
    began = perf_counter()
    letter.send()
    observation.count_step("mail", began, template=template)
    logger.info("mail", extra={"facts": {"template": template, "event_id": str(event_id)}})
    outbox.finish(event_id)


def rendered(template: str, *, subject: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return a mail as text and as HTML, in the language that is active."""
    shop = {"STORE_NAME": settings.STORE_NAME, "SITE_URL": settings.SITE_URL, "subject": subject}
    text, html = (render_to_string(f"{template}.{form}", {**context, **shop}) for form in ("txt", "html"))
    return text, html
