"""A provider that is slow, hangs and comes back: pages answer without it, or say in time that it does not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from orders.models import Order, Payment
from orders.services import charging, reconciliation
from orders.tests.background import settle_payments
from orders.tests.factories import OrderFactory
from orders.tests.stripe_server import StripeServer
from tests.faults.processes import wait_until
from tests.faults.test_web import page

pytestmark = pytest.mark.race

FOR_EVER = 1_000
"""Calls."""
PLACES, THREADS = 3, 4
PROMISED_SECONDS = 8
"""Within which a page that needs the provider answers, whatever that one does."""


@pytest.fixture
def stripe(settings):
    with StripeServer() as server:
        settings.PAYMENT_PROVIDER = "stripe"
        settings.STRIPE_SECRET_KEY = "sk_test_1"  # noqa: S105
        settings.STRIPE_WEBHOOK_SECRET = server.secret
        settings.STRIPE_API_BASE = server.url
        yield server


@pytest.fixture
def shop(shop_with, stripe, postbox, settings):
    names = ("PAYMENT_PROVIDER", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    return shop_with(
        EMAIL_URL=postbox.url,
        PAYMENT_CALLS_AT_ONCE=str(PLACES),
        **{name: getattr(settings, name) for name in names},
    )


@pytest.fixture
def people():
    with ThreadPoolExecutor(PLACES + THREADS) as people:
        yield people


def test_a_provider_that_hangs_takes_no_other_page_with_it_and_is_asked_again_later(shop, stripe, people):
    shop.start_web(threads=THREADS)
    told, found_out, slow = orders = [OrderFactory(user=None) for _ in range(PLACES)]
    letter = stripe.pay(charging.start(told).reference)
    get = shop.browser.get

    # All who may wait for it do; everybody else is served by the same process.
    stripe.faults, stripe.calls = ["hang"] * FOR_EVER, []
    waiting = [
        people.submit(get, path) for path in (page(told, "paid"), page(found_out, "pay"), page(slow, "pay"))
    ]
    wait_until(lambda: len(stripe.calls) >= PLACES, "nobody asks the provider")
    refused = [people.submit(get, page(slow, "pay")) for _ in range(THREADS)]
    assert [get(path).status_code for path in ("/", "/products/", "/cart/")] == [200] * 3
    assert not any(visit.done() for visit in waiting)

    # They are told in time that we are checking, or that they may try again and cannot pay twice.
    back, *unpaid = answers = [visit.result() for visit in waiting + refused]
    assert all(answer.elapsed.total_seconds() < PROMISED_SECONDS for answer in answers)
    assert "We are checking your payment" in get(back.headers["Location"]).text
    assert [answer.status_code for answer in unpaid] == [503] * (2 + THREADS)
    assert all("so you cannot pay twice" in answer.text for answer in unpaid)

    # Then it is left alone; what it tells by itself is booked.
    calls = len(stripe.calls)
    assert (get(page(slow, "pay")).status_code, len(stripe.calls)) == (503, calls)
    heard = shop.browser.post(
        "/api/payments/webhooks/stripe/", content=letter["body"], headers=letter["headers"]
    )
    settle_payments()
    told.refresh_from_db()
    assert (heard.status_code, told.status) == (200, Order.Status.CONFIRMED)

    # Once it answers again it is asked again, and what no webhook tells is found out.
    stripe.faults = []
    wait_until(lambda: get(page(found_out, "pay")).status_code == 303, "the breaker does not close")
    stripe.faults = [1.0]
    assert get(page(slow, "pay")).headers["Location"].startswith("https://checkout.stripe.com/")
    for order in (found_out, slow):
        stripe.pay(order.payments.get().reference)
    Payment.objects.filter(state="open").update(next_check_at=timezone.now())
    assert charging.settle_open() == 2

    assert set(Order.objects.values_list("status", flat=True)) == {Order.Status.CONFIRMED}
    assert stripe.taken() == (sum(order.total_amount for order in orders) * 100, 0)
    assert reconciliation.breaks() == []
