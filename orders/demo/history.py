"""What became of the orders of the demo store: made up, and the same for the same seed and moment."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.conf import settings

from orders.models import Order, OrderEvent

HISTORY = timedelta(days=180)
AT_LEAST_AGO = timedelta(hours=2)
"""So that nothing waits for a payment that could still come."""
SUNDAY = 6
NOTES = (
    "Called: please leave it with the neighbor on the ground floor.",
    "Gift wrapping, no invoice in the parcel.",
    "Asked whether two parcels can go together. Done.",
    "Box was damaged, repacked.",
)

Kind, Actor = OrderEvent.Kind, OrderEvent.Actor
SHOWN_FIRST = (*Order.Status, Kind.RETURN_REQUESTED, Kind.RETURN_ACCEPTED)
"""The first orders show every status and what waits for an answer, one each, however few there are."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline. ``detail`` is for notes; money is said by who knows the amounts."""

    kind: OrderEvent.Kind
    at: datetime
    actor: OrderEvent.Actor
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """When an order was placed and what has happened to it until now."""

    number: int
    placed_at: datetime
    steps: tuple[Step, ...] = field(repr=False)

    @property
    def status(self) -> Order.Status:
        """Return where the last step that moves an order has left it."""
        moves = [step.kind.value for step in self.steps if step.kind.value in Order.Status.values]
        return Order.Status(moves[-1] if moves else Order.Status.PENDING)

    @property
    def holds_stock(self) -> bool:
        """Say whether its goods are off the shelf, or have left the house and are not back."""
        holds = True
        for step in self.steps:
            if step.kind in {Kind.HOLD_EXPIRED, Kind.CANCELLED, Kind.REFUNDED}:
                holds = False
            elif step.kind == Kind.HELD_AGAIN:
                holds = True
        return holds

    def at(self, kind: OrderEvent.Kind) -> datetime | None:
        """Return when a step was taken, if it was."""
        return next((step.at for step in self.steps if step.kind == kind), None)


def course(number: int, *, seed: int, now: datetime) -> Course:
    """Return the course of the order of that ``number`` (0 and up), up to ``now``."""
    wanted = SHOWN_FIRST[number] if number < len(SHOWN_FIRST) else None
    for attempt in count():
        chance = Random(f"{seed} {number} {attempt}")  # noqa: S311 -- reproducible, not secret
        placed_at = _placed_at(chance, now)
        steps = (step for step in _life(chance, placed_at) if step.at <= now)
        made = Course(number, placed_at, tuple(steps))
        last = made.steps[-1].kind if made.steps else None
        if wanted is None or wanted in {made.status, last}:
            return made
    raise AssertionError("unreachable")


def _placed_at(chance: Random, now: datetime) -> datetime:
    """Return a moment of the last half year: mostly lately, and mostly in the evening."""
    day = now - HISTORY * chance.random() ** 2
    hour = chance.triangular(6, 24, 19)
    moment = _midnight(day) + timedelta(hours=hour)
    return moment if moment <= now - AT_LEAST_AGO else moment - timedelta(days=1)


def _life(chance: Random, placed_at: datetime) -> Iterator[Step]:
    fate = chance.random()
    if fate < 0.04:
        yield from _never_paid(placed_at)
        return
    if fate < 0.07:
        paid_at = yield from _paid_by_hand(chance, placed_at)
    else:
        paid_at = yield from _paid(chance, placed_at)
    if fate > 0.96:
        yield from _money_back(
            paid_at + _hours(chance, 0.2, 2), Kind.CANCELLED, Actor.CUSTOMER, "Ordered by mistake"
        )
        return
    packed_at = _working_day(paid_at, days=1, hour=chance.uniform(7, 11))
    if chance.random() < 0.04:
        yield Step(Kind.NOTE, packed_at - timedelta(minutes=20), Actor.STAFF, chance.choice(NOTES))
    yield Step(Kind.PROCESSING, packed_at, Actor.STAFF)
    wait = _hours(chance, 1, 5) if chance.random() > 0.08 else timedelta(days=chance.randint(2, 5))
    shipped_at = packed_at + wait
    yield Step(Kind.SHIPPED, shipped_at, Actor.STAFF)
    delivered_at = _working_day(shipped_at, days=chance.randint(1, 4), hour=chance.uniform(9, 18))
    yield Step(Kind.DELIVERED, delivered_at, Actor.STAFF)
    if 0.9 < fate <= 0.96:
        yield from _sent_back(chance, delivered_at)


def _paid(chance: Random, placed_at: datetime) -> Generator[Step, None, datetime]:
    at = placed_at + _hours(chance, 0.02, 0.1)
    if chance.random() < 0.07:
        yield Step(Kind.PAYMENT_DECLINED, at, Actor.PROVIDER)
        at += _hours(chance, 0.02, 0.1)
    yield Step(Kind.PAYMENT, at, Actor.PROVIDER)
    yield Step(Kind.CONFIRMED, at, Actor.PROVIDER)
    return at


def _paid_by_hand(chance: Random, placed_at: datetime) -> Generator[Step, None, datetime]:
    yield Step(Kind.HOLD_EXPIRED, placed_at + timedelta(minutes=settings.HOLD_MINUTES), Actor.SHOP)
    at = _working_day(placed_at, days=chance.randint(1, 2), hour=chance.uniform(8, 10))
    yield Step(Kind.HELD_AGAIN, at, Actor.SHOP)
    yield Step(Kind.CONFIRMED, at, Actor.STAFF, "Bank transfer")
    return at


def _never_paid(placed_at: datetime) -> Iterator[Step]:
    yield Step(Kind.HOLD_EXPIRED, placed_at + timedelta(minutes=settings.HOLD_MINUTES), Actor.SHOP)
    yield Step(Kind.CANCELLED, placed_at + settings.UNPAID_ORDER_AGE, Actor.SHOP)


def _sent_back(chance: Random, delivered_at: datetime) -> Iterator[Step]:
    asked_at = delivered_at + _hours(chance, 5, 120)
    yield Step(Kind.RETURN_REQUESTED, asked_at, Actor.CUSTOMER)
    answered_at = _working_day(asked_at, days=1, hour=chance.uniform(8, 16))
    yield Step(Kind.RETURN_ACCEPTED, answered_at, Actor.STAFF)
    back_at = _working_day(answered_at, days=chance.randint(3, 8), hour=chance.uniform(8, 15))
    yield Step(Kind.RETURN_RECEIVED, back_at, Actor.STAFF)
    yield from _money_back(back_at + _hours(chance, 0.1, 1), Kind.REFUNDED, Actor.STAFF, "Came back unused")


def _money_back(at: datetime, kind: OrderEvent.Kind, actor: OrderEvent.Actor, reason: str) -> Iterator[Step]:
    yield Step(Kind.REFUND_DUE, at, actor)
    yield Step(kind, at, actor, reason)
    yield Step(Kind.REFUND_SENT, at, Actor.PROVIDER)


def _working_day(at: datetime, *, days: int, hour: float) -> datetime:
    """Return that hour of a later day on which the shop works."""
    day = _midnight(at) + timedelta(days=days)
    if day.weekday() == SUNDAY:
        day += timedelta(days=1)
    return day + timedelta(hours=hour)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _hours(chance: Random, least: float, most: float) -> timedelta:
    return timedelta(hours=chance.uniform(least, most))
