"""How good recommendations are on what they do not know, and what rises."""

from datetime import date, timedelta

import pytest

from orders.analytics import demand, evaluation
from orders.tests.lines import line, write

pytestmark = pytest.mark.unit
END = date(2026, 5, 1)


def sell(path, day, *held):
    """Write baskets of (product, category)."""
    write(
        path,
        day,
        [
            line(f"{day}-{n}", product, category=category)
            for n, products in enumerate(held)
            for product, category in products
        ],
    )


@pytest.fixture
def path(tmp_path):
    """Two months alike: whoever buys 1 buys 2, 3 goes with 4, 9 is in most baskets."""
    for day in (date(2026, 3, 20), date(2026, 4, 20)):
        sell(
            tmp_path,
            day,
            *[[(1, 7), (2, 7), (9, 8)]] * 20,
            *[[(3, 7), (4, 8)]] * 20,
            *[[(9, 8)]] * 60,
        )
    return tmp_path


def test_what_was_held_out_is_not_learned_from_and_each_basket_hides_one_product(path):
    trial = evaluation.evaluate(path, until=END)

    assert (trial.since, trial.until) == (date(2026, 4, 1), END)
    assert (trial.trained_on, trial.baskets, trial.sold, trial.with_neighbors) == (100, 40, 5, 5)
    ways = {way.name: way for way in trial.ways}
    assert ways["bought together"].hits == 40  # the hidden one goes with what is left, always
    assert ways["bestsellers"].hits == 40  # five products: ten are all of them
    assert evaluation.evaluate(path, until=date(2026, 4, 1)).trained_on == 0


def test_lists_that_know_nothing_of_the_basket_miss_what_is_not_on_them(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "AT", 1)
    for day in (date(2026, 3, 20), date(2026, 4, 20)):
        sell(tmp_path, day, *[[(1, 7), (2, 8)]] * 20, *[[(9, 5)]] * 60)

    trial = evaluation.evaluate(tmp_path, until=END)

    assert trial.baskets == 20  # a single product leaves nothing to go by
    assert trial.ways == [
        ("bought together", 20, 2),
        ("bestsellers", 0, 1),
        ("bestsellers of the last 28 days", 0, 1),
        ("bestsellers of its category", 20, 2),
    ]
    assert trial == evaluation.evaluate(tmp_path, until=END)


def test_scores_of_all_that_is_in_the_basket_add_up():
    told = {1: [(5, 0.4), (6, 0.3), (2, 0.9)], 2: [(6, 0.2), (7, 0.1)]}

    assert evaluation.by_neighbors([1, 2], told) == [6, 5, 7]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 6, 1), 1, date(2026, 5, 1)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 13, date(2024, 12, 15)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_last_there_is(day, months, before):
    assert evaluation.months_before(day, months) == before


def test_what_is_in_more_orders_than_before_is_in_demand_what_sells_as_ever_is_not(tmp_path):
    steady, new, risen, rare, bulk = 1, 2, 3, 4, 5
    for number in range(42):
        day = END - timedelta(days=1 + number)
        is_late = number < 14
        held = [[(steady, 7)]] * 3 + [[(risen, 7)]] * (4 if is_late else 2)
        if is_late and number % 2:
            held.append([(new, 7)])
        if number in (0, 1):
            held.append([(rare, 7)])
        sell(tmp_path, day, *held)
    write(tmp_path, END, [line("tomorrow", rare)] * 50)
    write(tmp_path, END - timedelta(days=1), [line("wholesale", bulk, units=9_999)], part=1)

    rows = demand.rising(tmp_path, until=END)

    # risen: 56 where 28 were to be expected; new: 7 where none were
    assert rows == [
        (risen, pytest.approx(56.375**0.5 - 28.375**0.5)),
        (new, pytest.approx(7.375**0.5 - 0.375**0.5)),
    ]
