"""Every change of where the shop delivers to, how, and for how much."""

from collections.abc import Iterable

from django.db import transaction

from dbProject import caching
from orders.models import ShippingBand, ShippingMethod, ShippingZone


@transaction.atomic
def save_zone(zone: ShippingZone) -> ShippingZone:
    """Store a new or changed zone, its countries once each and sorted. Repeatable."""
    zone.countries = sorted(set(zone.countries))
    zone.save()
    caching.forget("delivery")
    return zone


@transaction.atomic
def delete_zone(zone: ShippingZone) -> None:
    """Remove a zone with its methods; orders keep how they were delivered. Repeating it changes nothing."""
    ShippingZone.objects.filter(pk=zone.pk).delete()
    caching.forget("delivery")


@transaction.atomic
def save_method(method: ShippingMethod) -> ShippingMethod:
    """Store a new or changed method. Repeatable."""
    method.save()
    caching.forget("delivery")
    return method


@transaction.atomic
def change_bands(*, saved: Iterable[ShippingBand], removed: Iterable[ShippingBand] = ()) -> None:
    """Store new and changed price bands, and remove others. Repeatable."""
    ShippingBand.objects.filter(pk__in=[band.pk for band in removed]).delete()
    for band in saved:
        band.save()
    caching.forget("delivery")


@transaction.atomic
def delete_method(method: ShippingMethod) -> None:
    """Remove a method; orders keep how they were delivered. Repeating it changes nothing."""
    ShippingMethod.objects.filter(pk=method.pk).delete()
    caching.forget("delivery")
