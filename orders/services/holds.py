"""Reservations that end: the stock of orders that nobody paid in time."""

import logging
from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction

from dbProject.errors import ShopError
from orders.models import Order, OrderEvent
from orders.services import status, timeline

logger = logging.getLogger("shop")
AT_ONCE = 200
"""Orders that one call looks after; the schedule comes again."""


def release_expired(*, limit: int = AT_ONCE) -> int:
    """Put back the stock of pending orders whose hold is over; return of how many. Safe to repeat.

    Each order in a transaction of its own. One that somebody else has locked is being paid or cancelled at
    this moment: it is left to them.
    """
    due = Order.all_objects.expired().order_by("hold_expires_at").values_list("pk", flat=True)[:limit]
    return _each(list(due), _release)


def cancel_abandoned(*, limit: int = AT_ONCE) -> int:
    """Cancel orders that nobody has paid for ``UNPAID_ORDER_AGE``; return how many. Safe to repeat."""
    due = Order.all_objects.abandoned().order_by("created_at").values_list("pk", flat=True)[:limit]
    return _each(list(due), _cancel)


def _each(pks: Iterable[int], change: Callable[[int], bool]) -> int:
    """Change one order after the other; one that cannot be must not hold up those behind it."""
    changed = 0
    for pk in pks:
        try:
            changed += change(pk)
        except (ShopError, IntegrityError):
            logger.exception("An order keeps its stock: order %s", pk)
    return changed


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
