"""Mails about an account: written down with what they are about, sent once.

What such a mail tells is a secret (a code, a link that sets a password) or personal (from where somebody
logged in). It lies in the outbox for the consumer's eyes only and is emptied when the mail has gone: neither
the broker nor a staff screen nor a backup of later shows it. It is not encrypted: it lies there for the
seconds until the mail has gone, and whoever reads the database then reads the keys of all sessions beside it,
which open more accounts than a code does.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils import translation

from dbProject import mail
from dbProject.outbox import services as outbox
from users.selectors import letters


@transaction.atomic
def record(kind: str, *, to: str, language: str, facts: Mapping[str, str]) -> None:
    """Have a mail of this kind (``users.selectors.letters``) sent to an address.

    Args:
        facts: What its text names: ``code``, addresses that end with ``_url``, ``timestamp`` as ISO 8601,
            ``ip``, ``user_agent`` and the like.
    """
    private = {"to": to, "facts": dict(facts)}
    outbox.record("users.tasks.send_account_mail", private=private, kind=kind, language=language)


def send(*, kind: str, language: str, event_id: str) -> None:
    """Send a mail about an account, as consumer of the outbox. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    private = outbox.private_of(event_id)
    if private is None:  # it was sent
        return
    facts = private["facts"]
    with translation.override(language):
        letter = letters.about(kind)
        mail.send_once(
            event_id,
            to=[private["to"]],
            subject=letter.subject,
            template=letters.TEMPLATE,
            context=letters.context(letter, facts),
        )
