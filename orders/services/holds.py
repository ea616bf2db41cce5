"""Reservations that end: the stock of orders that nobody paid in time."""

from django.db import transaction

from orders.models import Order, OrderEvent
from orders.services import status, timeline

AT_ONCE = 200
"""Orders that one call looks after; the schedule comes again."""


def release_expired(*, limit: int = AT_ONCE) -> int:
    """Put back the stock of pending orders whose hold is over; return of how many. Safe to repeat.

    Each order in a transaction of its own. One that somebody else has locked is being paid or cancelled at
    this moment: it is left to them.
    """
    due = Order.all_objects.expired().order_by("hold_expires_at").values_list("pk", flat=True)[:limit]
    return sum(_release(pk) for pk in list(due))


def cancel_abandoned(*, limit: int = AT_ONCE) -> int:
    """Cancel orders that nobody has paid for ``UNPAID_ORDER_AGE``; return how many. Safe to repeat."""
    due = Order.all_objects.abandoned().order_by("created_at").values_list("pk", flat=True)[:limit]
    return sum(_cancel(pk) for pk in list(due))


@transaction.atomic
def _release(pk: int) -> bool:
    order = (
        Order.all_objects.expired().filter(pk=pk).select_for_update(of=("self",), skip_locked=True).first()
    )
    if order is None:
        return False
    status.release(order)
    order.save(update_fields=["holds_stock", "updated_at"])
    timeline.record(order, OrderEvent.Kind.HOLD_EXPIRED, actor=timeline.SHOP)
    return True


@transaction.atomic
def _cancel(pk: int) -> bool:
    rows = Order.all_objects.abandoned().filter(pk=pk)
    order = rows.select_for_update(of=("self",), skip_locked=True).first()
    if order is None:
        return False
    status.cancel(order, actor=timeline.SHOP)
    return True
