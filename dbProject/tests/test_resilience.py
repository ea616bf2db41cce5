"""Retries, time limits and the bulkhead."""

import asyncio
import threading

import pytest

from dbProject import resilience
from dbProject.resilience import (
    Bulkhead,
    BulkheadFull,
    CircuitOpen,
    Deadline,
    Retries,
    ServiceFailed,
    ServiceTooSlow,
)
from dbProject.tests.failing import fail

pytestmark = pytest.mark.unit


@pytest.fixture
def pauses(monkeypatch):
    """Pauses as long as they can be, and not taken."""
    taken = []
    monkeypatch.setattr("random.uniform", lambda _low, high: high)
    monkeypatch.setattr("time.sleep", taken.append)
    return taken


class Unsteady:
    """Fails a few times, then answers."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"

    async def asynchronously(self):
        return self()


def test_a_call_is_made_again_three_times_after_pauses_that_double(pauses):
    service = Unsteady(*[OSError()] * 3)

    assert Retries(on=(OSError,)).call(service) == "answer"

    assert service.calls == 4
    assert pauses == [0.2, 0.4, 0.8]


def test_the_last_failure_is_the_one_that_is_raised(pauses):
    service = Unsteady(OSError(1), OSError(2), OSError(3), OSError(4))

    with pytest.raises(OSError, match="4"):
        Retries(on=(OSError,)).call(service)

    assert service.calls == 4


def test_no_pause_begins_that_would_end_too_late(pauses):
    service = Unsteady(OSError(1), OSError(2), OSError(3))

    with pytest.raises(OSError, match="2"):
        Retries(on=(OSError,), first_pause_seconds=1, within_seconds=1.5).call(service)

    assert pauses == [1]


def test_pauses_are_cut_to_a_random_length(monkeypatch):
    taken = []
    monkeypatch.setattr("time.sleep", taken.append)
    for _ in range(50):
        Retries(on=(OSError,)).call(Unsteady(*[OSError()] * 3))

    assert len(set(taken)) > 100
    assert all(0 <= pause <= limit for pause, limit in zip(taken, [0.2, 0.4, 0.8] * 50, strict=True))


@pytest.mark.parametrize("error", [ValueError(), CircuitOpen("bank", 60)])
def test_what_is_no_use_trying_again_is_tried_once(pauses, error):
    service = Unsteady(error)

    with pytest.raises(type(error)):
        Retries(on=(ServiceFailed, OSError)).call(service)

    assert (service.calls, pauses) == (1, [])


def test_coroutines_are_tried_again_too():
    service = Unsteady(*[OSError()] * 3)

    retries = Retries(on=(OSError,), first_pause_seconds=0)

    assert asyncio.run(retries.call_async(service.asynchronously)) == "answer"
    assert service.calls == 4


def test_a_breaker_that_opens_ends_the_tries(breaker, pauses):
    fail(breaker, times=3)
    service = Unsteady(*[OSError()] * 4)

    def guarded():
        with breaker.guard():
            return service()

    with pytest.raises(CircuitOpen):
        Retries(on=(OSError,)).call(guarded)

    assert service.calls == 2


# Time limits


def test_what_takes_too_long_is_ended_and_counts_as_a_failure(breaker):
    ended = []

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def call():
        with breaker.guard():
            async with resilience.time_limit(0.01, service="bank"):
                await hang()

    with pytest.raises(ServiceTooSlow) as late:
        asyncio.run(call())

    assert ended
    assert (late.value.status, breaker.failures) == (504, 1)


def test_a_deadline_counts_down_to_nothing(clock):
    deadline = Deadline(2, clock=clock)
    clock.advance(1.5)
    assert deadline.left() == 0.5
    clock.advance(1)
    assert deadline.left() == 0


# The bulkhead


def test_who_finds_no_place_is_refused_at_once_when_nobody_has_got_through_for_a_second(clock):
    bulkhead = Bulkhead("bank", places=2, clock=clock)
    with bulkhead.enter():
        with bulkhead.enter():
            clock.advance(Bulkhead.WAIT_SECONDS)
            with pytest.raises(BulkheadFull) as refused, bulkhead.enter():
                pytest.fail("the service was asked")
            assert (refused.value.status, refused.value.code) == (503, "service_crowded")
        with bulkhead.enter():
            pass


def test_who_finds_no_place_gets_one_that_becomes_free_meanwhile(clock):
    bulkhead = Bulkhead("bank", places=1, clock=clock)
    got_in = threading.Event()

    def call():
        with bulkhead.enter():
            got_in.set()

    other = threading.Thread(target=call)
    with bulkhead.enter():
        other.start()
        assert not got_in.is_set()
    other.join(10)

    assert got_in.is_set()


def test_a_call_that_fails_gives_its_place_back():
    bulkhead = Bulkhead("bank", places=1)
    for _ in range(2):
        with pytest.raises(ServiceFailed, match="away"), bulkhead.enter():
            raise ServiceFailed("bank", "away")


def test_a_name_has_one_bulkhead_in_this_process():
    assert resilience.bulkhead("a bank", places=2) is resilience.bulkhead("a bank", places=2)
