"""Which mails people get beside those that belong to an order or the account."""

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from users.models import MailConsent, User

Kind = MailConsent.Kind
UNTIL_REFUSED = {Kind.REVIEWS}
"""Kinds about what somebody has bought: they come until they are refused; any other only when asked for."""


def wanted_by(user: User) -> dict[str, bool]:
    """Return for each kind of mail whether ``user`` gets it: as last decided, or by its kind; one query."""
    decided = dict(user.mail_consents.order_by("pk").values_list("kind", "is_given"))
    return {kind: decided.get(kind, kind in UNTIL_REFUSED) for kind in Kind.values}


def language_of(user: User, *, kind: str) -> str:
    """Return the language in which ``user`` asked for mails of ``kind``, else the shop's own; one query."""
    said = user.mail_consents.filter(kind=kind, is_given=True).order_by("-pk")
    return said.values_list("language", flat=True).first() or settings.LANGUAGE_CODE


def recipients(kind: str) -> "QuerySet[User]":
    """Return the accounts that get mails of ``kind``; to be asked again right before one is sent."""
    newer = MailConsent.objects.filter(user=OuterRef("user"), kind=kind, pk__gt=OuterRef("pk"))
    in_force = MailConsent.objects.filter(~Exists(newer), user=OuterRef("pk"), kind=kind)
    decisive = in_force.filter(is_given=kind not in UNTIL_REFUSED)
    is_wanted = ~Exists(decisive) if kind in UNTIL_REFUSED else Exists(decisive)
    return User.objects.filter(is_wanted, is_active=True)
