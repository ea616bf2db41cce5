"""Every change of the shop's own tax rates."""

from django.db import transaction

from dbProject import caching
from orders.models import TaxRate


@transaction.atomic
def save_rate(rate: TaxRate) -> TaxRate:
    """Store a new or changed rate; prices follow it at once. Repeatable."""
    rate.save()
    caching.forget("taxes")
    return rate


@transaction.atomic
def delete_rate(rate: TaxRate) -> None:
    """Remove a rate: the one before it counts again, or the law's. Repeating it changes nothing."""
    TaxRate.objects.filter(pk=rate.pk).delete()
    caching.forget("taxes")
