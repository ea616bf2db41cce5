"""Numbers of invoices without gaps, whoever pays at the same moment and whoever fails."""

import pytest
from django.db import transaction

from orders.models import Document, NumberSeries, Order
from orders.services import documents, payments, status, timeline
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory
from tests.races.crowd import before, crowd, rival, tally

pytestmark = pytest.mark.race

BUYERS = 50


def pays(order):
    return lambda: payments.apply_event(
        provider="test",
        event_id=order.order_number,
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


def fails(order):
    """Pay, and lose everything at the end of the transaction."""

    def act():
        with transaction.atomic():
            pays(order)()
            raise ConnectionResetError

    return act


def sequences(kind):
    return list(Document.objects.filter(kind=kind).order_by("sequence").values_list("sequence", flat=True))


def test_fifty_who_pay_at_once_get_fifty_numbers_in_a_row(rounds):
    with crowd(BUYERS) as people:
        for number in rounds(1):
            product = ProductFactory(stock_quantity=BUYERS)
            orders = [OrderFactory(user=None, units={product: 1}) for _ in range(BUYERS)]

            answers = people.at_once(*[(fails if n % 10 == 9 else pays)(one) for n, one in enumerate(orders)])

            assert tally(answers) == {"Order": 45, "ConnectionResetError": 5}
            assert sequences("invoice") == list(range(1, 45 * (number + 1) + 1))


def test_one_order_that_is_paid_and_asked_for_at_once_has_one_invoice(rounds):
    with crowd(10) as people:
        for _ in rounds(2):
            order = OrderFactory(user=None)
            pays(order)()

            answers = people.at_once(*[lambda order=order: documents.issue_invoice(order)] * 10)

            assert set(answers) == {order.documents.get()}
            assert len(sequences("invoice")) == NumberSeries.objects.get().last


def test_who_is_confirmed_while_another_has_the_number_waits_for_the_next(monkeypatch):
    first, second = (OrderFactory(user=None) for _ in range(2))
    with rival(pays(second)) as other:
        before(monkeypatch, Document.objects, "bulk_create", other)
        pays(first)()

    assert type(other.answer) is Order
    assert [first.documents.get().sequence, second.documents.get().sequence] == [1, 2]


def test_orders_that_are_cancelled_at_once_are_credited_one_after_the_other(rounds):
    with crowd(10) as people:
        for _ in rounds(1):
            orders = [OrderFactory(user=None, status="confirmed") for _ in range(5)]

            people.at_once(
                *[lambda order=order: status.cancel(order, actor=timeline.SHOP) for order in orders * 2]
            )

            assert {order.documents.filter(kind="credit_note").count() for order in orders} == {1}
            assert sequences("credit_note") == list(
                range(1, Document.objects.filter(kind="credit_note").count() + 1)
            )
