"""The long proof, and the proof of the proof: ``./shop prove`` and ``./shop prove --mutants``.

The first lets every race have many trials and says what bound they give, has Mozilla's scanner score every
kind of page, asks the API for whatever its description allows, streams 20,000 rows in the memory of 2,000,
imports six months of a real shop (where ``SHOP_DATA`` has them) and reads its reports, then lets busy days
pass in a database whose books ``manage.py reconcile`` looks at last. The second breaks a copy of the shop,
one promise at a time, and sees to it that the race for that promise fails.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[1]
RACES = (
    "tests/races",
    "tests/faults",
    "tests/cluster",
    "tests/test_any_course.py",
    "tests/test_fuzzed_uploads.py",
)
ROUNDS, DAYS = 100, 20
FUZZ_EXAMPLES = 50
"""Requests that are made up for each call of the API and each role: more than 5,000 in all."""
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "*.sqlite3*"
)


def main() -> int:
    """Run what was asked for; return 1 for a break or a survivor."""
    parser = argparse.ArgumentParser(prog="./shop prove", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="trials of each race")
    parser.add_argument(
        "--mutants", nargs="*", metavar="WORD", help="break the shop on purpose; all, or those named with it"
    )
    options = parser.parse_args()
    if options.mutants is None:
        return prove(options.rounds)
    return hunt([mutant for mutant in MUTANTS if all(word in mutant.name for word in options.mutants)])


def prove(rounds: int) -> int:
    """Let races have so many trials, pages be scored and books be looked at; return the worst status."""
    races = run(["-m", "pytest", *RACES], PROVE_ROUNDS=str(rounds))
    scores = run(["-m", "pytest", "tests/observatory.py"])
    answers = run(["-m", "pytest", "tests/test_api_fuzz.py"], FUZZ_EXAMPLES=str(FUZZ_EXAMPLES))
    streams = run(["-m", "pytest", "tests/test_api_files.py", "-k", "memory"], STREAMED_ROWS="20000")
    past = run(["-m", "pytest", "orders/tests/test_online_retail.py"], ONLINE_RETAIL_MONTHS="6")
    days = (
        f"import django; django.setup(); from tests.races import day; day.live_through({min(rounds, DAYS)})"
    )
    lived = run(["manage.py", "migrate", "-v0"]) or run(["-c", days])
    books = run(["manage.py", "reconcile"])
    return int(bool(races or scores or answers or streams or past or lived or books))


def hunt(mutants: list[Mutant]) -> int:
    """Show of each mutant that its test notices it; return 1 if one survives."""
    survivors = []
    with tempfile.TemporaryDirectory(prefix="shop-mutants-") as folder:
        copy = Path(folder) / "shop"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        tests = sorted({mutant.test for mutant in mutants})
        print(f"{len(mutants)} mutants; first, {len(tests)} tests that have to pass without them", flush=True)
        if is_red(copy, "--create-db", *tests):
            raise SystemExit("They do not pass: nothing is shown.")
        for mutant in sorted(mutants, key=lambda mutant: mutant.needs_new_database):
            start = time.monotonic()
            verdict = "killed" if is_noticed(mutant, copy) else "SURVIVED"
            print(f"{verdict:<9} {time.monotonic() - start:5.0f} s  {mutant.name}", flush=True)
            if verdict != "killed":
                survivors.append(mutant)
    for mutant in survivors:
        print(f"{mutant.test} does not notice: {mutant.name}")
    print(f"mutants={len(mutants)} survivors={len(survivors)}")
    return int(bool(survivors))


def is_noticed(mutant: Mutant, copy: Path) -> bool:
    """Say whether the mutant's test fails in ``copy`` with its edits, which are undone then."""
    before = {edit.path: (copy / edit.path).read_text() for edit in mutant.edits}
    try:
        for edit in mutant.edits:
            file = copy / edit.path
            file.write_text(file.read_text().replace(edit.old, edit.new))
        return is_red(copy, *(["--create-db"] if mutant.needs_new_database else []), mutant.test)
    finally:
        for path, text in before.items():
            (copy / path).write_text(text)


def is_red(folder: Path, *arguments: str) -> bool:
    """Run pytest in ``folder``; say whether a test failed there.

    Raises:
        SystemExit: Something else went wrong: a test that does not start shows nothing.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--reuse-db", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PROVE_MUTANT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1} or "ERROR at setup" in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return bool(done.returncode)


def run(arguments: list[str], **environment: str) -> int:
    """Run Python with ``arguments`` in the shop's folder and return its status."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
