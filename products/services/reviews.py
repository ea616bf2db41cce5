"""Every change of what customers say, and of who gets to read it."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from dbProject import caching
from products.models import Review


@transaction.atomic
def approve(pks: Collection[int]) -> int:
    """Show these reviews, rejected ones included; return how many were not shown. Repeatable."""
    rows = Review.all_objects.filter(pk__in=pks).exclude(is_approved=True, deleted_at=None)
    return _told(rows.update(is_approved=True, deleted_at=None, updated_at=timezone.now()))


@transaction.atomic
def withdraw(pks: Collection[int]) -> int:
    """Stop showing these reviews until somebody looks again; return how many were shown. Repeatable."""
    rows = Review.objects.filter(pk__in=pks, is_approved=True)
    return _told(rows.update(is_approved=False, updated_at=timezone.now()))


@transaction.atomic
def reject(pks: Collection[int]) -> int:
    """Take these reviews away for good; their authors' one word on that product is used. Repeatable."""
    now = timezone.now()
    rows = Review.objects.filter(pk__in=pks)
    return _told(rows.update(is_approved=False, deleted_at=now, updated_at=now))


def _told(count: int) -> int:
    if count:
        caching.forget("catalog")
    return count
