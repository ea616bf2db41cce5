"""The demo store's terms as rows. Repeating it adds nothing, and changes nothing that staff changed."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dbProject import caching
from orders.demo import terms
from orders.models import Coupon, Promotion, ShippingBand, ShippingMethod, ShippingZone
from products.models import Category


@transaction.atomic
def add_delivery() -> int:
    """Add the zones that are not there yet, with their methods and prices; return how many that were."""
    present = set(ShippingZone.objects.values_list("name", flat=True))
    new = [zone for zone in terms.zones() if zone["name"] not in present]
    for zone in new:
        row = ShippingZone.objects.create(name=zone["name"], countries=zone["countries"])
        for place, method in enumerate(zone["method"]):
            bands = method.pop("bands")
            made = ShippingMethod.objects.create(zone=row, sort_order=place, **method)
            ShippingBand.objects.bulk_create(ShippingBand(method=made, **band) for band in bands)
    if new:
        caching.forget("delivery")
    return len(new)


@transaction.atomic
def add_offers() -> int:
    """Add the offers that are not there yet, with their coupons; return how many that were."""
    present = set(Promotion.objects.values_list("name", flat=True))
    new = [offer for offer in terms.offers() if offer["name"] not in present]
    shelves = Category.objects.in_bulk(field_name="slug")
    for offer in new:
        coupon = offer.pop("coupon", None)
        slugs = offer.pop("categories", [])
        row = Promotion.objects.create(
            needs_coupon=coupon is not None,
            starts_at=_day(offer.pop("starts_in_days", None)),
            ends_at=_day(offer.pop("ends_in_days", None)),
            **offer,
        )
        row.categories.set(shelves[slug] for slug in slugs if slug in shelves)
        if coupon:
            Coupon.objects.get_or_create(code=coupon["code"], defaults={**coupon, "promotion": row})
    if new:
        caching.forget("offers")
    return len(new)


def _day(days: int | None) -> Any:
    """Return midnight so many days from today on."""
    if days is None:
        return None
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days)
