"""Which word somebody may have meant, without a database."""

import pytest

from products.search import spelling, words
from products.search.spelling import Known

pytestmark = pytest.mark.unit

CATALOG = [
    Known("canon", 40),
    Known("cannot", 2),
    Known("laser", 90),
    Known("layer", 3),
    Known("keyboard", 50),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cannon", "canon"),
        ("lazer", "laser"),
        ("keybaord", "keyboard"),
        ("keybord", "keyboard"),
        ("kayboards", "keyboard"),
        ("canon", "canon"),
        ("can", "can"),
        ("umbrella", "umbrella"),
    ],
)
def test_the_nearest_word_of_the_catalog_is_meant(typed, meant):
    assert spelling.best(typed, CATALOG) == meant


def test_a_word_of_the_catalog_gives_way_only_to_a_much_more_frequent_one():
    assert spelling.best("layer", CATALOG) == "laser"
    assert spelling.best("layer", [Known("laser", 29), Known("layer", 3)]) == "layer"


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("lamp", "lamps", 1),
        ("lamp", "lapm", 1),
        ("lamp", "ramp", 1),
        ("lamp", "oven", 4),
    ],
)
def test_mistakes_are_counted_both_ways(one, other, mistakes):
    assert spelling.distance(one, other, most=5) == spelling.distance(other, one, most=5) == mistakes
    assert spelling.distance(one, other, most=0) == min(mistakes, 1)


def test_a_correction_keeps_the_rest_as_it_was_typed():
    typed = words.read("  HP  Cartrige, for (LASERJAT) 1020 ")

    assert spelling.corrected(typed, {"cartrige": "cartridge", "laserjat": "laserjet"}).text == (
        "HP Cartridge, for (LASERJET) 1020"
    )


def test_what_is_looked_for_is_bounded():
    typed = words.read("word " * 500)

    assert (len(typed.text), len(typed.words)) == (199, words.MAX_WORDS)
    assert max(map(len, words.read("x" * 9_000).words)) == words.LONGEST_WORD
