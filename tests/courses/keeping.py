"""Steps after an order: packed, sent, arrived, sent back, given back, withdrawn from, cancelled."""

from contextlib import suppress
from decimal import Decimal
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as some
from hypothesis.stateful import rule

from dbProject.money import rounded
from orders.errors import (
    IllegalTransition,
    NothingChosen,
    NothingToReturn,
    PartlyShipped,
    RefundRefused,
    ReturnMovedOn,
    SentBefore,
    TooManyUnits,
)
from orders.models import Order, Return
from orders.services import refunds, returns, shipments, status, timeline, withdrawals
from products.errors import OutOfStock
from tests.courses.world import ON_SALE, World, orders

counts = some.lists(some.sampled_from([0, 1, 1, 2]), min_size=len(ON_SALE), max_size=len(ON_SALE))
"""Units of each line of an order, as far as it has so many."""
keys, positions = some.integers(1, 2), some.sampled_from([1, 1, 1, 2])
ANSWERS = {"accept": returns.accept, "decline": returns.decline}


def chosen(order, numbers):
    return dict(zip((item.pk for item in order.items.all()), numbers, strict=False))


class Keeping(World):
    """Staff ship in parts and answer; customers send back, withdraw and cancel; each may click twice."""

    @rule(pk=orders)
    def cancel(self, pk):
        with suppress(IllegalTransition, PartlyShipped):
            status.cancel(Order.objects.get(pk=pk), actor=timeline.customer(None))

    @rule(pk=orders, to=some.sampled_from([to for to in Order.Status if to != Order.Status.CANCELLED]))
    def move(self, pk, to):
        with suppress(IllegalTransition, OutOfStock):
            status.move(Order.objects.get(pk=pk), to=to, actor=timeline.SHOP)

    @rule(pk=orders, units=counts, key=keys)
    def ship_some(self, pk, units, key):
        order = Order.objects.get(pk=pk)
        with suppress(IllegalTransition, NothingChosen, TooManyUnits, SentBefore):
            shipments.ship(order, units=chosen(order, units), key=f"some {key}", actor=timeline.SHOP)

    @rule(pk=orders)
    def ship_the_rest(self, pk):
        with suppress(IllegalTransition, NothingChosen):
            shipments.ship(Order.objects.get(pk=pk), key="the rest", actor=timeline.SHOP)

    @rule(pk=orders, number=positions)
    def deliver(self, pk, number):
        if shipment := Order.objects.get(pk=pk).shipments.filter(number=number).first():
            shipments.deliver(shipment, actor=timeline.SHOP)

    @rule(pk=orders, units=counts, key=keys)
    def ask_to_return(self, pk, units, key):
        order = Order.objects.get(pk=pk)
        with suppress(NothingToReturn, NothingChosen, TooManyUnits, SentBefore):
            returns.request(
                order,
                units=chosen(order, units),
                reason=Return.Reason.UNSAID,
                key=f"ask {key}",
                actor=timeline.customer(None),
            )

    @rule(pk=orders, number=positions, answer=some.sampled_from(["accept", "accept", "decline"]))
    def answer_return(self, pk, number, answer):
        if back := Return.objects.filter(order=pk, number=number).first():
            with suppress(ReturnMovedOn):
                ANSWERS[answer](back, actor=timeline.SHOP)

    @rule(pk=orders, number=positions, units=counts)
    def receive_return(self, pk, number, units):
        """Of what came back, so many are as good as new."""
        if back := Return.objects.filter(order=pk, number=number).first():
            good = dict(zip(back.units(), units, strict=False))
            with suppress(ReturnMovedOn, TooManyUnits):
                returns.receive(back, restocked=good, actor=timeline.SHOP)

    @rule(
        pk=orders,
        share=some.sampled_from(["0.01", "0.5", "1", "1.01"]),
        closes=some.sampled_from([False, False, True]),
        key=keys,
    )
    def refund(self, pk, share, closes, key):
        """Give back a part of what is left, all of it, or more."""
        order = Order.objects.get(pk=pk)
        amount = rounded(order.amount_kept() * Decimal(share))
        with suppress(IllegalTransition, RefundRefused, SentBefore):
            refunds.refund(
                order, amount=amount, reason="Sorry", key=f"refund {key}", closes=closes, actor=timeline.SHOP
            )

    @rule(pk=orders, what=some.sampled_from(["only the mug", "only the mug", ""]), key=keys)
    def withdraw(self, pk, what, key):
        order = Order.objects.get(pk=pk)
        for _ in range(2):
            withdrawals.declare(
                key=uuid5(NAMESPACE_OID, f"{pk} {key}"),
                order_number=order.order_number,
                email=order.email,
                name="Anna",
                what=what,
            )
