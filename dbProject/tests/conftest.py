"""A breaker whose time passes when it is told to."""

import pytest

from dbProject.resilience import Breaker
from dbProject.tests.failing import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker("bank", clock=clock)
