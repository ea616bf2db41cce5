"""Customers who all act at the same moment, and a rival who acts at an exact line."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from time import monotonic, sleep
from uuid import uuid4

from django.db import connection, connections

from dbProject import locks
from dbProject.errors import ShopError
from orders.models import Cart, CartItem
from orders.services import checkout
from orders.tests.factories import ADDRESS

PATIENCE = 60
"""Seconds that anybody waits for anybody here before the test fails."""
LOOK_EVERY = 0.01


class Crowd:
    """Threads that start together, each with its own connection, open before the start."""

    def __init__(self, size, through=None):
        self.size = size
        self._through = through
        self._threads = ThreadPoolExecutor(size)

    def at_once(self, *calls, within=0.0):
        """Run ``calls`` at the same moment; return what each returned or raised, in their order.

        Each starts at a random moment of the seconds ``within``: so that the call which has the shortest way
        to a lock is not always the first there.
        """
        start = Barrier(len(calls))

        def run(call):
            if self._through:
                connection.settings_dict = self._through
            connection.ensure_connection()
            start.wait(PATIENCE)
            sleep(random.uniform(0, within))  # noqa: S311 -- no secret
            try:
                return call()
            except Exception as error:
                return error

        return [future.result(PATIENCE) for future in [self._threads.submit(run, call) for call in calls]]

    def go_home(self):
        """Close every thread's connection: a test's database cannot be emptied under an open one."""
        for error in self.at_once(*[connections.close_all] * self.size):
            assert error is None
        self._threads.shutdown()


@contextmanager
def crowd(size, through=None):
    """Offer ``size`` people; ``through`` names the database's settings, if they reach it another way."""
    people = Crowd(size, through)
    try:
        yield people
    finally:
        people.go_home()


def carts_with(units, *, count, coupon=""):
    """Return ``count`` guests' carts that hold ``units`` (product -> how many) each, in that order."""
    carts = Cart.objects.bulk_create(Cart(session_key=uuid4().hex, coupon_code=coupon) for _ in range(count))
    CartItem.objects.bulk_create(
        CartItem(cart=cart, product=product, quantity=quantity, price_seen=product.effective_price)
        for cart in carts
        for product, quantity in units.items()
    )
    return carts


def buyer(cart, *, key="click", **wishes):
    """Return the call with which the owner of ``cart`` orders what is in it."""
    wishes = {"shipping_address": ADDRESS, "email": f"guest{cart.pk}@example.com"} | wishes
    return lambda: checkout.place_order(cart=cart, idempotency_key=key, **wishes)


def patiently(call):
    """Return the call of somebody who tries again for as long as the shop says that it is busy."""

    def again():
        deadline = monotonic() + PATIENCE
        while is_busy(answer := answered(call)) and monotonic() < deadline:
            pass
        return answer

    return again


def answered(call):
    """Return what ``call`` returns, or the :class:`ShopError` that it or the web's middleware raises."""
    try:
        with locks.patience():
            return call()
    except ShopError as refusal:
        return refusal


def is_busy(answer):
    return answer == "Busy" or isinstance(answer, locks.Busy)


def tally(answers):
    """Count answers by what they are, or what they say: ``{"Order": 1, "OutOfStock": 49}``."""
    kinds = [answer if isinstance(answer, str) else type(answer).__name__ for answer in answers]
    return {kind: kinds.count(kind) for kind in kinds}


class Rival:
    """Somebody who acts once, in a thread of their own, when another has come to an exact line."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._thread = ThreadPoolExecutor(1)
        self._is_connected = Event()
        self._pid = 0
        self._answer: Future[object] | None = None
        self.has_come = False

    def come(self) -> None:
        """Act; return when that is done, or when it waits for a lock that somebody else has."""
        if self.has_come:
            return
        self.has_come = True
        self._answer = self._thread.submit(self._run)
        assert self._is_connected.wait(PATIENCE)
        deadline = monotonic() + PATIENCE
        while not self._answer.done() and not self._waits():
            assert monotonic() < deadline, "the rival neither finishes nor waits"
            Event().wait(LOOK_EVERY)

    @property
    def answer(self) -> object:
        """What the act returned or raised."""
        assert self._answer is not None, "nobody came to the line"
        return self._answer.result(PATIENCE)

    def go_home(self) -> None:
        self._thread.shutdown()

    def _run(self) -> object:
        try:
            connection.ensure_connection()
            self._pid = connection.connection.info.backend_pid
            self._is_connected.set()
            return self._act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    def _waits(self) -> bool:
        # In the transaction of whoever came to the line, but none of the statements that are counted there.
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pid])
            return bool(cursor.fetchone()[0])


@contextmanager
def rival(act) -> Iterator[Rival]:
    one = Rival(act)
    try:
        yield one
    finally:
        one.go_home()


def before(monkeypatch, owner, name, one):
    """Let the rival ``one`` come when ``owner.name`` is called, before it does anything."""
    original = getattr(owner, name)

    def interrupted(*args, **kwargs):
        one.come()
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, interrupted)
