"""A service that keeps failing is left alone, and tried by one call after a while."""

import asyncio
import threading

import pytest

from dbProject import resilience
from dbProject.errors import ErrorCategory, ShopError
from dbProject.resilience import Breaker, BreakerState, CircuitOpen, ServiceFailed
from dbProject.tests.failing import fail

pytestmark = pytest.mark.unit


class Declined(Exception):
    """An answer, if an unwelcome one."""


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
