"""A service that fails when it is told to, and time that passes when it is told to."""

import pytest

from dbProject.resilience import ServiceFailed


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.seconds = 1_000.0

    def __call__(self):
        return self.seconds

    def advance(self, seconds):
        self.seconds += seconds


def fail(breaker, times=1):
    for _ in range(times):
        with pytest.raises(ServiceFailed, match="bank: away"), breaker.guard():
            raise ServiceFailed("bank", "away")
