"""What goes with what, told by the app that knows, kept where catalog pages read it."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from dbProject import caching
from products.models import Recommendation

AT_ONCE = 2_000
"""Rows in one INSERT."""
DIGITS = 6
"""Significant ones of a score: it puts things in order, and is no figure of its own."""

Ranked = Sequence[tuple[int, float]]
"""Primary keys of singles and parents with their scores, best first."""


@transaction.atomic
def replace(kind: Recommendation.Kind, ranked: Mapping[int, Ranked]) -> int:
    """Put ``ranked``, by subject, in the place of all of ``kind``; return how many subjects there are.

    Until the commit, and whenever this ends before, the old ones are read. Two at once come one after the
    other: both end whole, the later one holds. Repeatable.

    Raises:
        OperationalError: The other took longer than ``lock_timeout``; nothing has changed here.
    """
    of_kind = Recommendation.objects.filter(kind=kind)
    now = timezone.now()
    first = {"computed_at": now}
    Recommendation.objects.get_or_create(kind=kind, subject=Recommendation.WHOLE_SHOP, defaults=first)
    whole = of_kind.select_for_update().get(subject=Recommendation.WHOLE_SHOP)
    of_kind.exclude(pk=whole.pk).delete()
    rows = (
        Recommendation(kind=kind, subject=subject, products=_plain(products), computed_at=now)
        for subject, products in sorted(ranked.items())
        if subject != Recommendation.WHOLE_SHOP
    )
    added = len(Recommendation.objects.bulk_create(rows, AT_ONCE))
    whole.products, whole.computed_at = _plain(ranked.get(Recommendation.WHOLE_SHOP, ())), now
    whole.save(update_fields=["products", "computed_at"])
    caching.forget("catalog")
    return added


def _plain(products: Ranked) -> list[list[int | float]]:
    return [[int(pk), float(f"{score:.{DIGITS}g}")] for pk, score in products]
