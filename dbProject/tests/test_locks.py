"""What the database says when a lock does not come, and what is made of it."""

import pytest
from django.db import OperationalError

from dbProject import locks
from dbProject.api import problems

pytestmark = pytest.mark.unit


class Said(Exception):
    def __init__(self, pgcode):
        super().__init__(pgcode)
        self.pgcode = pgcode


def error(pgcode):
    """Return what Django raises when Postgres says ``pgcode``."""
    found = OperationalError("said the database")
    found.__cause__ = Said(pgcode)
    return found


def test_a_wait_that_was_too_long_is_refused_by_name():
    with pytest.raises(locks.Busy), locks.patience():
        raise error("55P03")


@pytest.mark.parametrize("pgcode", ["40P01", "57014", None])
def test_nothing_else_is_taken_for_it(pgcode):
    with pytest.raises(OperationalError), locks.patience():
        raise error(pgcode)


def test_a_program_reads_that_it_may_try_again(rf):
    request = rf.get("/", headers={"X-Request-ID": "1"})
    answer = problems.problem_details(error("55P03"), {"request": request})
    assert (answer.status_code, answer.data["code"]) == (503, "busy")
