"""Whatever staff and customers do to an order, the books agree, and a refusal changes nothing."""

import os
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as some

from dbProject.errors import ShopError
from orders.models import Order
from orders.services import payments, reconciliation, refunds, returns, shipments, status, timeline
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
S = Order.Status
ORDERED = 2
EXAMPLES = int(os.environ.get("PROVE_ROUNDS", "0")) or 5
"""Lives of an order: the few of the quick form, or as many as the long form wants."""


def chosen(order, counts):
    return dict(zip((item.pk for item in order.items.all()), counts, strict=True))


def pay(order, counts):
    event_id = f"{order.order_number}:{counts[0]}"
    return payments.apply_event(provider="test", event_id=event_id, order_number=order.order_number,
                                kind="captured", amount=order.total_amount)  # fmt: skip


def ship(order, counts):
    return shipments.ship(order, units=chosen(order, counts), key=str(counts), actor=timeline.SHOP)


def ship_the_rest(order, counts):
    return shipments.ship(order, key=f"rest {counts}", actor=timeline.SHOP)


def deliver(order, counts):
    shipment = order.shipments.filter(number=1 + counts[0]).first()
    return shipment and shipments.deliver(shipment, actor=timeline.SHOP)


def ask(order, counts):
    actor = timeline.customer(order.user)
    return returns.request(order, units=chosen(order, counts), reason="unsaid", key=str(counts), actor=actor)


def answered(order, counts, answer):
    back = order.returns.filter(number=1 + counts[0]).first()
    return back and answer(back)


def accept(order, counts):
    return answered(order, counts, lambda back: returns.accept(back, actor=timeline.SHOP))


def decline(order, counts):
    return answered(order, counts, lambda back: returns.decline(back, actor=timeline.SHOP))


def receive(order, counts):
    units = {pk: count for pk, count in chosen(order, counts).items() if count}
    return answered(order, counts, lambda back: returns.receive(back, restocked=units, actor=timeline.SHOP))


def refund(order, counts):
    amount = Decimal(10 * counts[0] + counts[1])
    return refunds.refund(order, amount=amount, reason="Sorry", key=str(counts), actor=timeline.SHOP,
                          closes=counts[1] == ORDERED)  # fmt: skip


def step_to(to):
    def act(order, counts):
        return status.move(order, to=to, actor=timeline.SHOP)

    act.__name__ = f"move to {to}"
    return act


ACTS = [pay, ship, ship_the_rest, deliver, ask, accept, decline, receive, refund, *map(step_to, S)]
"""Shipping, asking and the like come up as often as any step along the table."""
COUNTS = some.tuples(*[some.integers(0, ORDERED)] * 2)


def facts(order):
    return (
        Order.objects.filter(pk=order.pk).values("status", "holds_stock").get(),
        [rows.count() for rows in (order.events, order.shipments, order.refunds)],
        list(order.returns.values_list("status", flat=True)),
        list(order.items.values_list("product__stock_quantity", flat=True)),
        order.amount_kept(),
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(acts=some.lists(some.tuples(some.sampled_from(ACTS), COUNTS), min_size=6, max_size=16))
def test_the_books_agree_after_anything_and_a_refusal_changes_nothing(acts):
    start = transaction.savepoint()  # no block: the books ask the provider, which no transaction may wait for
    order = OrderFactory(units={ProductFactory(): ORDERED, ProductFactory(): ORDERED})
    for act, counts in [(pay, (0, 0)), *acts]:
        before = facts(order)
        order = Order.objects.get(pk=order.pk)
        try:
            with transaction.atomic():
                act(order, counts)
        except ShopError:
            assert facts(order) == before
    found = reconciliation.breaks()
    transaction.savepoint_rollback(start)
    assert found == []
