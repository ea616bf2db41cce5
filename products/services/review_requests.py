"""Asking by mail for reviews of what has arrived: once for each order."""

from collections import defaultdict

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.outbox import services as outbox
from products.models import Review, ReviewInvitation
from products.selectors import review_requests
from users.models import MailConsent
from users.selectors import consents
from users.services.consents import unsubscribe_url

AT_ONCE = 200
"""Invitations in one transaction."""
KIND = MailConsent.Kind.REVIEWS


@transaction.atomic
def ask_due() -> int:
    """Have the owners of what was due asked; return how many mails that is. Two at once share the work.

    What is asked is noted with the mail, so it happens once. Nobody is asked about what they have written
    about already, or for whom these mails have ended.
    """
    due = ReviewInvitation.objects.filter(asked_at=None, due_at__lte=timezone.now()).order_by("due_at", "pk")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    pks = [row.pk for row in rows]
    whole = ReviewInvitation.objects.filter(
        asked_at=None, reference__in={row.reference for row in rows}, user__in={row.user_id for row in rows}
    )
    pks = list(whole.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    ReviewInvitation.objects.filter(pk__in=pks).update(asked_at=timezone.now())
    mails: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    said = Review.all_objects.filter(user=OuterRef("user"), product=OuterRef("product"))
    askable = ReviewInvitation.objects.filter(~Exists(said), user__in=consents.recipients(KIND), pk__in=pks)
    for row in askable.order_by("pk"):
        mails[row.user_id, row.reference, row.language].append(row.product_id)
    return outbox.record_each(
        "products.tasks.send_review_request_email",
        [
            {"user_id": user_id, "language": language, "product_ids": product_ids}
            for (user_id, _reference, language), product_ids in mails.items()
        ],
    )


def send(*, user_id: int, language: str, product_ids: list[int], event_id: str) -> None:
    """Mail somebody where to say what they think of these products, as consumer of the outbox. Repeatable.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    letter = review_requests.letter(user_id, product_ids)
    if letter is None:
        outbox.finish(event_id)
        return
    with translation.override(language):
        mail.send_once(
            event_id,
            to=[letter.email],
            subject=_("How do you like it? Your order at %(store)s") % {"store": settings.STORE_NAME},
            template="products/mail/review_request",
            context={"products": letter.products},
            unsubscribe_url=unsubscribe_url(user_id, kind=KIND),
        )
