"""Trying out stolen cards: what each declined one costs, and whom it does not hold up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dbProject.limits.models import RateCount
from dbProject.outbox.models import OutboxEvent
from orders.errors import PaymentHeldUp
from orders.gateways.test_bank import ledger
from orders.models import Order, Payment, PaymentEvent
from orders.selectors import orders
from orders.services import card_testing, charging, privacy, reconciliation
from orders.services.card_testing import Payer, hashed
from orders.tests.background import settle_payments
from orders.tests.bank import deliver
from orders.tests.factories import MethodFactory, OrderFactory
from orders.tests.stripe_server import StripeServer
from products.tests.factories import ProductFactory
from tests.races.crowd import crowd
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = hashed("192.0.2.1"), hashed("192.0.2.2")
GUEST = Payer(hashed("session a"), HERE, is_vouched_for=False)
STRANGER = Payer(hashed("session b"), HERE, is_vouched_for=False)
CUSTOMER = Payer(hashed("user 1"), HERE, is_vouched_for=True)


def decline(payment, times=1):
    """Let the bank refuse so many cards, and the shop hear of it."""
    for _ in range(times):
        ledger.decline(payment.reference)
    deliver()
    settle_payments()


def declined(times, *, by=GUEST, network=None):
    """Let ``by`` have had so many declined cards at an order of their own; return the order."""
    order = OrderFactory(user=None)
    Payment.objects.create(
        order=order,
        provider="test",
        key=f"{order.order_number}-0",
        amount=order.total_amount,
        state="closed",
        visitor=by.visitor,
        network=network or by.network,
    )
    for number in range(times):
        PaymentEvent.objects.create(
            order=order, provider="test", event_id=f"{order.pk}:{number}", kind="declined", amount=0
        )
    return order


def later(seconds):
    for event in PaymentEvent.objects.all():
        PaymentEvent.objects.filter(pk=event.pk).update(
            created_at=event.created_at - timedelta(seconds=seconds)
        )


def pay_page(client, order):
    return client.get(f"/orders/{order.order_number}/pay/?key={orders.signature(order)}")


def bank_page(client, order):
    return client.post(pay_page(client, order)["Location"], {"answer": "decline"})


def guests_order(client):
    """Let a browser order something as a guest; return the order."""
    client.post("/cart/add/", {"product_id": ProductFactory().pk, "quantity": 1})
    form = client.get("/checkout/").context["form"]
    kept = {
        name: str(form[name].value() or "") for name in ("idempotency_key", "total_seen", "shipping_method")
    }
    address = {"name": "Robin", "street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}
    answer = client.post("/checkout/", {"email": "robin@example.com", **address, **kept})
    assert answer.status_code == 303
    return Order.objects.latest("pk")


def test_after_three_declines_an_honest_customer_pays(client):
    MethodFactory()
    order = guests_order(client)
    for _ in range(3):
        assert "declined" in bank_page(client, order).content.decode()
        deliver()
        settle_payments()

    page = pay_page(client, order)
    client.post(page["Location"], {"answer": "pay"})
    deliver()
    settle_payments()

    order.refresh_from_db()
    assert (page.status_code, order.status) == (303, "confirmed")
    assert order.payments.count() == 1
    assert reconciliation.breaks() == []


def test_the_fifth_decline_closes_the_bank_s_page_and_the_next_try_waits(client):
    MethodFactory()
    order = guests_order(client)
    bank = pay_page(client, order)["Location"]
    decline(order.payments.get(), times=5)

    assert "This payment has ended" in client.get(bank).content.decode()
    assert order.payments.get().state == "closed"
    refused = pay_page(client, order)
    assert refused.status_code == 429
    assert 55 <= int(refused["Retry-After"]) <= 60
    assert "possible in a minute" in refused.content.decode()
    assert "no-store" in refused["Cache-Control"]
    later(61)
    assert pay_page(client, order).status_code == 303
    assert order.payments.count() == 2


@pytest.mark.parametrize(
    ("times", "seconds"), [(4, 0), (5, 60), (6, 120), (7, 240), (9, 960), (10, 1920), (11, 3600), (60, 3600)]
)
def test_each_further_decline_doubles_the_wait_up_to_an_hour(times, seconds):
    order = declined(times)

    assert seconds - 5 <= card_testing.seconds_to_wait(order, visitor=GUEST.visitor) <= seconds


def test_another_order_or_browser_does_not_begin_anew():
    order, other = declined(5), OrderFactory(user=None)

    for ordered, by in ((order, STRANGER), (other, GUEST)):
        with pytest.raises(PaymentHeldUp) as refusal:
            charging.start(ordered, by=by)
        assert not refusal.value.login_helps
    assert charging.start(other, by=STRANGER).url


def test_from_a_network_of_declines_guests_have_to_log_in_and_who_has_pays():
    for number in range(20):
        declined(1, by=Payer(hashed(f"session {number}"), HERE, is_vouched_for=False))
    order = OrderFactory(user=None)

    with pytest.raises(PaymentHeldUp) as refusal:
        charging.start(order, by=STRANGER)

    assert (refusal.value.login_helps, refusal.value.seconds) == (True, 3600)
    assert not order.payments.exists()
    assert charging.start(order, by=STRANGER._replace(network=ELSEWHERE)).url
    assert charging.start(OrderFactory(user=None), by=CUSTOMER).url


@pytest.mark.parametrize(("declines", "paid", "is_held_up"), [(19, 0, False), (20, 5, True), (20, 6, False)])
def test_an_office_where_most_payments_are_good_is_left_alone(declines, paid, is_held_up):
    for number in range(declines):
        declined(1, by=Payer(hashed(f"session {number}"), HERE, is_vouched_for=False))
    for _ in range(paid):
        order = declined(0, by=CUSTOMER)
        PaymentEvent.objects.create(
            order=order, provider="test", event_id=f"{order.pk}", kind="captured", amount=1
        )

    if is_held_up:
        with pytest.raises(PaymentHeldUp):
            charging.start(OrderFactory(user=None), by=GUEST)
    else:
        assert charging.start(OrderFactory(user=None), by=GUEST).url


def test_the_page_says_that_logging_in_helps(client):
    for number in range(20):
        declined(1, by=Payer(hashed(f"session {number}"), hashed("127.0.0.1"), is_vouched_for=False))
    user = UserFactory(is_verified=True)
    order = OrderFactory(user=user)

    refused = pay_page(client, order)
    assert refused.status_code == 429
    assert "Log in with a confirmed e-mail address" in refused.content.decode()
    client.force_login(user)
    assert client.get(f"/orders/{order.order_number}/pay/").status_code == 303


def test_asking_twice_costs_two_queries_at_most(django_assert_num_queries):
    order = declined(4)

    with django_assert_num_queries(2):
        card_testing.refuse_if_held_up(order, GUEST)


def test_a_card_that_was_good_before_the_page_was_closed_is_booked():
    order = OrderFactory(user=None)
    payment = charging.start(order, by=GUEST)
    for _ in range(5):
        ledger.decline(payment.reference)
    deliver()
    ledger.pay(payment.reference)
    settle_payments()

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert reconciliation.breaks() == []


def test_the_page_is_closed_once_however_often_a_worker_is_told():
    order = OrderFactory(user=None)
    payment = charging.start(order, by=GUEST)
    decline(payment, times=6)
    events = OutboxEvent.objects.filter(task="orders.tasks.close_payment")

    assert 1 <= events.count() <= 2
    for event in events:
        charging.close(payment_id=payment.pk, event_id=str(event.pk))
    payment.refresh_from_db()
    assert payment.state == "closed"
    assert ledger.payment(payment.reference).state == "closed"


def test_stripe_s_page_is_closed_too(settings):
    settings.PAYMENT_PROVIDER, settings.STRIPE_SECRET_KEY = "stripe", "sk_test"
    with StripeServer() as stripe:
        settings.STRIPE_API_BASE = stripe.url
        order = OrderFactory(user=None)
        payment = charging.start(order, by=GUEST)
        event = OutboxEvent.objects.create(task="orders.tasks.close_payment")
        charging.close(payment_id=payment.pk, event_id=str(event.pk))

        assert stripe.sessions[payment.reference]["status"] == "expired"
    payment.refresh_from_db()
    assert payment.state == "closed"


def test_orders_and_payments_of_one_browser_are_counted_exactly(client, settings):
    MethodFactory()
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "orders_session": {
            "limit": 2, "window": 3600, "per": ["session"], "in_database": True, "given_back": True
        },
        "payments_session": {"limit": 3, "window": 3600, "per": ["session"], "in_database": True},
    }  # fmt: skip
    client.post("/cart/add/", {"product_id": ProductFactory().pk, "quantity": 1})
    for _ in range(5):  # forms that come back count for nothing
        assert client.post("/checkout/", {"update": "1"}).status_code == 200
    order, _second = guests_order(client), guests_order(client)
    client.post("/cart/add/", {"product_id": ProductFactory().pk, "quantity": 1})

    assert client.post("/checkout/", {"update": "1"}).status_code == 429
    assert [pay_page(client, order).status_code for _ in range(4)] == [303] * 3 + [429]
    assert pay_page(Client(), order).status_code == 303


def test_a_bank_that_is_down_uses_up_nobodys_payments(client, settings):
    MethodFactory()
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "payments_session": settings.RATE_LIMIT_ENDPOINTS["payments_session"] | {"limit": 1}
    }
    order = guests_order(client)

    ledger.set_fault("start", "down", times=3)  # as often as one visit asks

    assert [pay_page(client, order).status_code for _ in range(3)] == [503, 303, 429]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_ten_payments_begun_at_once_by_one_browser_exactly_three_are_let_through(settings):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "payments_session": {"limit": 3, "window": 3600, "per": ["session"], "in_database": True}
    }
    MethodFactory()
    browser = Client()
    order = guests_order(browser)

    def pay():
        client = Client()
        client.cookies = browser.cookies.copy()
        return pay_page(client, order).status_code

    with crowd(10) as people:
        answers = people.at_once(*[pay] * 10)

    assert sorted(answers) == [303] * 3 + [429] * 7
    assert order.payments.count() == 1
    assert max(RateCount.objects.values_list("count", flat=True)) == 10


def test_staff_see_where_cards_are_tried_out(staff_client):
    order, quiet = declined(5), declined(4, by=CUSTOMER, network=ELSEWHERE)

    cards = staff_client.get("/admin/").context["cards"]
    found = next(card for card in cards if "declines=many" in card["address"])
    page = staff_client.get(found["address"]).content.decode()

    assert (found["count"], found["color"]) == (1, "bad")
    assert order.order_number in page
    assert quiet.order_number not in page
    assert f"?q={HERE}" in page


def test_whose_browser_it_was_is_forgotten_after_a_month():
    order = declined(1)
    Payment.objects.update(created_at=timezone.now() - timedelta(days=31))
    declined(1)

    assert privacy.forget_old_payers() == 1
    assert (order.payments.get().visitor, order.payments.get().network) == ("", "")


def test_hash_of_nobody_is_nobody():
    assert hashed("") == ""
    assert len(hashed("session x")) == 32
