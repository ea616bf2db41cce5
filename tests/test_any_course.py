"""Any course that carts and orders can take, step by step: after each the books agree."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.courses.buying import Buying
from tests.courses.keeping import Keeping
from tests.courses.paying import Paying
from tests.courses.world import orders
from tests.trials import IS_MUTANT, ROUNDS, TRIALS

FEW, FOR_A_MUTANT, STEPS = 6, 200, 25
"""Courses of the quick form, those within which a broken shop has to be noticed, and steps of each."""
COURSES = ROUNDS or (FOR_A_MUTANT if IS_MUTANT else FEW)


class AnyCourse(Buying, Paying, Keeping):
    """All steps, in any order, after an order that has come some way already."""

    @initialize(target=orders, steps=some.sampled_from([5, 5, 4, 3, 2, 1, 0]))
    def begin_with_an_order(self, steps):
        """Anna's order is placed, paid at the bank, sent and arrived in part, or that part is coming back."""
        pk = self.first_order()
        way = (
            lambda: self.go_to_the_bank(pk, ["decline", "pay"], is_told=True),
            lambda: self.ship_some(pk, [1], key=1),
            lambda: self.deliver(pk, number=1),
            lambda: self.ask_to_return(pk, [1], key=1),
            lambda: self.answer_return(pk, number=1, answer="accept"),
        )
        for step in way[:steps]:
            step()
        return pk


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
