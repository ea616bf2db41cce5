"""How well things sell, told by the app that knows, kept where catalog pages read it."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from dbProject import caching
from products.models import Product
from products.services import locks

AT_ONCE = 500
"""Rows in one UPDATE."""


def set_units_sold(units: Mapping[int, int]) -> int:
    """Set ``units_sold`` (30 days) of every product: ``units`` by pk, 0 for the others. Repeatable.

    A parent's figure is the sum of its variants'. Only rows that differ are written.

    Returns:
        How many products changed.
    """
    parents = dict(
        Product.all_objects.filter(pk__in=units, parent__isnull=False).values_list("pk", "parent_id")
    )
    wanted = dict(units)
    for pk, parent in parents.items():
        wanted[parent] = wanted.get(parent, 0) + units[pk]
    counted = Product.all_objects.filter(pk__in=wanted) | Product.all_objects.filter(units_sold__gt=0)
    now = dict(counted.values_list("pk", "units_sold"))
    changed = {pk: wanted.get(pk, 0) for pk, sold in now.items() if sold != wanted.get(pk, 0)}
    pks = sorted(changed)
    for start in range(0, len(pks), AT_ONCE):
        some = pks[start : start + AT_ONCE]
        _write({pk: changed[pk] for pk in some})
    if changed:
        caching.forget("catalog")
    return len(changed)


@transaction.atomic
def _write(units: Mapping[int, int]) -> None:
    """Write some of them, in a transaction that is over soon: people buy these products meanwhile."""
    rows = Product.all_objects.filter(pk__in=units)
    locks.lock(rows)
    sold = Case(*(When(pk=pk, then=Value(count)) for pk, count in units.items()))
    rows.update(units_sold=sold, updated_at=timezone.now())
