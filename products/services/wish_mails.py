"""Telling customers by mail what is cheaper, or back, of the things on their lists.

An item remembers what its owner was last told: its price, and that it was sold out. What differs is due; it
is told and remembered in one transaction, so each drop and each return is told once.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from dbProject import mail
from dbProject.outbox import services as outbox
from products.models import WishlistItem
from products.selectors import wish_letters
from products.selectors.wish_letters import Letter
from users.models import MailConsent
from users.selectors.consents import recipients
from users.services.consents import unsubscribe_url

AT_ONCE = 200
"""People in one transaction."""
ITEMS_AT_ONCE = 5_000
"""Items that one call finds to be sold out."""
ROUND_SECONDS = 20
"""How long one task goes on while there are more people to tell."""
WORTH_TELLING = Decimal("0.95")
"""Of the price that was told: a smaller drop is no news, but several of them add up to one."""
Kind = MailConsent.Kind


def tell_all() -> int:
    """Have everybody told what is due, for about 20 s; return how many people were looked at."""
    ends_at = time.monotonic() + ROUND_SECONDS
    note_sold_out()
    return sum(_while_there_is_time(tell, ends_at) for tell in (tell_returns, tell_price_drops))


@transaction.atomic
def note_sold_out() -> int:
    """Note what is sold out on the lists of those who want to hear of its return. Two queries; repeatable."""
    rows = WishlistItem.objects.filter(
        was_sold_out=False, product__is_available=False, wishlist__user__in=recipients(Kind.BACK_IN_STOCK)
    )
    rows = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    pks = list(rows.values_list("pk", flat=True)[:ITEMS_AT_ONCE])
    return WishlistItem.objects.filter(pk__in=pks).update(was_sold_out=True)


@transaction.atomic
def tell_returns() -> int:
    """Have people told what is back in stock; return how many had waited. Five queries for any number.

    Who does not want these mails is passed over for good: a return of the past is no news. Two at once: one
    waits for the other's rows, and finds them told.
    """
    back = WishlistItem.objects.filter(was_sold_out=True, product__is_available=True)
    people = _people(back)
    rows = _locked(back, people)
    WishlistItem.objects.filter(pk__in=[row.pk for row in rows]).update(was_sold_out=False)
    wanted = set(recipients(Kind.BACK_IN_STOCK).filter(pk__in=people).values_list("pk", flat=True))
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.wishlist.user_id in wanted:
            found[row.wishlist.user_id].add(row.product_id)
    outbox.record_each(
        "products.tasks.send_back_in_stock_email",
        [{"user_id": user_id, "product_ids": sorted(pks)} for user_id, pks in found.items()],
    )
    return len(people)


@transaction.atomic
def tell_price_drops() -> int:
    """Have people told what costs less; return for how many a price has moved. Four queries.

    Only of those who want these mails: whoever asks for them later hears what has become cheaper since they
    saved it. A price that rises is remembered silently, so that its next drop is told.
    """
    price = F("product__price_low")
    told = F("price_told")
    moved = Q(price_told=None) | Q(product__price_low__gt=told) | Q(price_told__gt=price / WORTH_TELLING)
    due = WishlistItem.objects.filter(
        moved,
        product__is_active=True,
        product__deleted_at=None,
        wishlist__user__in=recipients(Kind.PRICE_DROP),
    )
    people = _people(due)
    rows = _locked(due, people)
    found: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in rows:
        before, row.price_told = row.price_told, row.product.price_low
        if before is not None and row.price_told < before:
            drops = found[row.wishlist.user_id]
            drops[row.product_id] = max(before, drops.get(row.product_id, before))
    WishlistItem.objects.bulk_update(rows, ["price_told"])
    outbox.record_each(
        "products.tasks.send_price_drop_email",
        [
            {"user_id": user_id, "before": {str(pk): str(price) for pk, price in drops.items()}}
            for user_id, drops in found.items()
        ],
    )
    return len(people)


def send_price_drop(*, user_id: int, before: dict[str, str], event_id: str) -> None:
    """Mail somebody what costs less than ``before`` (product -> price), as the outbox asks. Repeatable.

    What costs as much again meanwhile, or is on no list of theirs any more, is left out.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    letter = wish_letters.price_drop(user_id, {int(pk): Decimal(price) for pk, price in before.items()})
    _send(letter, user_id=user_id, event_id=event_id)


def send_back_in_stock(*, user_id: int, product_ids: list[int], event_id: str) -> None:
    """Mail somebody what is back in stock, as the outbox asks. Repeatable.

    What is sold out again meanwhile, or is on no list of theirs any more, is left out.

    Raises:
        OSError: As :func:`send_price_drop`.
    """
    letter = wish_letters.back_in_stock(user_id, product_ids)
    _send(letter, user_id=user_id, event_id=event_id)


def _send(letter: Letter | None, *, user_id: int, event_id: str) -> None:
    if letter is None:
        outbox.finish(event_id)
        return
    with translation.override(letter.language):
        mail.send_once(
            event_id,
            to=[letter.email],
            subject=letter.subject,
            template=letter.template,
            context={"wishes": letter.wishes},
            unsubscribe_url=unsubscribe_url(user_id, kind=letter.kind),
        )


def _people(due: "QuerySet[WishlistItem]") -> list[int]:
    people = due.order_by("wishlist__user").values_list("wishlist__user", flat=True).distinct()
    return list(people[:AT_ONCE])


def _locked(due: "QuerySet[WishlistItem]", people: list[int]) -> list[WishlistItem]:
    rows = due.filter(wishlist__user__in=people).select_related("wishlist", "product").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _while_there_is_time(tell: Callable[[], int], ends_at: float) -> int:
    people = told = tell()
    while told == AT_ONCE and time.monotonic() < ends_at:
        told = tell()
        people += told
    return people
