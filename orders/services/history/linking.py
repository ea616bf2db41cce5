"""Cancellations, and the lines that they take back."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils import timezone

from orders.models import HistoricLine, Order


class _Sold(NamedTuple):
    placed_at: datetime
    pk: int
    quantity: int
    order_id: int | None


def link(*, source: str, bought: Collection[tuple[str, str]]) -> set[int]:
    """Link cancellations of these (customer, code) that are linked to nothing yet; return orders concerned.

    A cancellation takes back a line of the same customer, code and unit price that is not later and of which
    enough units are left; the latest of them. Who has no name cannot be followed.
    """
    customers = {customer for customer, _code in bought if customer}
    codes = {code for customer, code in bought if customer}
    if not customers:
        return set()
    lines = HistoricLine.objects.filter(source=source, customer__in=customers, code__in=codes)
    open_ones = sorted(
        lines.filter(is_cancellation=True, cancels=None, quantity__lt=0)
        .order_by("pk")
        .select_for_update(of=("self",)),
        key=lambda line: (line.placed_at, line.pk),
    )
    if not open_ones:
        return set()
    sold = _sold(open_ones, source=source)
    left = _units_left([one.pk for several in sold.values() for one in several])
    linked, orders = [], set()
    for line in open_ones:
        for one in sold[line.customer, line.code, line.unit_price]:
            if one.placed_at <= line.placed_at and one.quantity + left[one.pk] >= -line.quantity:
                line.cancels_id = one.pk
                left[one.pk] += line.quantity
                linked.append(line)
                if one.order_id:
                    orders.add(one.order_id)
                break
    HistoricLine.objects.bulk_update(linked, ["cancels"])
    return orders


def _sold(
    cancellations: Collection[HistoricLine], *, source: str
) -> dict[tuple[str, str, Decimal], list[_Sold]]:
    """Return what each customer bought of what, and at which price, the latest first; locked."""
    bought = HistoricLine.objects.filter(
        source=source,
        customer__in={line.customer for line in cancellations},
        code__in={line.code for line in cancellations},
        is_cancellation=False,
        quantity__gt=0,
    ).order_by("pk")
    rows = bought.select_for_update(of=("self",)).values_list(
        "customer", "code", "unit_price", "placed_at", "pk", "quantity", "order_id"
    )
    found: dict[tuple[str, str, Decimal], list[_Sold]] = defaultdict(list)
    for customer, code, price, at, pk, quantity, order in rows:
        found[customer, code, price].append(_Sold(at, pk, quantity, order))
    for several in found.values():
        several.sort(reverse=True)
    return found


def _units_left(pks: Collection[int]) -> dict[int, int]:
    """Return what has been taken back of each line, as a negative number."""
    taken = HistoricLine.objects.filter(cancels__in=pks).order_by().values("cancels")
    rows = taken.annotate(units=Sum("quantity")).values_list("cancels", "units")
    return defaultdict(int, {pk: units for pk, units in rows if pk is not None})


def settle(orders: Collection[int]) -> None:
    """Mark those of ``orders`` as refunded of which everything that cost something was taken back."""
    if not orders:
        return
    goods = HistoricLine.objects.filter(order__in=orders, is_fee=False, quantity__gt=0, unit_price__gt=0)
    sold = dict(goods.order_by().values("order").annotate(n=Sum("quantity")).values_list("order", "n"))
    back = HistoricLine.objects.filter(cancels__in=goods).order_by().values("cancels__order")
    gone = [
        order for order, units in back.annotate(n=Sum("quantity")).values_list("cancels__order", "n")
        if units + sold[order] == 0
    ]  # fmt: skip
    Order.all_objects.filter(pk__in=gone).update(status=Order.Status.REFUNDED, updated_at=timezone.now())
