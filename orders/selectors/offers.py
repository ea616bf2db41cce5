"""The offers that may apply to a cart today."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import caching, statements
from orders.errors import CouponRefused
from orders.models import Coupon, CouponUse, Promotion
from orders.pricing import Offer, OfferKind
from products.selectors import categories

SECONDS = 300


def applicable(now: datetime, coupon: Coupon | None) -> list[Offer]:
    """Return the offers that need no coupon, and the one that ``coupon`` opens; two queries."""
    if coupon is None:
        return _running(_automatic(), now)
    wanted = Q(needs_coupon=False) | Q(pk=coupon.promotion_id)
    running = Promotion.objects.running(now).filter(wanted)
    language = translation.get_language() or ""
    return [
        _offer(
            _plain(promotion, [category.pk for category in promotion.categories.all()]),
            language,
            code=coupon.code if coupon.promotion_id == promotion.pk else None,
        )
        for promotion in running.prefetch_related("categories")
    ]


def remembered(now: datetime) -> list[Offer]:
    """Return the offers that need no coupon, as of lately and after the last change by staff: for pages."""
    return _running(caching.remember("offers", "automatic", _automatic, seconds=SECONDS), now)


def _running(rows: list[dict[str, Any]], now: datetime) -> list[Offer]:
    at = now.timestamp()
    language = translation.get_language() or ""
    return [
        _offer(row, language)
        for row in rows
        if (row["starts_at"] is None or row["starts_at"] <= at)
        and (row["ends_at"] is None or at < row["ends_at"])
    ]


def _automatic() -> list[dict[str, Any]]:
    """Return the offers that are on and need no coupon, now or at another time, as plain data.

    Two queries that are written once.
    """
    on = statements.rows("offers", lambda: Promotion.objects.filter(is_active=True, needs_coupon=False))
    shelves = defaultdict(list)
    for promotion_id, category_id in statements.tuples(
        "shelves of offers",
        lambda: (
            Promotion.categories.through.objects.filter(
                promotion__is_active=True, promotion__needs_coupon=False, category__deleted_at=None
            )
            .order_by("category_id")
            .values_list("promotion_id", "category_id")
        ),
    ):
        shelves[promotion_id].append(category_id)
    return [_plain(promotion, shelves[promotion.pk]) for promotion in on]


def _plain(promotion: Promotion, category_ids: list[int]) -> dict[str, Any]:
    return {
        "id": promotion.pk,
        "names": {code: promotion.localized_name(code) for code in ("", *dict(settings.LANGUAGES))},
        "kind": promotion.kind,
        "priority": promotion.priority,
        "is_exclusive": promotion.is_exclusive,
        "value": str(promotion.value),
        "minimum": str(promotion.minimum),
        "categories": category_ids,
        "buy": promotion.buy,
        "get": promotion.get,
        "tiers": [[str(start), str(percent)] for start, percent in promotion.tiers],
        "starts_at": promotion.starts_at and promotion.starts_at.timestamp(),
        "ends_at": promotion.ends_at and promotion.ends_at.timestamp(),
    }


def _offer(row: dict[str, Any], language: str, *, code: str | None = None) -> Offer:
    """Return what ``_plain`` made of a promotion as the arithmetic needs it, named in that language."""
    return Offer(
        id=row["id"],
        name=row["names"].get(language) or row["names"][""],
        kind=OfferKind(row["kind"]),
        priority=row["priority"],
        is_exclusive=row["is_exclusive"],
        code=code,
        value=Decimal(row["value"]),
        minimum=Decimal(row["minimum"]),
        categories=frozenset(row["categories"]),
        buy=row["buy"],
        get=row["get"],
        tiers=tuple((Decimal(start), Decimal(percent)) for start, percent in row["tiers"]),
    )


def by_code(code: str, *, now: datetime) -> Coupon:
    """Return the coupon with this ``code``; one query.

    Raises:
        CouponRefused: Unknown, not on, over, or used up; to a guesser the first three look the same.
    """
    coupon = Coupon.objects.filter(code=clean_code(code), is_active=True).select_related("promotion").first()
    if coupon is None or not coupon.promotion.is_running(now):
        raise CouponRefused(_("This coupon is not valid, or no longer."), reason="unknown")
    if coupon.most_uses is not None and coupon.uses >= coupon.most_uses:
        raise CouponRefused(_("This coupon has been used up."), reason="used_up")
    return coupon


def uses_by(coupon: Coupon, *, user_id: int | None, email: str) -> int:
    """Return how often this customer, known by account or address, has used ``coupon``; one query."""
    uses = CouponUse.objects.filter(coupon=coupon, given_back_at=None)
    by_email = uses.filter(email=email.lower())
    return (by_email | uses.filter(user=user_id) if user_id else by_email).count()


def clean_code(code: str) -> str:
    """Return ``code`` as coupons are stored: capitals, digits and dashes."""
    return "".join(sign for sign in code.upper() if sign.isascii() and (sign.isalnum() or sign == "-"))[:40]


def shelves_of(category_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return, for each category's pk, that pk and those of all it stands in, from the remembered tree."""
    ways = categories.paths(category_ids)
    return {pk: frozenset(shelf["id"] for shelf in way) | {pk} for pk, way in ways.items()}
