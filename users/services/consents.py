"""What mails somebody wants beside those that belong to an order or the account.

Every such mail carries a signed link that ends its kind with one click, without logging in.
"""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from users.models import MailConsent, User

SALT = "users.unsubscribe"
UNTIL_REFUSED = {MailConsent.Kind.REVIEWS}
"""Kinds about what somebody has bought: they come until they are refused; any other only when asked for."""


@transaction.atomic
def decide(user_id: int, *, kind: str, is_given: bool) -> None:
    """Note whether somebody wants mails of a kind (:class:`MailConsent`). Repeatable."""
    if User.objects.filter(pk=user_id).select_for_update(of=("self",)).exists():
        MailConsent.objects.exclude(is_given=is_given).filter(user=user_id, kind=kind).delete()
        MailConsent.objects.get_or_create(user_id=user_id, kind=kind, defaults={"is_given": is_given})


def wanted_by(user: User) -> dict[str, bool]:
    """Return for each kind of mail whether ``user`` gets it: as decided, or by its kind; one query."""
    decided = dict(user.mail_consents.values_list("kind", "is_given"))
    return {kind: decided.get(kind, kind in UNTIL_REFUSED) for kind in MailConsent.Kind.values}


def unsubscribe(token: str) -> None:
    """End what the link of a mail is about. Repeatable.

    Raises:
        BadSignature: It is no link of ours.
    """
    user_id, kind = check(token)
    decide(user_id, kind=kind, is_given=False)


def check(token: str) -> tuple[int, str]:
    """Return whose mails of which kind a link is about.

    Raises:
        BadSignature: It is no link of ours.
    """
    user_id, kind = signing.loads(token, salt=SALT)
    return user_id, kind


def unsubscribe_url(user_id: int, *, kind: str) -> str:
    """Return the whole address of the page that ends a kind of mail; it holds for as long as the keys do."""
    token = signing.dumps([user_id, kind], salt=SALT)
    return f"{settings.SITE_URL}{reverse('mail_unsubscribe', args=[token])}"
