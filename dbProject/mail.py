"""Mails: HTML and text from one context, each outbox event sent once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from dbProject.outbox import services as outbox

CLAIM_SECONDS = 30
"""Longer than a mail server may take (``EMAIL_TIMEOUT``), shorter than the outbox's patience."""


def send_once(event_id: str, *, to: str, subject: str, template: str, context: Mapping[str, Any]) -> None:
    """Send ``template`` (``.html`` and ``.txt``) in the language that is active; safe to repeat.

    Claims the event, sends outside any transaction, marks it finished. Killed between sending and marking,
    it sends once more under the same Message-ID.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    if not outbox.claim(event_id, seconds=CLAIM_SECONDS):
        return
    shop = {"STORE_NAME": settings.STORE_NAME, "SITE_URL": settings.SITE_URL, "subject": subject}
    letter = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{template}.txt", {**context, **shop}),
        to=[to],
        headers={"Message-ID": f"<{event_id}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    letter.attach_alternative(render_to_string(f"{template}.html", {**context, **shop}), "text/html")
    letter.send()
    outbox.finish(event_id)
