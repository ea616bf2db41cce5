"""Workers killed, a queue that is lost: every effect once, every mail there, repeated once a kill at most."""

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from dbProject.incidents.models import ErrorOccurrence
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.gateways.test_bank import ledger
from orders.models import Order
from orders.services import charging, refunds, timeline
from orders.tests.bank import charged, deliver
from orders.tests.factories import OrderFactory
from tests.faults.postbox import END, RECIPIENT
from tests.faults.processes import lose_the_queue, queued, unacknowledged, wait_until
from tests.trials import ROUNDS

pytestmark = pytest.mark.race


def booked(order):
    """Return what our books say that was taken and given back."""
    amounts = {event.kind: event.amount for event in order.payment_events.all()}
    return amounts.get("captured", 0), amounts.get("refunded", 0)


def nothing_is_left_in_the_queue():
    wait_until(lambda: not queued() and not unacknowledged(), "messages are left in the queue")


def test_a_worker_killed_while_it_sends_a_mail_repeats_it_once(shop, postbox, everything_is_done):
    worker = shop.start_worker()
    shop.start_clock()
    postbox.hold(RECIPIENT, recipient="early@example.com")
    early = OrderFactory(user=None, email="early@example.com")
    wait_until(postbox.is_holding, "nobody sends the first mail")
    worker.kill_children()
    postbox.hold(END, recipient="late@example.com")
    late = OrderFactory(user=None, email="late@example.com")
    wait_until(postbox.is_holding, "nobody sends the second mail")
    worker.kill()
    assert postbox.arrived(late.email).total() == 1

    shop.start_worker()
    everything_is_done()
    nothing_is_left_in_the_queue()

    # The first kill came before the mail was there, the second after: only that one is there twice.
    assert list(postbox.arrived(early.email).values()) == [1]
    assert list(postbox.arrived(late.email).values()) == [2]


def test_a_queue_that_is_lost_with_200_events_costs_none_of_them(shop, postbox, everything_is_done):
    orders = [OrderFactory(user=None, email=f"{number}@example.com") for number in range(5)]
    for order in orders:
        ledger.pay(charging.start(order).reference)
    deliver()
    with transaction.atomic():
        for number in range(190):
            outbox.record("orders.tasks.send_order_link_email", order_id=orders[number % 5].pk)
    assert OutboxEvent.objects.waiting().count() == 200
    outbox.relay_all()
    assert queued() >= 200

    lose_the_queue()
    shop.start_worker()
    shop.start_clock()
    if ROUNDS:
        wait_until(lambda: len(postbox.letters) > 50, "nothing is sent")
        lose_the_queue()
    everything_is_done()

    for order in orders:
        order.refresh_from_db()
        assert (order.status, order.payment_events.count()) == (Order.Status.CONFIRMED, 1)
        assert charged(order) == (order.total_amount, 0)
        assert order.documents.exclude(sha256="").count() == 1
        assert len(postbox.arrived(order.email)) == 1 + 38 + 1  # ordered, 38 links, paid
    assert set(postbox.arrived().values()) == {1}


def test_a_relay_killed_before_and_after_it_hands_out_costs_nothing_and_repeats_nothing(
    shop, postbox, everything_is_done
):
    shop.stop_at("after _lease")
    worker = shop.start_worker()
    shop.start_clock()
    orders = [OrderFactory(user=None, email=f"{number}@example.com") for number in range(10)]
    shop.kill_at("after _lease")
    shop.stop_at("before _count")
    shop.stopped_at("before _count")
    worker.kill()
    assert not postbox.letters
    # Nobody knows that they were handed out, so they are once more: now each is in the queue twice.
    OutboxEvent.objects.update(due_at=timezone.now())
    assert outbox.relay() == len(orders)

    shop.start_worker()
    everything_is_done()
    nothing_is_left_in_the_queue()

    assert [list(postbox.arrived(order.email).values()) for order in orders] == [[1]] * 10


def test_a_worker_killed_within_its_transaction_leaves_nothing_of_it_and_does_it_again(
    shop, everything_is_done
):
    order = OrderFactory(user=None)
    ledger.pay(charging.start(order).reference)
    deliver()
    shop.stop_at("after apply_event")
    shop.start_worker()
    shop.start_clock()

    shop.kill_at("after apply_event")
    order.refresh_from_db()
    assert (order.status, booked(order)) == (Order.Status.PENDING, (0, 0))
    everything_is_done()

    order.refresh_from_db()
    assert order.status == Order.Status.CONFIRMED
    assert charged(order) == booked(order) == (order.total_amount, 0)
    assert order.events.filter(kind="confirmed").count() == 1


def test_a_refund_that_was_made_in_the_moment_of_a_kill_is_not_made_again(shop, everything_is_done):
    order = OrderFactory(user=None)
    ledger.pay(charging.start(order).reference)
    charging.look_after(order)
    half = order.total_amount / 2
    refunds.refund(order, amount=half, reason="A scratch", actor=timeline.SHOP, key="half")
    shop.stop_at("after refund")
    shop.start_worker()
    shop.start_clock()

    shop.kill_at("after refund")
    assert charged(order) == (order.total_amount, half)
    assert booked(order) == (order.total_amount, 0)
    everything_is_done()

    assert charged(order) == booked(order) == (order.total_amount, half)


def test_a_task_that_kills_its_process_is_begun_once_for_each_attempt(shop):
    event = OutboxEvent.objects.create(
        task="tests.faults.tasks.kill_its_process", attempts=OutboxEvent.MOST_ATTEMPTS - 1
    )
    shop.start_worker()
    shop.start_clock()

    wait_until(lambda: outbox.parked().exists(), "it is not given up")
    nothing_is_left_in_the_queue()

    event.refresh_from_db()
    assert shop.poisonings() == 1
    assert "SIGKILL" in event.last_error
    wait_until(lambda: shop.ended(event.task) == {"FAILURE": 1}, "its worker does not tell of it")
    event.delete()


def test_a_task_out_of_time_is_told_of_once(shop):
    task = "tests.faults.tasks.outlast_its_time"
    shop.start_worker()

    current_app.send_task(task, time_limit=1)
    wait_until(lambda: shop.ended(task), "its worker does not tell of it")
    nothing_is_left_in_the_queue()
    current_app.send_task(task, time_limit=1)
    wait_until(lambda: sum(shop.ended(task).values()) > 1, "its worker tells of the first alone")
    nothing_is_left_in_the_queue()

    assert shop.ended(task) == {"FAILURE": 2}
    assert ErrorOccurrence.objects.filter(route=task).count() == 2
