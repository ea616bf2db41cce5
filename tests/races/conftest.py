"""Rounds, and books that agree after every race."""

import pytest

from orders.services import reconciliation
from tests.trials import ROUNDS, TRIALS


@pytest.fixture(autouse=True)
def _books_agree(transactional_db):
    yield
    assert reconciliation.breaks() == []


@pytest.fixture
def rounds(request):
    """``for _ in rounds(5)``: so many rounds, or as many as the long form wants; each is counted."""

    def run(quick):
        for number in range(ROUNDS or quick):
            request.node.stash[TRIALS] = number + 1
            yield number

    return run
