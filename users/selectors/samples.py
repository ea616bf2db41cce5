"""Mails about an account that nobody has: what the style guide shows."""

from django.conf import settings

from dbProject.mail import SampleMail
from users.selectors import letters

FACTS = {
    "code": "7KQM-4XWD",
    "login_url": "/accounts/login/",
    "signup_url": "/accounts/signup/",
    "password_reset_url": "/accounts/password/reset/",
    "export_url": "/account/privacy/",
    "timestamp": "2026-11-26T09:30:00+00:00",
    "ip": "203.0.113.9",
    "user_agent": "Firefox",
    "to_email": "robin@example.com",
    "from_email": "robin@example.net",
    "deleted_email": "robin@example.net",
}
SHOWN = (
    "personal_export",
    *("email_confirmation", "account_already_exists", "unknown_account", "password_reset_key"),
    *("password_changed", "email_confirm", "email_changed", "email_deleted"),
    *("totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed", "recovery_codes_generated"),
    "second_factors_removed",
)
"""The others say the same as one of these."""


def mails() -> list[SampleMail]:
    """Return every mail about an account; no query."""
    facts = {
        name: f"{settings.SITE_URL}{fact}" if name.endswith("_url") else fact for name, fact in FACTS.items()
    }
    mails = []
    for kind in SHOWN:
        letter = letters.about(kind)
        context = letters.context(letter, facts)
        mails.append(SampleMail(kind, letters.TEMPLATE, letter.subject, context))
    return mails
