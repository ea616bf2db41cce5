"""What the account itself knows of its owner, told and erased (see ``dbProject.personal_data``)."""

from collections.abc import Sequence
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from dbProject.access.models import LoginToken
from dbProject.idempotency import services as idempotency
from dbProject.jobs import services as jobs
from dbProject.personal_data import Section, section
from users.errors import AccountOfStaff
from users.models import Address, MailConsent, User
from users.services import avatars


def export_of(user: User) -> Sequence[Section]:
    """Return profile, addresses, and by what the owner logs in; never a secret such as a password's hash."""
    profile = {
        "email": _("E-mail address"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "phone": _("Phone"),
        "is_verified": _("Address confirmed"),
        "date_joined": _("Customer since"),
        "last_login": _("Last login"),
        "last_login_ip": _("Last login from"),
    }
    address = {
        "name": _("Name"),
        "company": _("Company"),
        "street": _("Street and number"),
        "street2": _("Address line 2"),
        "zip_code": _("Postal code"),
        "city": _("City"),
        "state": _("State or region"),
        "country": _("Country"),
        "phone": _("Phone"),
    }
    session = {
        "created_at": _("Since"),
        "last_seen_at": _("Last seen"),
        "ip": _("Network address"),
        "user_agent": _("Browser"),
    }
    factor = {"type": _("Kind"), "created_at": _("Since"), "last_used_at": _("Last used")}
    consent = {
        "kind": _("Kind"),
        "is_given": _("Wanted"),
        "created_at": _("Said"),
        "source": _("Said at"),
        "text_version": _("Version of the text"),
        "language": _("Language"),
    }
    token = {
        "created_at": _("Since"),
        "last_used_at": _("Last used"),
        "expires_at": _("Good until"),
    }
    picture = {"picture.jpg": content} if (content := avatars.read(user)) else {}
    return [
        section("mail_consents", _("Mails"), MailConsent.objects.filter(user=user), consent),
        section("profile", _("Profile"), User.objects.filter(pk=user.pk), profile)._replace(files=picture),
        section("addresses", _("Addresses"), Address.objects.filter(user=user), address),
        section("second_factors", _("Second factors"), Authenticator.objects.filter(user=user), factor),
        section("login_tokens", _("Apps and scripts"), LoginToken.objects.filter(user=user), token),
        section("sessions", _("Where you are logged in"), UserSession.objects.filter(user=user), session),
    ]


def settle(user: User | None, email: str) -> None:
    """Refuse whoever cannot be erased; otherwise what is known here can go at once.

    Raises:
        AccountOfStaff: What staff did stays under their name for as long as they are staff.
    """
    if user is not None and user.is_staff:
        raise AccountOfStaff


def erase(user: User) -> None:
    """End all sessions and delete the account with whatever belongs to it alone.

    Raises:
        AccountOfStaff: As :func:`settle`, of who became one meanwhile.
    """
    if User.objects.filter(pk=user.pk, is_staff=True).exists():
        raise AccountOfStaff
    _end_sessions(user)
    _forget_in_log_of_staff(user)
    jobs.forget_of(user)
    idempotency.forget(f"user:{user.pk}")
    avatars.remove(user)
    User.objects.filter(pk=user.pk).delete()


def forget_address(email: str) -> int:
    """Drop the answers to requests that name it; without an account nothing else is known here."""
    return idempotency.forget_address(email)


def _end_sessions(user: User) -> None:
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def drop_copies() -> None:
        for key in keys:
            store(key).delete()

    transaction.on_commit(drop_copies, robust=True)


def _forget_in_log_of_staff(user: User) -> None:
    """What staff changed stays in their log; of whom, only its number says."""
    own = {User: [user.pk], Address: list(user.addresses.values_list("pk", flat=True))}
    for model, pks in own.items():
        rows = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in pks]
        )
        rows.update(object_repr="-", change_message="")
