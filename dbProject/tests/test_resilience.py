"""Time limits, retries and the breaker."""

import asyncio
import threading

import pytest

from dbProject import resilience
from dbProject.errors import ErrorCategory, ShopError
from dbProject.resilience import (
    Breaker,
    BreakerState,
    Bulkhead,
    BulkheadFull,
    CircuitOpen,
    Deadline,
    Retries,
    ServiceFailed,
    ServiceTooSlow,
)

pytestmark = pytest.mark.unit


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.seconds = 1_000.0

    def __call__(self):
        return self.seconds

    def advance(self, seconds):
        self.seconds += seconds


class Declined(Exception):
    """An answer, if an unwelcome one."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker("bank", clock=clock)


def fail(breaker, times=1):
    for _ in range(times):
        with pytest.raises(ServiceFailed, match="bank: away"), breaker.guard():
            raise ServiceFailed("bank", "away")


def succeed(breaker):
    with breaker.guard():
        pass


def is_refused(breaker):
    try:
        succeed(breaker)
    except CircuitOpen:
        return True
    return False


def test_five_failures_in_a_row_open_the_breaker_for_sixty_seconds(breaker, clock):
    fail(breaker, times=4)
    assert (breaker.state, breaker.failures) == (BreakerState.CLOSED, 4)

    fail(breaker)

    assert breaker.state == BreakerState.OPEN
    clock.advance(59.9)
    assert is_refused(breaker)
    clock.advance(0.1)
    assert breaker.state == BreakerState.HALF_OPEN


def test_one_answer_in_between_begins_the_count_anew(breaker):
    fail(breaker, times=4)
    succeed(breaker)
    fail(breaker, times=4)

    assert breaker.state == BreakerState.CLOSED


def test_an_open_breaker_does_not_run_the_block_and_says_for_how_long(breaker, clock):
    fail(breaker, times=5)
    clock.advance(18)

    with pytest.raises(CircuitOpen) as refused, breaker.guard():
        pytest.fail("the service was asked")

    assert isinstance(refused.value, ShopError)
    assert (refused.value.status, refused.value.category) == (503, ErrorCategory.EXTERNAL_API)
    assert refused.value.facts == {"retry_after_seconds": 42}
    assert "bank" not in refused.value.detail


@pytest.mark.parametrize(("ends", "state"), [(succeed, BreakerState.CLOSED), (fail, BreakerState.OPEN)])
def test_the_call_that_tries_decides(breaker, clock, ends, state):
    fail(breaker, times=5)
    clock.advance(60)

    ends(breaker)

    assert breaker.state == state
    clock.advance(59.9)
    assert is_refused(breaker) == (state == BreakerState.OPEN)


def test_only_one_call_tries(breaker, clock):
    fail(breaker, times=5)
    clock.advance(60)

    with breaker.guard():
        assert breaker.state == BreakerState.HALF_OPEN
        assert is_refused(breaker)

    assert not is_refused(breaker)


def test_of_twenty_threads_at_once_one_tries(breaker, clock):
    fail(breaker, times=5)
    clock.advance(60)
    start, others_are_done = threading.Barrier(20), threading.Event()
    outcomes = []

    def call():
        start.wait(10)
        try:
            with breaker.guard():
                outcomes.append("asked")
                assert others_are_done.wait(10)
        except CircuitOpen:
            outcomes.append("refused")
            if outcomes.count("refused") == 19:
                others_are_done.set()

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["asked"] + ["refused"] * 19
    assert breaker.state == BreakerState.CLOSED


def test_of_twenty_coroutines_at_once_one_tries(breaker, clock):
    fail(breaker, times=5)
    clock.advance(60)

    async def call():
        with breaker.guard():
            await asyncio.sleep(0)

    async def all_at_once():
        return await asyncio.gather(*(call() for _ in range(20)), return_exceptions=True)

    outcomes = asyncio.run(all_at_once())

    assert [type(outcome) for outcome in outcomes].count(CircuitOpen) == 19
    assert breaker.state == BreakerState.CLOSED


def test_a_try_that_never_comes_back_makes_room_for_another(breaker, clock):
    fail(breaker, times=5)
    clock.advance(60)
    lost = breaker.guard()
    lost.__enter__()
    assert is_refused(breaker)

    clock.advance(60)
    fail(breaker)
    lost.__exit__(None, None, None)

    assert breaker.state == BreakerState.OPEN


def test_a_try_that_is_cancelled_leaves_it_to_the_next(breaker, clock):
    fail(breaker, times=5)
    clock.advance(60)

    with pytest.raises(asyncio.CancelledError), breaker.guard():
        raise asyncio.CancelledError

    assert breaker.state == BreakerState.HALF_OPEN
    succeed(breaker)
    assert breaker.state == BreakerState.CLOSED


def test_what_was_asked_before_the_breaker_opened_no_longer_counts(breaker, clock):
    early, late = breaker.guard(), breaker.guard()
    early.__enter__()
    late.__enter__()
    fail(breaker, times=5)

    early.__exit__(None, None, None)
    assert breaker.state == BreakerState.OPEN

    clock.advance(60)
    succeed(breaker)
    late.__exit__(ServiceFailed, ServiceFailed("bank", "away"), None)
    assert (breaker.state, breaker.failures) == (BreakerState.CLOSED, 0)


def test_an_unwelcome_answer_is_an_answer(clock):
    breaker = Breaker("bank", clock=clock)
    for _ in range(10):
        with pytest.raises(Declined), breaker.guard():
            raise Declined
    assert breaker.state == BreakerState.CLOSED

    fail(breaker, times=5)
    clock.advance(60)
    with pytest.raises(Declined), breaker.guard():
        raise Declined
    assert breaker.state == BreakerState.CLOSED


def test_a_name_has_one_breaker_in_this_process():
    assert resilience.breaker("bank") is resilience.breaker("bank")
    assert resilience.breaker("bank") is not resilience.breaker("post")
    assert set(resilience.breakers()) == {"bank", "post", "cache"}


# Retries


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
