"""Staff who all have the same order in hand at the same moment."""

from decimal import Decimal
from functools import partial

import pytest

from orders.models import Order
from orders.selectors import fulfillment
from orders.services import refunds, returns, shipments, status, timeline
from orders.tests.factories import OrderFactory, ReturnFactory
from products.tests.factories import ProductFactory
from tests.races.crowd import crowd, tally

pytestmark = pytest.mark.race

CLERKS, ORDERED = 8, 3


def clerk(order, *, key, units=1):
    """Return the call with which somebody ships so many units of the order's line."""
    item = order.items.get()
    return lambda: shipments.ship(order, key=key, units={item.pk: units}, actor=timeline.SHOP)


def confirmed():
    product = ProductFactory(stock_quantity=ORDERED)
    return OrderFactory(user=None, units={product: ORDERED}, status=Order.Status.CONFIRMED)


def test_no_more_leaves_the_house_than_was_ordered(rounds):
    with crowd(CLERKS) as people:
        for _ in rounds(3):
            order = confirmed()

            answers = people.at_once(*[clerk(order, key=str(number)) for number in range(CLERKS)])

            found = tally(answers)
            assert found.pop("Shipment") == ORDERED
            assert set(found) <= {"IllegalTransition", "TooManyUnits"}
            assert [line.left for line in fulfillment.progress(order)] == [0]
            assert order.shipments.count() == ORDERED


def test_a_form_that_is_sent_many_times_ships_once(rounds):
    with crowd(CLERKS) as people:
        for _ in rounds(3):
            order = confirmed()

            answers = people.at_once(*[clerk(order, key="form") for _ in range(CLERKS)])

            assert len({answer.pk for answer in answers}) == 1
            assert order.shipments.get().units() == {order.items.get().pk: 1}


def test_what_is_cancelled_is_not_shipped_and_what_is_shipped_is_not_cancelled(rounds):
    with crowd(2) as people:
        for _ in rounds(6):
            order = confirmed()

            answers = people.at_once(
                clerk(order, key="form"), lambda order=order: status.cancel(order, actor=timeline.SHOP)
            )

            order.refresh_from_db()
            is_cancelled = order.status == Order.Status.CANCELLED
            assert tally(answers) == (
                {"IllegalTransition": 1, "Order": 1} if is_cancelled else {"Shipment": 1, "PartlyShipped": 1}
            )
            assert order.shipments.count() == (not is_cancelled)


def delivered():
    product = ProductFactory(stock_quantity=ORDERED)
    return OrderFactory(user=None, units={product: ORDERED}, status=Order.Status.DELIVERED)


def test_no_more_is_sent_back_than_has_left_the_house(rounds):
    with crowd(CLERKS) as people:
        for _ in rounds(3):
            order = delivered()
            item = order.items.get()

            def ask(number, order=order, item=item):
                return returns.request(
                    order, units={item.pk: 1}, reason="unsaid", key=str(number), actor=timeline.SHOP
                )

            answers = people.at_once(*[partial(ask, number) for number in range(CLERKS)])

            found = tally(answers)
            assert found.pop("Return") == ORDERED
            assert set(found) <= {"NothingToReturn", "TooManyUnits"}
            assert [line.returnable for line in fulfillment.progress(order)] == [0]


def test_a_return_that_everybody_receives_goes_on_the_shelf_once(rounds):
    with crowd(CLERKS) as people:
        for _ in rounds(3):
            back = ReturnFactory(order=delivered(), status="accepted")
            item = back.order.items.get()

            answers = people.at_once(
                *[partial(returns.receive, back, restocked={item.pk: 1}, actor=timeline.SHOP)] * CLERKS
            )

            assert tally(answers) == {"Return": 1, "ReturnMovedOn": CLERKS - 1}
            assert item.product.movements.filter(kind="return").count() == 1


def test_twenty_refunds_at_once_give_back_no_more_than_was_paid(rounds):
    with crowd(20) as people:
        for _ in rounds(3):
            order = delivered()  # for 30.00

            def give(number, order=order):
                return refunds.refund(
                    order, amount=Decimal("8.00"), reason="All of it", key=str(number), actor=timeline.SHOP
                )

            answers = people.at_once(*[partial(give, number) for number in range(20)])

            assert tally(answers) == {"Refund": 3, "RefundRefused": 17}
            assert order.amount_going_back() == Decimal("24.00")


def test_a_refund_that_is_sent_many_times_is_given_once(rounds):
    with crowd(CLERKS) as people:
        for _ in rounds(3):
            order = delivered()

            amount = Decimal("8.00")
            answers = people.at_once(
                *[
                    partial(
                        refunds.refund,
                        order,
                        reason="A scratch",
                        key="form",
                        actor=timeline.SHOP,
                        amount=amount,
                    )
                ]
                * CLERKS
            )

            assert len({answer.pk for answer in answers}) == 1
            assert order.amount_going_back() == Decimal("8.00")
