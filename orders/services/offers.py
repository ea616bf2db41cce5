"""Every change of what is taken off, by staff. What orders do to coupons is in ``coupons``."""

from collections.abc import Iterable

from django.db import transaction

from dbProject import caching
from orders.errors import OfferInUse, UsesExceeded
from orders.models import Coupon, CouponUse, Promotion
from products.models import Category

TYPED = ("code", "promotion", "most_uses", "most_uses_per_customer", "is_active", "updated_at")
"""What staff say of a coupon. How often it has been used is not among it: orders count that meanwhile."""


@transaction.atomic
def save_offer(promotion: Promotion, *, categories: Iterable[Category] | None = None) -> Promotion:
    """Store a new or changed offer, for these ``categories`` if any are given. Repeatable."""
    promotion.save()
    if categories is not None:
        promotion.categories.set(categories)
    caching.forget("offers")
    return promotion


@transaction.atomic
def delete_offer(promotion: Promotion) -> None:
    """Remove an offer and its coupons; orders keep what it took off. Repeating it changes nothing.

    Raises:
        OfferInUse: One of its coupons has been used.
    """
    coupons = list(promotion.coupons.order_by("pk").select_for_update())
    if CouponUse.objects.filter(coupon__in=coupons).exists():
        raise OfferInUse(promotion.name)
    Coupon.objects.filter(pk__in=[coupon.pk for coupon in coupons]).delete()
    Promotion.objects.filter(pk=promotion.pk).delete()
    caching.forget("offers")


@transaction.atomic
def save_coupon(coupon: Coupon) -> Coupon:
    """Store a new or changed coupon. Repeatable.

    Raises:
        UsesExceeded: It has been used more often than it may be from now on.
    """
    if coupon.pk is None:
        coupon.save()
        return coupon
    now = Coupon.objects.select_for_update().get(pk=coupon.pk)
    if coupon.most_uses is not None and coupon.most_uses < now.uses:
        raise UsesExceeded(now.uses)
    coupon.save(update_fields=TYPED)
    return coupon


@transaction.atomic
def delete_coupon(coupon: Coupon) -> None:
    """Remove a coupon that nobody has used. Repeating it changes nothing.

    Raises:
        OfferInUse: Somebody has.
    """
    list(Coupon.objects.filter(pk=coupon.pk).select_for_update())
    if CouponUse.objects.filter(coupon=coupon).exists():
        raise OfferInUse(coupon.code)
    Coupon.objects.filter(pk=coupon.pk).delete()
