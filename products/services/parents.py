"""What a parent says of its variants: the price range, and whether any can be had."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from products.models import Product
from products.models.product import EFFECTIVE_PRICE


def refresh(pks: Collection[int]) -> None:
    """Bring ``price_low``, ``price_high`` and ``is_available`` of these parents up to date; three queries.

    The rows are locked by a statement of their own, so that the UPDATE after it sees
    what a rival that held the lock has just committed to other variants.
    """
    if pks:
        _refresh(pks)


@transaction.atomic
def _refresh(pks: Collection[int]) -> None:
    rows = Product.all_objects.filter(pk__in=pks, kind=Product.Kind.PARENT)
    list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    variants = Product.objects.filter(parent=OuterRef("pk"), is_active=True).order_by()
    prices = variants.values("parent").annotate(low=Min(EFFECTIVE_PRICE), high=Max(EFFECTIVE_PRICE))
    rows.update(
        price_low=Coalesce(Subquery(prices.values("low")), F("price")),
        price_high=Coalesce(Subquery(prices.values("high")), F("price")),
        is_available=Exists(variants.filter(stock_quantity__gt=0)),
        updated_at=timezone.now(),
    )
