"""Rounds, their tally, and books that agree after every race."""

import os

import pytest

from orders.services import reconciliation

ROUNDS = int(os.environ.get("PROVE_ROUNDS", "0"))
"""How many rounds each race has; 0: the few that its quick form has."""
TRIALS = pytest.StashKey[int]()


@pytest.fixture(autouse=True)
def _books_agree(transactional_db):
    yield
    assert reconciliation.breaks() == []


@pytest.fixture
def rounds(request):
    """``for _ in rounds(5)``: so many rounds, or as many as the long form wants; each is counted."""

    def run(quick):
        for number in range(ROUNDS or quick):
            yield number
            request.node.stash[TRIALS] = number + 1

    return run
