"""Money that staff decide to give back, apart from what happens to the goods."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from dbProject.money import rounded
from dbProject.templatetags.money import money
from orders.errors import IllegalTransition, RefundRefused, SentBefore, UnknownReturn
from orders.models import Order, Refund, Return
from orders.selectors import refunds
from orders.services import status
from orders.services.timeline import Actor


@transaction.atomic
def refund(
    order: Order,
    *,
    amount: Decimal,
    reason: str,
    actor: Actor,
    key: str,
    delivery_amount: Decimal = Decimal(),
    of_return: Return | None = None,
    closes: bool = False,
) -> Refund:
    """Have ``amount`` of what was paid for ``order`` go back to the customer. Once per ``key``.

    It moves no stock, and no status unless staff say that it ``closes`` the order. An order that is pending
    or being cancelled gives its money back by itself.

    Args:
        amount: Gross, in the order's currency.
        delivery_amount: The part of it that gives the delivery back.
        reason: The customer reads it.
        of_return: The return that it is for.
        closes: Whether the order is refunded by that: then nothing of the money may be left.

    Raises:
        PastOrder: It is from before the shop.
        RefundRefused: More than is left of what was paid, or of the delivery; or something is left of an
            order that it is to close.
        IllegalTransition: The order is not paid or has ended, or cannot be closed as refunded now.
        UnknownReturn: The return is of another order.
        SentBefore: The key has refunded another amount.
    """
    order = status.lock_present(order.pk)
    earlier: Refund | None = order.refunds.filter(key=key).first()
    if earlier is not None:
        if earlier.amount != amount:
            raise SentBefore
        return earlier
    if of_return is not None and of_return.order_id != order.pk:
        raise UnknownReturn
    may = order.may_become(Order.Status.REFUNDED) if closes else refunds.is_open(order)
    if not may:
        raise IllegalTransition(status_now=order.status, status_wanted=Order.Status.REFUNDED)
    left = order.amount_kept()
    if not Decimal() < amount <= left or amount != rounded(amount):
        raise RefundRefused(_("At most %(left)s can go back.") % {"left": money(left)}, left=str(left))
    if not Decimal() <= delivery_amount <= min(amount, refunds.delivery_left(order)):
        raise RefundRefused(_("That is more than the delivery cost, or than was not given back before."))
    if closes and amount < left:
        text = _("An order is closed as refunded when all of its money goes back: %(left)s.")
        raise RefundRefused(text % {"left": money(left)}, left=str(left))
    event_id = f"{order.order_number}:refund:{key}"
    status.refund_due(order, amount=amount, event_id=event_id, actor=actor, detail=reason)
    made = Refund.objects.create(
        order=order,
        key=key,
        of_return=of_return,
        amount=amount,
        delivery_amount=delivery_amount,
        reason=reason,
        user=actor.user,
    )
    if closes:
        status.move(order, to=Order.Status.REFUNDED, actor=actor)
    return made
