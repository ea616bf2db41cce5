"""The jobs of ``counting`` are those of the shop."""

import pytest

from dbProject.jobs.tests.counting import entered, may_go_on, seen


@pytest.fixture(autouse=True)
def handlers(settings):
    here = "dbProject.jobs.tests.counting"
    settings.JOB_HANDLERS = {
        name: f"{here}.{name}"
        for name in (
            *("count_to_ten", "count_three_per_slice", "crash_after_four", "crash_once", "refuse"),
            "wait_inside",
        )
    }
    seen.clear()
    entered.clear()
    may_go_on.clear()
