"""What each step of the demo store's past orders left behind: in the timeline, and of money and stock."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from orders.demo.history import Course, Step
from orders.models import Order, OrderEvent, PaymentEvent
from orders.services.status import MANUAL
from products.models import Product, StockMovement
from products.services import stock
from users.models import User

TIMES = "\N{MULTIPLICATION SIGN}"
RESTOCKED, BEFOREHAND = "Delivery from the maker", timedelta(days=1)
Kind, Actor, Money, Moved = OrderEvent.Kind, OrderEvent.Actor, PaymentEvent.Kind, StockMovement.Kind


class Ledgers:
    """The lines of three ledgers for some orders: collected, then entered together."""

    def __init__(self, staff: User) -> None:
        self._staff = staff
        self._events: list[OrderEvent] = []
        self._payments: list[PaymentEvent] = []
        self._movements: list[StockMovement] = []

    def follow(self, course: Course, order: Order, units: Mapping[Product, int]) -> None:
        """Book every step of ``order``, the first of which is that it was placed."""
        holds = False
        for step in (Step(Kind.PLACED, course.placed_at, Actor.CUSTOMER), *course.steps):
            if step.kind in {Kind.PLACED, Kind.HELD_AGAIN}:
                holds = True
                self._move(order, units, Moved.SALE, step.at)
            elif step.kind in {Kind.HOLD_EXPIRED, Kind.CANCELLED} and holds:
                holds = False
                self._move(order, units, Moved.RETURN, step.at)
            elif step.kind == Kind.RETURN_RECEIVED:
                self._move(order, units, Moved.RETURN, step.at)
            detail = self._pay(order, step) or step.detail
            if step.kind in {Kind.RETURN_REQUESTED, Kind.RETURN_RECEIVED}:
                detail = ", ".join(f"{count} {TIMES} {product.name}" for product, count in units.items())
            user = {Actor.CUSTOMER: order.user, Actor.STAFF: self._staff}.get(step.actor)
            self._events.append(
                OrderEvent(
                    order=order,
                    kind=step.kind,
                    actor=step.actor,
                    user=user,
                    detail=detail,
                    created_at=step.at,
                )
            )

    def enter(self) -> None:
        """Write all of it down, once the orders are."""
        OrderEvent.objects.bulk_create(self._events)
        PaymentEvent.objects.bulk_create(self._payments)
        movements = [*self._deliveries(), *self._movements]
        stock.record_past(sorted(movements, key=lambda movement: movement.created_at))

    def _pay(self, order: Order, step: Step) -> str:
        """Book what a step moves in money, if it does; return what the timeline says of it."""
        number, key, total = order.order_number, order.idempotency_key, order.total_amount
        match step.kind, step.actor:
            case Kind.PAYMENT, _:
                booked = ("test", key, Money.CAPTURED, total)
            case Kind.PAYMENT_DECLINED, _:
                booked = ("test", f"{key}:declined", Money.DECLINED, Decimal())
            case Kind.CONFIRMED, Actor.STAFF:
                booked = (MANUAL, number, Money.CAPTURED, total)
            case Kind.REFUND_DUE, _:
                booked = ("shop", f"{number}:rest", Money.REFUND_DUE, total)
            case Kind.REFUND_SENT, _:
                booked = ("test", f"refund:{number}:rest", Money.REFUNDED, total)
            case _:
                return ""
        provider, event_id, kind, amount = booked
        self._payments.append(
            PaymentEvent(
                order=order,
                provider=provider,
                event_id=event_id,
                kind=kind,
                amount=amount,
                created_at=step.at,
            )
        )
        moves = step.kind in {Kind.PAYMENT, Kind.REFUND_DUE, Kind.REFUND_SENT}
        return f"{amount} {order.currency}" if moves else ""

    def _move(self, order: Order, units: Mapping[Product, int], kind: str, at: datetime) -> None:
        sign = -1 if kind == Moved.SALE else 1
        self._movements += (
            StockMovement(
                product=product,
                kind=kind,
                change=sign * count,
                reference=order.order_number,
                created_at=at,
            )
            for product, count in units.items()
        )

    def _deliveries(self) -> list[StockMovement]:
        """Return what came in for these orders, before the first of them took it."""
        sold: dict[Product, int] = defaultdict(int)
        first: dict[Product, datetime] = {}
        for movement in self._movements:
            sold[movement.product] -= movement.change
            first[movement.product] = min(
                movement.created_at, first.get(movement.product, movement.created_at)
            )
        return [
            StockMovement(
                product=product,
                kind=Moved.ADJUSTMENT,
                change=count,
                reason=RESTOCKED,
                created_at=max(product.created_at, first[product] - BEFOREHAND),
            )
            for product, count in sold.items()
            if count
        ]
