"""What asking carriers costs a customer: one after another, and all together.

    ./shop bench carriers                               five carriers on loopback that take 2 s each
    ./shop bench carriers --carriers 10 --seconds 1

Both are measured in one run by ``orders.carriers.trial``, which asks as the checkout does; the last line is
for programs. Answers are real HTTP; nothing else than waiting is measured.
"""

import argparse
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.local")
django.setup()

from orders.carriers import trial  # noqa: E402

CARRIERS, SECONDS = 5, 2.0
MOST_OVERHEAD_SECONDS = 0.5
"""What asking together may take beyond the wait for one carrier."""


def main() -> int:
    """Measure and print; return 1 when asking together takes longer than the slowest carrier."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--carriers", type=int, default=CARRIERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="How long each takes to answer.")
    options = parser.parse_args()
    wait = options.seconds
    print(f"{options.carriers} carriers on loopback, {wait:g} s each")
    one_after_another, together = trial.compare(carriers=options.carriers, seconds=wait)
    print(f"one after another {one_after_another:8.2f} s")
    print(f"together          {together:8.2f} s   {one_after_another / together:.1f} times as fast")
    is_met = together <= wait + MOST_OVERHEAD_SECONDS
    print(f"budget: one wait and {MOST_OVERHEAD_SECONDS} s: {'met' if is_met else 'MISSED'}")
    print(
        f"carriers={options.carriers} wait_seconds={wait:g} one_after_another_seconds={one_after_another:.3f}"
        f" together_seconds={together:.3f} ratio={one_after_another / together:.2f}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
