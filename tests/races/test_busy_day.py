"""Everybody at once, each at something else."""

import pytest

from tests.races.crowd import crowd, tally
from tests.races.day import PEOPLE, busy_day

pytestmark = pytest.mark.race


def test_on_a_busy_day_everything_is_done_or_refused_by_name(rounds):
    with crowd(PEOPLE) as people:
        for number in rounds(2):
            assert tally(busy_day(people, number))["Order"] > PEOPLE
