"""The list of mutants fits the shop as it is; whether each is noticed, ``./shop prove --mutants`` tells."""

from pathlib import Path

import pytest

from tests.mutants import MUTANTS

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_still_applies(mutant):
    for edit in mutant.edits:
        assert (ROOT / edit.path).read_text().count(edit.old) == 1, f"{edit.path} has changed"
    path, _, name = mutant.test.partition("[")[0].partition("::")
    assert f"def {name}(" in (ROOT / path).read_text()


def test_every_mutant_has_a_name_of_its_own():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
