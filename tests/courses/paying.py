"""Steps of money: at the bank, on the way from there to the shop, and back again."""

import sys
import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from hypothesis import strategies as some
from hypothesis.stateful import rule

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from dbProject.resilience import ServiceFailed
from orders import tasks
from orders.errors import IllegalTransition
from orders.gateways import signatures
from orders.gateways.test_bank import ledger
from orders.gateways.test_bank.gateway import SIGNATURE, secret
from orders.models import Order, Payment, PaymentEvent
from orders.services import charging, holds, payments, reconciliation, refunding, webhooks
from tests.courses.world import World, orders

AT_THE_BANK = {
    "pay": ledger.pay,
    "decline": ledger.decline,
    "ask": ledger.ask,
    "authorize": ledger.authorize,
}
CALLS = ("start", "status", "refund")
"""Calls whose answer gets lost."""
MOVED = (PaymentEvent.Kind.CAPTURED, PaymentEvent.Kind.REFUNDED)
MONEY = [f"orders.tasks.{name}" for name in ("capture_payment", "apply_payment_webhook", "refund_order")]


class Paying(World):
    """Customers pay at the bank, whose messages come late, twice, out of order, or not at all."""

    def __init__(self):
        super().__init__()
        self.letters = {}

    def teardown(self):
        try:
            if sys.exc_info()[0] is None:
                self.both_sides_agree_in_the_end()
        finally:
            super().teardown()

    # At the bank

    @rule(pk=orders)
    def start_payment(self, pk):
        with suppress(IllegalTransition, ServiceFailed):
            charging.start(Order.objects.get(pk=pk))

    @rule(
        pk=orders,
        answers=some.lists(some.sampled_from(sorted(AT_THE_BANK)), min_size=1, max_size=3),
        is_told=some.booleans(),
    )
    def go_to_the_bank(self, pk, answers, is_told):
        """Open the bank's page and answer there; the shop hears of it at once, or some time.

        Of a payment that it has given up it hears by message only, and at once: nobody asks any more.
        """
        self.start_payment(pk)
        for payment in Payment.objects.filter(order=pk).exclude(reference=""):
            if payment.state == Payment.State.PAID:
                continue
            for answer in answers:
                AT_THE_BANK[answer](payment.reference)
            letters = self.collect_letters()
            if is_told or payment.state == Payment.State.CLOSED:
                for letter in letters:
                    self.bring(letter)
                self.work()

    @rule(number=some.integers(0, 30), times=some.integers(1, 3))
    def bring_a_letter(self, number, times):
        """Any that the bank has ever written, however old, and however often it has come before."""
        self.collect_letters()
        if number < len(self.letters):
            for _ in range(times):
                self.bring(list(self.letters)[number])

    @rule()
    def bring_all_letters_the_last_first(self):
        self.collect_letters()
        for letter in reversed(list(self.letters)):
            self.bring(letter)

    @rule(pk=orders)
    def come_back_from_the_bank(self, pk):
        with suppress(ServiceFailed):
            charging.look_after(Order.objects.get(pk=pk))

    @rule(call=some.sampled_from(CALLS), times=some.sampled_from([1, 3]))
    def lose_the_next_answers(self, call, times):
        """Three in a row are more than a call tries again."""
        ledger.set_fault(call, "lose", times=times)

    # In the shop

    @rule()
    def poll(self):
        Payment.objects.filter(state=Payment.State.OPEN).update(next_check_at=timezone.now())
        charging.settle_open()

    @rule(pk=orders)
    def give_up_a_payment(self, pk):
        """Its page was never closed, and nobody has paid there for too long."""
        long_ago = timezone.now() - charging.GIVEN_UP_AFTER - timedelta(hours=1)
        waiting = Payment.objects.filter(order=pk, state=Payment.State.OPEN)
        waiting.update(created_at=long_ago, next_check_at=timezone.now())
        charging.settle_open()

    @rule(pk=orders, event=some.integers(1, 2))
    def hear_of_a_transfer(self, pk, event):
        """Money that no payment of ours has asked for, perhaps told twice, perhaps sent twice."""
        order = Order.objects.get(pk=pk)
        payments.apply_event(
            provider="transfer",
            event_id=f"{pk} {event}",
            order_number=order.order_number,
            kind="captured",
            amount=order.total_amount,
        )

    @rule(pk=orders)
    def give_back_by_hand(self, pk):
        order = Order.objects.get(pk=pk)
        for due in refunding.unsettled(order):
            if due.provider == refunding.MANUAL:
                refunding.given_back_by_hand(order, due)

    @rule()
    def let_the_worker_come(self):
        self.work()

    @rule(pk=orders)
    def let_reservation_end(self, pk):
        Order.objects.filter(pk=pk).update(hold_expires_at=timezone.now())

    @rule(pk=orders)
    def let_a_week_pass(self, pk):
        Order.objects.filter(pk=pk).update(created_at=timezone.now() - settings.UNPAID_ORDER_AGE)

    @rule()
    def let_the_clock_come(self):
        holds.release_expired()
        holds.cancel_abandoned()

    # What happens by itself

    def collect_letters(self):
        """Take what the bank has written since; return which that was."""
        new = {letter: text for letter, text in ledger.take_due_webhooks() if letter not in self.letters}
        self.letters |= new
        return list(new)

    def bring(self, letter):
        body = self.letters[letter].encode()
        header = signatures.sign(body, secret=secret(), at=int(time.time()))
        webhooks.receive("test", body=body, headers={SIGNATURE: header})

    def work(self):
        """Do what the outbox holds of money, as often as a worker would try in a minute."""
        for _ in range(3):
            for event in OutboxEvent.objects.unfinished().filter(task__in=MONEY).order_by("created_at"):
                work = getattr(tasks, event.task.rpartition(".")[2])
                try:
                    work.run(event_id=str(event.pk), **event.payload)
                except ServiceFailed as failed:
                    outbox.fail(event.pk, str(failed))

    def both_sides_agree_in_the_end(self):
        """Once every message has come, and the poller, the bank's books and the shop's are the same."""
        for call in CALLS:
            ledger.set_fault(call, "", times=0)
        self.collect_letters()
        for letter in self.letters:
            self.bring(letter)
        self.work()
        self.poll()
        self.work()
        ours = PaymentEvent.objects.filter(provider="test", kind__in=MOVED)
        theirs = [movement for movement in ledger.movements() if movement.kind in MOVED]
        assert {
            (event.event_id, event.order.order_number, event.kind, int(event.amount * 100))
            for event in ours.select_related("order")
        } == {(moved.key, moved.order_number, moved.kind, moved.cents) for moved in theirs}
        due = [due for order in Order.objects.all() for due in refunding.unsettled(order)]
        assert {one.provider for one in due} <= {refunding.MANUAL}
        assert reconciliation.breaks() == []
