"""What mails somebody wants beside those that belong to an order or the account.

Every such mail carries a signed link that ends its kind with one click, without logging in.
"""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language

from users.models import MailConsent, User

SALT = "users.unsubscribe"
Kind = MailConsent.Kind
TEXT_VERSIONS = {Kind.REVIEWS: 2, Kind.PRICE_DROP: 1, Kind.BACK_IN_STOCK: 1, Kind.ABANDONED_CART: 1}
"""Counted up whenever the words of a kind change, so that it is known what somebody agreed to."""


@transaction.atomic
def decide(user_id: int, *, kind: str, is_given: bool, source: str) -> None:
    """Note whether somebody wants mails of a kind, and on which page or by which link they said so.

    Repeatable: what is in force already is not noted again; of two at once the second waits. Of somebody who
    has been erased nothing is noted.
    """
    if not User.objects.filter(pk=user_id).select_for_update(of=("self",)).exists():
        return
    said = {"is_given": is_given, "text_version": TEXT_VERSIONS[Kind(kind)]}
    rows = MailConsent.objects.filter(user=user_id, kind=kind)
    if rows.values("is_given", "text_version").order_by("-pk").first() != said:
        language = get_language() or ""
        MailConsent.objects.create(user_id=user_id, kind=kind, source=source, language=language, **said)


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
