"""Asking a provider: for so long, by so many at once."""

import pytest

from dbProject import resilience
from dbProject.resilience import Bulkhead, BulkheadFull, Deadline, ServiceFailed, ServiceTooSlow
from orders import gateways
from orders.gateways import calls

pytestmark = pytest.mark.django_db


class Question:
    """Is never answered, and takes its time for that."""

    def __init__(self, takes_seconds, clock):
        self.asked = 0
        self._takes_seconds, self._clock = takes_seconds, clock

    def __call__(self, _gateway):
        self.asked += 1
        self._clock[0] += self._takes_seconds
        raise ServiceFailed("test", "no answer")


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass with questions only."""
    now = [0.0]
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(("takes_seconds", "times"), [(0.1, 3), (2.5, 2), (5, 1)])
def test_an_unanswered_question_is_asked_again_while_there_is_time(clock, takes_seconds, times):
    question = Question(takes_seconds, clock)

    with pytest.raises(ServiceFailed, match="no answer"):
        gateways.call("test", question, Deadline(calls.PATIENCE_SECONDS, clock=lambda: clock[0]))

    assert question.asked == times


def test_a_question_after_others_that_took_all_the_time_is_not_asked(clock):
    question = Question(0, clock)

    with pytest.raises(ServiceTooSlow):
        gateways.call("test", question, Deadline(0.1))

    assert question.asked == 0
    assert resilience.breakers()["payment:test"].failures == 0


def test_a_provider_is_waited_for_by_so_many_at_once_and_no_more(settings, monkeypatch):
    settings.PAYMENT_CALLS_AT_ONCE = 1
    monkeypatch.setattr(Bulkhead, "WAIT_SECONDS", 0)

    def ask_meanwhile(_gateway):
        with pytest.raises(BulkheadFull):
            gateways.call("test", lambda _gateway: pytest.fail("it was asked"))
        return "answer"

    for _ in range(2):
        assert gateways.call("test", ask_meanwhile) == "answer"
