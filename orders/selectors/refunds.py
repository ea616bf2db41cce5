"""What can be given back of an order's money, and what a return is worth."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.db.models.functions import Coalesce

from dbProject.money import rounded
from orders.models import Order, PaymentEvent, Return, ReturnItem

OPEN = (Order.Status.CONFIRMED, Order.Status.PROCESSING, Order.Status.SHIPPED, Order.Status.DELIVERED)


class Proposal(NamedTuple):
    """What staff may want to give back; gross, in the order's currency."""

    goods: Decimal
    delivery: Decimal


class Books(NamedTuple):
    """What has moved of an order's money."""

    captured: Decimal
    going_back: Decimal
    gone_back: Decimal

    @property
    def kept(self) -> Decimal:
        return self.captured - self.going_back

    @property
    def under_way(self) -> Decimal:
        """What is to go back and has not yet."""
        return self.going_back - self.gone_back


def books(order: Order) -> Books:
    """Return what the ledger of an order sums to; no query where it is loaded."""
    kinds = PaymentEvent.Kind
    sums = dict.fromkeys(kinds, Decimal())
    for event in order.payment_events.all():
        sums[kinds(event.kind)] += event.amount
    return Books(sums[kinds.CAPTURED], sums[kinds.REFUND_DUE], sums[kinds.REFUNDED])


def is_open(order: Order) -> bool:
    """Say whether parts of an order's money can be given back: it is paid and has not ended."""
    return order.status in OPEN and not order.is_historic


def delivery_left(order: Order) -> Decimal:
    """Return what the delivery cost and was not given back before; one query."""
    given = order.refunds.aggregate(total=Coalesce(Sum("delivery_amount"), Decimal()))["total"]
    left: Decimal = order.shipping_gross - given
    return left


def proposal(order: Order, back: Return | None = None) -> Proposal:
    """Return what may go back for a return, or for nothing in particular; within what was paid.

    The goods are worth what was paid for their units after discounts, less what went back for the return
    already. Where a line's amount does not divide by its units, the cents go to whichever units come back
    first, so that all of them are worth the line.
    """
    left = order.amount_kept()
    goods = min(max(worth(back) - _given(back), Decimal()), left) if back is not None else Decimal()
    return Proposal(goods, min(delivery_left(order), left - goods))


def worth(back: Return) -> Decimal:
    """Return what the units of a return were paid with, gross after discounts; two queries."""
    items = list(back.items.select_related("item"))
    before = (
        ReturnItem.objects.filter(parent__order=back.order_id, parent__lt=back.pk)
        .exclude(parent__status=Return.Status.DECLINED)
        .values_list("item")
        .annotate(units=Sum("quantity"))
    )
    units_before = dict(before)
    total = Decimal()
    for one in items:
        earlier = units_before.get(one.item_id, 0)
        total += _share(one, earlier + one.quantity) - _share(one, earlier)
    return total


def _given(back: Return) -> Decimal:
    """Return what went back for the goods of a return."""
    sums = back.refunds.aggregate(total=Sum("amount"), delivery=Sum("delivery_amount"))
    given: Decimal = (sums["total"] or Decimal()) - (sums["delivery"] or Decimal())
    return given


def _share(one: ReturnItem, units: int) -> Decimal:
    """Return what the first ``units`` of the line of ``one`` cost."""
    return rounded(one.item.gross_amount * units / one.item.quantity)
