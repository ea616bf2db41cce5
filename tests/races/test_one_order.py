"""Expiry, cancellation and payment of one order at the same moment."""

from itertools import combinations

import pytest
from django.conf import settings
from django.utils import timezone

from orders.models import Order
from orders.services import holds, payments, status, timeline
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import patiently, tally

pytestmark = pytest.mark.race

STOCK, ORDERED = 3, 2
MOMENT = 0.010
"""Seconds within which everybody comes: about as long as one of them takes."""


def expires(order):
    return holds.release_expired


def is_abandoned(order):
    return holds.cancel_abandoned


def is_cancelled(order):
    return lambda: status.cancel(order, actor=timeline.customer(order.user))


def is_paid(order):
    """The same event each time, as a provider that repeats itself sends it."""
    return lambda: payments.apply_event(
        provider="test",
        event_id=f"{order.order_number}:1",
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


def is_paid_again(order):
    """Another payment: the customer paid in two windows."""
    return lambda: payments.apply_event(
        provider="test",
        event_id=f"{order.order_number}:2",
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


FATES = (expires, is_abandoned, is_cancelled, is_paid, is_paid_again)
MEETINGS = [meeting for size in (2, 3, 5) for meeting in combinations(FATES, size)]
"""Which fates meet: all pairs, all threes, and all of them."""


@pytest.fixture
def people(gathered):
    return gathered(2 * len(FATES))


def born(product, meeting):
    """Return an order of ``product`` for which it is time to meet each of these fates."""
    order = OrderFactory(user=None, units={product: ORDERED})
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(hold_expires_at=now)
    if is_abandoned in meeting:
        Order.objects.filter(pk=order.pk).update(created_at=now - settings.UNPAID_ORDER_AGE)
    return order


def test_expiry_cancellation_and_payment_of_one_order_at_the_same_moment(people, rounds):
    for number in rounds(2 * len(MEETINGS), far=3):
        meeting = MEETINGS[-1 - number % len(MEETINGS)]
        product = ProductFactory(stock_quantity=STOCK)
        order = born(product, meeting)

        answers = people.at_once(*[patiently(fate(order)) for fate in meeting * 2], within=MOMENT)

        assert set(tally(answers)) <= {"Order", "int"}
        for comes_again in {expires, is_abandoned} & set(meeting):  # both leave alone what another has locked
            comes_again(order)()
        order.refresh_from_db()
        held = ORDERED if order.holds_stock else 0
        assert Product.objects.get(pk=product.pk).stock_quantity == STOCK - held
        events = order.payment_events
        assert events.filter(kind="captured").count() == sum(f in meeting for f in (is_paid, is_paid_again))
        going_back = {
            Order.Status.CANCELLED: order.amount_captured(),
            Order.Status.CONFIRMED: order.amount_captured() - order.total_amount,
            Order.Status.PENDING: 0,
        }
        assert order.amount_going_back() == going_back[order.status]
        expected(order, meeting)


def expected(order, meeting):
    """Assert that the order ended where these fates can lead."""
    if is_cancelled in meeting:
        assert order.status == Order.Status.CANCELLED
    elif is_paid in meeting or is_paid_again in meeting:
        assert order.status in {Order.Status.CONFIRMED, Order.Status.CANCELLED}
    elif is_abandoned in meeting:
        assert order.status == Order.Status.CANCELLED
    else:
        assert (order.status, order.holds_stock) == (Order.Status.PENDING, False)
