"""How far orders have come, as a page compares it with what it shows."""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Max, Q

from orders.models import Order, OrderEvent

FINAL = frozenset({Order.Status.DELIVERED, Order.Status.CANCELLED, Order.Status.REFUNDED})
"""Whoever waits for these has seen them; what may follow comes days later."""
OF_STAFF = Q(events__kind=OrderEvent.Kind.NOTE, events__actor=OrderEvent.Actor.STAFF)


class State(NamedTuple):
    """``version`` is another one whenever the order's page would be."""

    version: str
    is_final: bool


def of(pks: Collection[int]) -> dict[int, State]:
    """Return the state of each of these orders; one query."""
    rows = Order.objects.filter(pk__in=pks).annotate(step=Max("events__pk", filter=~OF_STAFF))
    return {pk: _state(status, step) for pk, status, step in rows.values_list("pk", "status", "step")}


def of_page(order: Order) -> State:
    """Return the state of an order that is loaded for its page; no query."""
    return _state(order.status, max((event.pk for event in order.events.all()), default=None))


def _state(status: str, step: int | None) -> State:
    return State(f"{status}-{step or 0}", status in FINAL)
