"""Every step of an order after it was placed. Each locks the order's row first, then its products'."""

from decimal import Decimal
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject.metrics import measures
from dbProject.outbox import services as outbox
from orders.errors import IllegalTransition, PartlyShipped, PastOrder, RefundRefused, UnknownOrder
from orders.models import Order, PaymentEvent
from orders.services import coupons, documents, packing, timeline
from orders.services.timeline import Actor
from products.services import reviews, stock

STAMPED = {
    Order.Status.CONFIRMED,
    Order.Status.SHIPPED,
    Order.Status.DELIVERED,
    Order.Status.CANCELLED,
}
MANUAL = "manual"
"""The provider of a payment that staff recorded by hand."""


@transaction.atomic
def move(order: Order, *, to: str, actor: Actor, detail: str = "") -> Order:
    """Move ``order`` along ``Order.NEXT``.

    Cancelling puts its stock and its coupon back and has what was paid refunded. A pending order that staff
    confirms by hand is thereby recorded as paid. Whatever had not left the house when it becomes shipped
    leaves in one more shipment, and with the order all its shipments are delivered.

    Raises:
        IllegalTransition: The table does not allow it; nothing changed.
        PastOrder: It is from before the shop.
        PartlyShipped: It is to be cancelled, and something of it has left the house.
        OutOfStock: It is to be confirmed, its reservation has ended, and the goods are gone.
    """
    order = lock_present(order.pk)
    if not order.may_become(to):
        raise IllegalTransition(status_now=order.status, status_wanted=to)
    if to == Order.Status.CANCELLED and order.shipments.exists():
        raise PartlyShipped
    if to == Order.Status.CONFIRMED:
        hold_again(order)
        PaymentEvent.objects.create(
            order=order,
            provider=MANUAL,
            event_id=order.order_number,
            kind=PaymentEvent.Kind.CAPTURED,
            amount=order.total_amount,
        )
    return _step(order, to, actor=actor, detail=detail)


@transaction.atomic
def cancel(order: Order, *, actor: Actor, detail: str = "") -> Order:
    """Cancel ``order``, as :func:`move`; one that is cancelled already stays as it is."""
    locked = lock(order.pk)
    if locked.status == Order.Status.CANCELLED:
        return locked
    return move(order, to=Order.Status.CANCELLED, actor=actor, detail=detail)


def confirm_paid(order: Order, *, actor: Actor) -> Order:
    """Confirm a locked, pending ``order`` whose money is there and whose stock is held."""
    return _step(order, Order.Status.CONFIRMED, actor=actor)


def lock(pk: int) -> Order:
    """Return the order with its row locked until the transaction ends.

    Raises:
        UnknownOrder: There is none.
    """
    order = Order.all_objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if order is None:
        raise UnknownOrder
    return order


def lock_present(pk: int) -> Order:
    """Return the order as :func:`lock`, to do something with it.

    Raises:
        UnknownOrder: There is none.
        PastOrder: It is from before the shop.
    """
    order = lock(pk)
    if order.is_historic:
        raise PastOrder
    return order


def hold_again(order: Order) -> bool:
    """Take the stock of a locked order whose reservation has ended; return whether that was necessary.

    Raises:
        OutOfStock: It is gone; nothing changed.
    """
    if order.holds_stock:
        return False
    stock.take(_units(order), reference=order.order_number)
    order.holds_stock = True
    order.save(update_fields=["holds_stock", "updated_at"])
    timeline.record(order, "held_again", actor=timeline.SHOP)
    return True


def release(order: Order) -> None:
    """Put the stock of a locked order back, if it holds any: what makes that happen once."""
    if order.holds_stock:
        stock.put_back(_units(order), reference=order.order_number)
        order.holds_stock = False


def refund_due(order: Order, *, amount: Decimal, event_id: str, actor: Actor, detail: str = "") -> None:
    """Record that ``amount`` of what was paid for a locked order goes back; once per ``event_id``.

    It goes back the way it came: to the payments it was paid with, the last first. ``detail`` says why,
    where the next step of the timeline does not.

    Raises:
        RefundRefused: More than is left of what was paid.
    """
    left = amount
    for provider, payment, refundable in _refundable(order):
        part = min(left, refundable)
        if part > 0:
            PaymentEvent.objects.create(
                order=order,
                payment_id=payment,
                provider=provider,
                event_id=f"{event_id}:{payment}" if payment else event_id,
                kind=PaymentEvent.Kind.REFUND_DUE,
                amount=part,
            )
            left -= part
    if left > 0:
        raise RefundRefused(_("More than was paid cannot go back."), amount=str(amount))
    said = " \N{MIDDLE DOT} ".join(part for part in (f"{amount} {order.currency}", detail) if part)
    timeline.record(order, "refund_due", actor=actor, detail=said)
    outbox.record("orders.tasks.refund_order", order_id=order.pk)
    documents.issue_credit_note(order, refund_key=event_id, reason=detail)


def refund_key(due: PaymentEvent) -> str:
    """Return what a refund that is due is known by, here and at the provider."""
    return f"refund:{due.event_id}"


def _refundable(order: Order) -> list[tuple[str, int | None, Decimal]]:
    """Return what is left of each payment, the last first: provider, payment and amount."""
    kinds = PaymentEvent.Kind
    left: dict[tuple[str, int | None], Decimal] = {}
    for event in order.payment_events.order_by("-pk"):
        source = (event.provider, event.payment_id)
        sign = {kinds.CAPTURED: 1, kinds.REFUND_DUE: -1}.get(kinds(event.kind), 0)
        left[source] = left.get(source, Decimal()) + sign * event.amount
    return [(provider, payment, amount) for (provider, payment), amount in left.items()]


def _step(order: Order, to: str, *, actor: Actor, detail: str = "") -> Order:
    """Write the step of a locked order, and what follows from it."""
    if to in {Order.Status.CANCELLED, Order.Status.REFUNDED}:
        if to == Order.Status.CANCELLED:
            release(order)
            coupons.give_back(order)
        order.holds_stock = False
        _give_money_back(order, actor=actor)
    elif to == Order.Status.SHIPPED:
        packing.pack_rest(order, actor=actor)
    elif to == Order.Status.DELIVERED:
        packing.unpack(order)
    if to in STAMPED:
        setattr(order, f"{to}_at", timezone.now())
    order.status = to
    order.save()
    timeline.record(order, to, actor=actor, detail=detail)
    if to == Order.Status.CONFIRMED:
        documents.issue_invoice(order)
        transaction.on_commit(partial(measures.earned, order.total_amount, order.currency))
    if to == Order.Status.DELIVERED:
        invite_to_review(order)
    return order


def invite_to_review(order: Order) -> None:
    """Let the owner of a delivered order write verified reviews of what was in it. Repeatable."""
    if order.user is not None and not order.is_historic:
        reviews.invite(
            order.user,
            product_ids=list(_units(order)),
            reference=order.order_number,
            language=order.language,
        )


def _give_money_back(order: Order, *, actor: Actor) -> None:
    paid = order.amount_kept()
    if paid > 0:
        refund_due(order, amount=paid, event_id=f"{order.order_number}:rest", actor=actor)


def _units(order: Order) -> dict[int, int]:
    return dict(order.items.values_list("product_id", "quantity"))
