"""The timeline of an order: each step with its actor."""

from functools import partial
from typing import NamedTuple

from django.db import transaction

from dbProject.behavior import counting
from dbProject.behavior.models import BehaviorCount
from dbProject.metrics import measures
from dbProject.outbox import services as outbox
from orders.models import Order, OrderEvent
from orders.selectors import letters
from orders.services import announcements
from users.models import User


class Actor(NamedTuple):
    """Who did it: a kind, and the account where there is one."""

    kind: str
    user: User | None = None


SHOP = Actor(OrderEvent.Actor.SHOP)
SYSTEM = Actor(OrderEvent.Actor.STAFF)
"""Another system that staff gave a key."""
PROVIDER = Actor(OrderEvent.Actor.PROVIDER)


def customer(user: User | None) -> Actor:
    """Return a customer as actor; a guest has no account."""
    return Actor(OrderEvent.Actor.CUSTOMER, user)


def staff(user: User) -> Actor:
    """Return somebody of the staff as actor."""
    return Actor(OrderEvent.Actor.STAFF, user)


def record(order: Order, kind: str, *, actor: Actor, detail: str = "") -> OrderEvent:
    """Append a step, in the transaction that makes it, and have the customer told where there is a mail."""
    step = OrderEvent.objects.create(
        order=order, kind=kind, detail=detail[:300], actor=actor.kind, user=actor.user
    )
    announcements.step(order, kind)
    transaction.on_commit(partial(measures.order_stepped, str(kind)))
    if kind == OrderEvent.Kind.PLACED:
        transaction.on_commit(partial(counting.count, BehaviorCount.Step.BOUGHT))
    if kind in letters.LETTERS:
        outbox.record("orders.tasks.send_order_step_email", step_id=step.pk)
    return step
