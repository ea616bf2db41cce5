"""How often the long form tries what the quick form tries a few times, and what that proves."""

import os

import pytest

ROUNDS = int(os.environ.get("PROVE_ROUNDS", "0"))
"""How many trials each race has; 0: the few of its quick form."""
IS_MUTANT = bool(os.environ.get("PROVE_MUTANT"))
"""Whether the shop is broken on purpose: then it is enough to fail, and nobody needs the shortest example."""
TRIALS = pytest.StashKey[int]()
"""Where a test notes how many it has had."""


def bound(trials):
    """Return the rate of breaks that so many trials without one rule out, at 95 % confidence.

    Source: the rule of three; Hanley and Lippman-Hand, JAMA 249 (1983), 1743.
    """
    return 3 / trials


class Report:
    """What the tests of a run have tried."""

    def __init__(self):
        self.rows = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.when == "call" or report.failed:
            self.rows.append((item.nodeid, item.stash.get(TRIALS, 1), report.failed))
        return report

    def pytest_terminal_summary(self, terminalreporter):
        say = terminalreporter.write_line
        terminalreporter.section("proof")
        say(f"{'trials':>7} {'breaks':>7}  {'less than':>9}  of what is tried, at 95 % confidence")
        for name, trials, is_broken in self.rows:
            proven = "" if is_broken else f"{bound(trials):.1%}" if trials > 3 else "-"
            say(f"{trials:7} {'BROKEN' if is_broken else 0:>7}  {proven:>9}  {name.rpartition('/')[2]}")
        trials = sum(trials for _name, trials, _is_broken in self.rows)
        breaks = sum(is_broken for _name, _trials, is_broken in self.rows)
        say(f"trials={trials} breaks={breaks}")
