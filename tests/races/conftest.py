"""Rounds, and books that agree after every race."""

from contextlib import ExitStack

import pytest
from django.db import connection

from orders.services import reconciliation
from tests.races.crowd import crowd
from tests.races.slow_database import slow
from tests.trials import ROUNDS, TRIALS

FAR_CROWD, FAR_SHARE = 12, 10
"""How many people reach a far database at most, and which share of the rounds they have: all wait there."""


@pytest.fixture(autouse=True)
def _books_agree(transactional_db):
    yield
    assert reconciliation.breaks() == []


@pytest.fixture(params=["near", "far"])
def distance(request):
    """Whether the crowd of a race has its database at hand, or 20 to 100 ms away."""
    return request.param


@pytest.fixture
def gathered(distance, transactional_db):
    """``gathered(50)``: so many people, or the few that a far database can serve."""
    with ExitStack() as stack:

        def gather(size):
            if distance == "near":
                return stack.enter_context(crowd(size))
            return stack.enter_context(crowd(min(size, FAR_CROWD), stack.enter_context(slow(connection))))

        yield gather


@pytest.fixture
def rounds(request):
    """``for _ in rounds(5)``: so many rounds, or as many as the long form wants; each is counted.

    ``far`` is how many are enough for the quick form where the database is far away.
    """
    is_far = "distance" in request.fixturenames and request.getfixturevalue("distance") == "far"

    def run(quick, *, far=1):
        wanted = -(-ROUNDS // FAR_SHARE) or far if is_far else ROUNDS or quick
        for number in range(wanted):
            request.node.stash[TRIALS] = number + 1
            yield number

    return run
