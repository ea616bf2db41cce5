"""What the mails about an account say, in the language that is active."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

TEMPLATE = "users/mail/account"


class Link(NamedTuple):
    """What is offered to press, and the name of the fact that is its address."""

    text: str
    fact: str


class Letter(NamedTuple):
    """Subject, which is the heading too, what there is to say, and what there is to do.

    ``note`` is said last and quietly. ``tells_who`` adds when and from where it was done.
    """

    subject: str
    text: str
    link: Link | None = None
    other: str = ""
    other_link: Link | None = None
    note: str = ""
    shows_code: bool = False
    tells_who: bool = False


def about(kind: str) -> Letter:
    """Return the letter of this kind, as django-allauth names it.

    Raises:
        KeyError: There is none.
    """
    return LETTERS[kind]()


def context(letter: Letter, facts: Mapping[str, str]) -> dict[str, Any]:
    """Return what the mail's template reads."""
    return {
        "letter": letter,
        "text": letter.text % facts,
        "link": facts[letter.link.fact] if letter.link else "",
        "other_link": facts[letter.other_link.fact] if letter.other_link else "",
        "facts": facts,
        "done_at": parse_datetime(facts.get("timestamp", "")) or timezone.now(),
    }


def _code() -> Letter:
    return Letter(
        _("Your code to confirm this address"),
        _("Please enter this code on the page that asks for it:"),
        note=_("It is good for 15 minutes. If you did not ask for it, there is nothing to do."),
        shows_code=True,
    )


def _password_changed() -> Letter:
    return _notice(_("Your password was changed"), _("The password of your account was changed."))


def _notice(subject: str, text: str) -> Letter:
    """Return a letter about something that the owner has done, or somebody else."""
    return Letter(
        subject,
        text,
        link=Link(_("Choose a new password"), "password_reset_url"),
        note=_("If it was you, there is nothing to do. If not, choose a new password at once."),
        tells_who=True,
    )


LETTERS: dict[str, Callable[[], Letter]] = {
    "email_confirmation": _code,
    "email_confirmation_signup": _code,
    "account_already_exists": lambda: Letter(
        _("You have an account already"),
        _("Somebody, probably you, wanted to create an account with this address. There is one already."),
        link=Link(_("Log in"), "login_url"),
        other=_("If you do not know the password any more:"),
        other_link=Link(_("Choose a new password"), "password_reset_url"),
        note=_("If it was not you, there is nothing to do."),
    ),
    "unknown_account": lambda: Letter(
        _("There is no account with this address"),
        _("Somebody, probably you, wanted a new password for an account with this address. There is none."),
        link=Link(_("Create an account"), "signup_url"),
        note=_("Perhaps you used another address. If it was not you, there is nothing to do."),
    ),
    "password_reset_key": lambda: Letter(
        _("Choose a new password"),
        _("Somebody, probably you, wants a new password for your account. Choose it here:"),
        link=Link(_("Choose a new password"), "password_reset_url"),
        note=_(
            "The link works once and for an hour. If it was not you, there is nothing to do; your password"
            " stays."
        ),
    ),
    "password_reset": _password_changed,
    "password_changed": _password_changed,
    "password_set": _password_changed,
    "email_confirm": lambda: _notice(
        _("Your address is confirmed"), _("The address of your account was confirmed.")
    ),
    "email_changed": lambda: _notice(
        _("Your e-mail address was changed"),
        _("Your account is now known by %(to_email)s and no longer by %(from_email)s."),
    ),
    "totp_activated": lambda: _notice(
        _("A second factor was set up"),
        _("From now on, an app shows a code for each log in to your account."),
    ),
    "totp_deactivated": lambda: _notice(
        _("The second factor was turned off"), _("From now on, no code of an app is asked for at log in.")
    ),
    "webauthn_added": lambda: _notice(
        _("A passkey was added"), _("From now on, your account opens with one more passkey.")
    ),
    "webauthn_removed": lambda: _notice(
        _("A passkey was removed"), _("One passkey no longer opens your account.")
    ),
    "recovery_codes_generated": lambda: _notice(
        _("There are new recovery codes"), _("Your account has new recovery codes; the old ones do not work.")
    ),
    "second_factors_removed": lambda: Letter(
        _("Your second factors were removed"),
        _("As you asked us, we removed app, passkeys and recovery codes from your account. Set up new ones."),
        link=Link(_("Choose a new password"), "password_reset_url"),
        note=_("If you did not ask us for it, choose a new password at once and write to us."),
    ),
    "personal_export": lambda: Letter(
        _("Your data is ready"),
        _("Everything that we know about you is in one file: to read, and for programs."),
        link=Link(_("Get the file"), "export_url"),
        note=_(
            "The link works for seven days, and only for you: you log in first. If you did not ask for it,"
            " choose a new password."
        ),
    ),
    "email_deleted": lambda: _notice(
        _("An address was removed"), _("%(deleted_email)s no longer belongs to your account.")
    ),
}
"""Kind -> its letter; texts may name facts."""
