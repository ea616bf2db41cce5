"""A web process killed between the provider's answer and our commit: no money without order or refund."""

import httpx
import pytest
from django.utils import timezone

from orders.gateways.test_bank import ledger
from orders.models import Order, Payment, PaymentWebhook
from orders.selectors.orders import signature
from orders.services import charging, status, timeline
from orders.tests.bank import charged
from orders.tests.factories import OrderFactory
from tests.faults.processes import wait_until
from tests.trials import ROUNDS

pytestmark = pytest.mark.race

UNTOLD = ledger.Manners(copies=0)
"""No webhook tells of it."""
TOLD = 1 + 2 + 3
"""Webhooks of what is captured, of what is authorized first, and of what goes back after that."""


def page(order, step):
    return f"/orders/{order.order_number}/{step}/?key={signature(order)}"


@pytest.fixture
def killed_at(shop):
    """Open a page, and have the process that answers it killed at a moment of that."""

    def visit(path, moment):
        shop.stop_at(moment)
        with pytest.raises(httpx.TransportError), shop.asking(path):
            shop.kill_at(moment)

    return visit


def settled(orders, *, as_status):
    rows = Order.objects.filter(pk__in=[order.pk for order in orders])
    wait_until(lambda: not rows.exclude(status=as_status).exists(), f"not every order is {as_status}")


def test_a_web_process_killed_after_the_bank_s_answer_costs_nobody_money(shop, killed_at, everything_is_done):
    shop.start_web(processes=2, threads=2)
    asked, untold, taken, regretted = orders = [OrderFactory(user=None) for _ in range(4)]

    killed_at(page(asked, "pay"), "after start")
    assert Payment.objects.get().reference == ""
    answer = shop.browser.get(page(asked, "pay"))  # the customer tries again
    ledger.pay(answer.headers["Location"].split("/")[2])

    ledger.pay(charging.start(untold).reference, manners=UNTOLD)
    killed_at(page(untold, "paid"), "after status")

    for order in (taken, regretted):
        ledger.authorize(charging.start(order).reference)
        killed_at(page(order, "paid"), "after capture")
        assert charged(order) == (order.total_amount, 0)
    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.PENDING}
    status.cancel(regretted, actor=timeline.customer(None))
    if not ROUNDS:  # 45 s later, nothing was heard of it
        Payment.objects.filter(order=untold).update(next_check_at=timezone.now())
    shop.start_worker()
    shop.start_clock()

    settled(orders[:-1], as_status=Order.Status.CONFIRMED)
    settled(orders[-1:], as_status=Order.Status.CANCELLED)
    wait_until(lambda: charged(regretted)[1], "the money does not go back")
    wait_until(lambda: PaymentWebhook.objects.count() == TOLD, "not every webhook arrives")
    everything_is_done()

    assert [charged(order) for order in orders[:-1]] == [(order.total_amount, 0) for order in orders[:-1]]
    assert charged(regretted) == (regretted.total_amount, regretted.total_amount)
    assert Payment.objects.count() == 4
