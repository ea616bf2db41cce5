"""One order, many clicks, a bank that loses answers: at most one charge, never more given back than taken."""

import pytest

from dbProject import resilience
from orders.gateways.test_bank import ledger
from orders.models import Payment
from orders.services import charging, refunds, timeline
from orders.tests.background import settle_payments
from orders.tests.bank import charged, deliver
from orders.tests.factories import OrderFactory
from tests.races.crowd import crowd, tally

pytestmark = pytest.mark.race


@pytest.fixture
def people():
    with crowd(20) as people:
        yield people


def pays(order):
    """A customer who clicks, pays at the bank, and comes back."""

    def story():
        payment = charging.start(order)
        ledger.pay(payment.reference)
        return charging.look_after(order)

    return story


def the_bank_is_back():
    """A minute later: nothing goes wrong any more, and the breaker lets calls through."""
    for call in ("start", "status"):
        ledger.set_fault(call, "", times=0)
    resilience.forget()


def is_refunded(order, amount, key):
    return lambda: refunds.refund(order, amount=amount, reason="broken", actor=timeline.SHOP, key=key)


@pytest.mark.parametrize("fault", ["", "lose", "down"])
def test_of_many_clicks_at_once_one_pays(people, rounds, fault):
    for _ in rounds(3):
        order = OrderFactory(user=None)
        if fault:
            ledger.set_fault("start", fault, times=10)
            ledger.set_fault("status", fault, times=10)

        people.at_once(*[pays(order)] * 16, *[deliver] * 4)
        the_bank_is_back()
        if order.payments.filter(state="open").exists():
            pays(order)()
        deliver()
        settle_payments()

        order.refresh_from_db()
        assert order.status == "confirmed"
        assert charged(order) == (order.total_amount, 0)
        assert Payment.objects.filter(order=order).count() == 1


def test_of_twenty_refunds_at_once_no_more_goes_back_than_was_taken(people, rounds):
    for _ in rounds(3):
        order = OrderFactory(user=None)
        pays(order)()
        part = order.total_amount / 4

        answers = people.at_once(*(is_refunded(order, part, str(number)) for number in range(20)))

        assert tally(answers) == {"Refund": 4, "RefundRefused": 16}
        people.at_once(*[settle_payments] * 8)
        settle_payments()

        assert charged(order) == (order.total_amount, order.total_amount)
