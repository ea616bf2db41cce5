"""Any course that carts and orders can take, step by step: after each the books agree."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.courses.buying import Buying
from tests.courses.keeping import Keeping
from tests.courses.paying import Paying
from tests.trials import IS_MUTANT, ROUNDS, TRIALS

FEW, FOR_A_MUTANT, STEPS = 6, 60, 25
"""Courses of the quick form, those within which a broken shop has to be noticed, and steps of each."""
COURSES = ROUNDS or (FOR_A_MUTANT if IS_MUTANT else FEW)


class AnyCourse(Buying, Paying, Keeping):
    """All steps, in any order."""


def test_whatever_happens_in_whatever_order_the_books_agree(db, request):
    request.node.stash[TRIALS] = COURSES
    few = settings(
        max_examples=COURSES,
        stateful_step_count=STEPS,
        phases=[phase for phase in Phase if phase is not Phase.shrink] if IS_MUTANT else Phase,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(AnyCourse, settings=few)
