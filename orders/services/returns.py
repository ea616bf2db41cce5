"""What comes back: asked for by customers, answered and received by staff.

Each locks the order's row first. None of it moves money: that is :mod:`orders.services.refunds`.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import NothingToReturn, ReturnMovedOn, SentBefore, TooManyUnits, UnknownLine, UnknownReturn
from orders.models import Order, OrderEvent, Return, ReturnItem
from orders.selectors import fulfillment
from orders.services import packing, status, timeline
from orders.services.timeline import Actor
from products.services import stock


@transaction.atomic
def request(
    order: Order, *, units: Mapping[int, int], reason: str, key: str, actor: Actor, words: str = ""
) -> Return:
    """Ask to send ``units`` (pk of a line -> how many) of ``order`` back. Once per ``key``.

    Args:
        reason: One of ``Return.Reason``; nobody has to say one.
        words: What else the customer says.

    Raises:
        PastOrder: It is from before the shop.
        NothingToReturn: Nothing of it has left the house, or is not coming back already, or it has ended.
        NothingChosen, UnknownLine: It is about nothing, or something that was not ordered.
        TooManyUnits: More of something than has left the house and is not coming back already.
        SentBefore: The key has asked for something else.
    """
    order = status.lock_present(order.pk)
    earlier: Return | None = order.returns.filter(key=key).first()
    if earlier is not None:
        if earlier.units() != {pk: count for pk, count in units.items() if count}:
            raise SentBefore
        return earlier
    most = fulfillment.returnable(order)
    if not any(most.values()):
        raise NothingToReturn
    chosen = packing.within(units, most, refusal=_("Of %(name)s you can send back %(most)d."))
    back = Return.objects.create(
        order=order,
        number=order.returns.count() + 1,
        key=key,
        reason=reason,
        words=words,
        user=actor.user,
    )
    ReturnItem.objects.bulk_create(
        ReturnItem(parent=back, item_id=pk, quantity=count) for pk, count in chosen.items()
    )
    detail = packing.words(chosen, most)
    timeline.record(order, OrderEvent.Kind.RETURN_REQUESTED, actor=actor, detail=detail)
    return back


@transaction.atomic
def accept(back: Return, *, actor: Actor, answer: str = "") -> Return:
    """Agree to a return; the customer may send it. Repeatable. ``answer`` is for the customer to read.

    Raises:
        ReturnMovedOn: It was declined or has arrived already.
    """
    return _decide(back, Return.Status.ACCEPTED, actor=actor, answer=answer)


@transaction.atomic
def decline(back: Return, *, actor: Actor, answer: str = "") -> Return:
    """Refuse a return, or give up one that never came; its units may be asked for again. Repeatable.

    Raises:
        ReturnMovedOn: It has arrived already.
    """
    return _decide(back, Return.Status.DECLINED, actor=actor, answer=answer)


@transaction.atomic
def receive(back: Return, *, restocked: Mapping[int, int], actor: Actor) -> Return:
    """Write down that an accepted return has arrived, and put some of it back on the shelf.

    Args:
        restocked: Pk of the order's line -> how many units are as good as new; what is left out is not.

    Raises:
        ReturnMovedOn: It is not accepted, or has arrived already.
        UnknownLine: Something that is not in it.
        TooManyUnits: More of something than is in it.
        UnknownProduct: What is to go back on the shelf is no longer in the catalog (``products.errors``).
    """
    order, back = _lock(back)
    _check(back, Return.Status.RECEIVED)
    items = list(back.items.select_related("item"))
    units = {pk: count for pk, count in restocked.items() if count}
    if units.keys() - {one.item_id for one in items}:
        raise UnknownLine
    for one in items:
        one.restocked_quantity = units.get(one.item_id, 0)
        if not 0 <= one.restocked_quantity <= one.quantity:
            text = _("Of %(name)s %(most)d came back.") % {
                "name": one.item.product_name,
                "most": one.quantity,
            }
            raise TooManyUnits(text, item=one.item_id, most=one.quantity)
    ReturnItem.objects.bulk_update(items, ["restocked_quantity"])
    on_the_shelf = {one.item.product_id: one.restocked_quantity for one in items if one.restocked_quantity}
    if on_the_shelf:
        reason = _("Return %(number)d") % {"number": back.number}
        stock.take_in(on_the_shelf, reference=order.order_number, reason=reason, actor=actor.user)
    back.status, back.received_at = Return.Status.RECEIVED, timezone.now()
    back.save(update_fields=["status", "received_at"])
    detail = packing.words(back.units(), [one.item for one in items])
    timeline.record(order, OrderEvent.Kind.RETURN_RECEIVED, actor=actor, detail=detail)
    return back


def _decide(back: Return, to: Return.Status, *, actor: Actor, answer: str) -> Return:
    order, back = _lock(back)
    if back.status == to:
        return back
    _check(back, to)
    back.status, back.answer, back.decided_at = to, answer, timezone.now()
    back.save(update_fields=["status", "answer", "decided_at"])
    timeline.record(order, f"return_{to}", actor=actor, detail=answer)
    return back


def _lock(back: Return) -> tuple[Order, Return]:
    """Return the order with its row locked, and the return as it is under that lock."""
    order = status.lock(back.order_id)
    fresh: Return | None = order.returns.filter(pk=back.pk).first()
    if fresh is None:
        raise UnknownReturn
    return order, fresh


def _check(back: Return, to: Return.Status) -> None:
    if not back.may_become(to):
        raise ReturnMovedOn(status_now=back.status, status_wanted=to)
