"""What is bought together, counted by hand, by brute force, and on a cluster."""

import errno
import random
from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import pytest

from orders.analytics import baskets, neighbors
from orders.analytics.baskets import Rule
from orders.tests.lines import line, write

pytestmark = pytest.mark.unit
DAY = date(2026, 3, 1)
ANY = Rule(fewest=1, power=1, errors=0, most=12)
"""Lift itself, of whatever was bought together once."""


def write_baskets(path, *held, day=DAY):
    write(path, day, [line(f"{day}-{n}", product) for n, products in enumerate(held) for product in products])


def found(frame):
    """Return product -> its neighbors, best first."""
    return {one: list(rows["other"]) for one, rows in frame.groupby("product")}


def test_lift_and_support_of_four_baskets(tmp_path):
    write_baskets(tmp_path, [1, 2], [1, 2, 3], [1], [3])

    rows = neighbors.together(tmp_path, rule=ANY)

    # 1 is in 3 of 4 baskets, 2 in 2, 3 in 2; 1 and 2 in 2: 2 * 4 / (3 * 2)
    told = {(row.product, row.other): (row.baskets, row.lift) for row in rows.itertuples()}
    assert told == {(1, 2): (2, 4 / 3), (2, 1): (2, 4 / 3)}  # 1 and 3, 2 and 3: no more than by chance


def test_what_counts_is_goods_that_were_bought_once_a_basket_and_variants_as_their_parent(tmp_path):
    shirt, red, blue, belt, hat = 1, 11, 12, 2, 3
    write(
        tmp_path,
        DAY,
        [
            line("A", red), line("A", blue), line("A", belt), line("A", belt, units=3),
            line("A", hat, kind="back", units=-1), line("A", hat, units=0), line("A", 0, kind="fee"),
        ],
    )  # fmt: skip
    write(tmp_path, DAY, [line("B", hat), line("C", hat)], part=1)
    write(tmp_path, DAY, [line("B", blue), line("B", belt)], part=2)  # the same order in another part

    rows = neighbors.together(tmp_path, parents={red: shirt, blue: shirt}, rule=ANY)

    assert found(rows) == {shirt: [belt], belt: [shirt]}
    assert list(rows["baskets"]) == [2, 2]


def test_what_too_few_have_bought_together_is_not_told(tmp_path):
    write_baskets(tmp_path, *[[1, 2]] * 4, *[[3, 4]] * 5, *[[9]] * 20)

    assert found(neighbors.together(tmp_path)) == {3: [4], 4: [3]}


def test_the_bestseller_is_not_everybodys_neighbor(tmp_path):
    bestseller, pairs = 1, [(2, 3), (4, 5), (6, 7)]
    held = [[bestseller, *pair] for pair in pairs for _ in range(20)]
    held += [list(pair) for pair in pairs for _ in range(5)] + [[bestseller]] * 40
    write_baskets(tmp_path, *held)

    first = {product: others[0] for product, others in found(neighbors.together(tmp_path)).items()}

    assert {one: first[one] for pair in pairs for one in pair} == {2: 3, 3: 2, 4: 5, 5: 4, 6: 7, 7: 6}


def test_chance_does_not_put_what_is_rare_first(tmp_path):
    # 2 goes with 1 in 60 of 100 baskets; 3 was sold five times in all, each time with 1: lift is higher
    held = [[1, 2]] * 60 + [[1, 3]] * 5 + [[1]] * 35 + [[2]] * 40 + [[8]] * 300
    write_baskets(tmp_path, *held)

    assert found(neighbors.together(tmp_path, rule=ANY))[1] == [3, 2]
    assert found(neighbors.together(tmp_path))[1] == [2, 3]


def test_days_are_counted_from_the_first_to_before_the_last(tmp_path):
    for number in range(4):
        write_baskets(tmp_path, [1, 2 + number], [9], day=DAY + timedelta(days=number))

    rows = neighbors.together(
        tmp_path, since=DAY + timedelta(days=1), until=DAY + timedelta(days=3), rule=ANY
    )

    assert sorted(found(rows)[1]) == [3, 4]


def test_of_a_wholesale_order_no_more_than_sixty_products_count_the_same_ones_each_time(tmp_path):
    write_baskets(tmp_path, range(1, 201), *[[product] for product in range(1, 201)])

    counts = [neighbors.together(tmp_path, rule=ANY._replace(most=99))["product"].nunique() for _ in (1, 2)]

    assert counts == [60, 60]


def test_lines_without_a_product_count_by_their_code_where_that_is_asked_for(tmp_path):
    write(tmp_path, DAY, [line("A", 0, code="X"), line("A", 0, code="Y"), line("B", 0, code="Z")])

    assert neighbors.together(tmp_path, rule=ANY).empty
    by_code = found(neighbors.together(tmp_path, rule=ANY, by_code=True))
    assert len(by_code) == 2
    assert all(one < 0 for one in by_code)


def test_nothing_sold_has_no_neighbors(tmp_path):
    assert neighbors.together(tmp_path / "nothing").empty
    write(tmp_path, DAY, [])
    assert neighbors.together(tmp_path).empty


def test_a_broken_file_is_named(tmp_path):
    write_baskets(tmp_path, [1, 2])
    file = tmp_path / f"day={DAY}" / "part-00001.parquet"
    file.write_bytes(b"PAR1 no more")

    with pytest.raises(OSError, match="part-00001") as refused:
        neighbors.together(tmp_path)

    assert (refused.value.errno, refused.value.filename) == (errno.EIO, str(file))


@pytest.fixture
def month(tmp_path):
    """A month of baskets around tastes, written to disk; returns where, and what each holds."""
    chance = random.Random(7)  # noqa: S311 -- the same each time
    held = []
    for number in range(30):
        of_day = []
        for _ in range(40):
            taste = chance.randrange(8)
            own = [taste * 10 + min(int(chance.expovariate(0.4)), 9) for _ in range(chance.randrange(1, 6))]
            of_day.append({1 + product for product in [*own, chance.randrange(90)]})
        held += of_day
        write_baskets(tmp_path, *of_day, day=DAY + timedelta(days=number))
    return tmp_path, held


def brute_force(held, rule):
    """Return product -> [(other, baskets, lift)], best first, the plain way."""
    of_one = Counter(product for basket in held for product in basket)
    of_both = Counter(pair for basket in held for pair in combinations(sorted(basket), 2))
    told = {}
    for (one, other), times in of_both.items():
        lift = times * len(held) / (of_one[one] * of_one[other])
        if times >= rule.fewest and lift > 1:
            certain = times - rule.errors * times**0.5
            for first, second in ((one, other), (other, one)):
                score = certain / of_one[first] * (len(held) / of_one[second]) ** rule.power
                told.setdefault(first, []).append((-score, second, times, lift))
    return {first: [row[1:] for row in sorted(rows)[: rule.most]] for first, rows in told.items()}


@pytest.mark.parametrize("in_pieces", [False, True])
def test_it_is_what_brute_force_counts_however_it_is_cut(month, monkeypatch, in_pieces):
    if in_pieces:
        monkeypatch.setattr(neighbors, "LINES_AT_ONCE", 100)
        monkeypatch.setattr(neighbors, "PAIRS_OF_BUCKET", 500)
        monkeypatch.setattr(baskets, "PAIRS_AT_ONCE", 50)
    path, held = month

    rows = neighbors.together(path)

    told = {}
    for row in rows.itertuples():
        told.setdefault(row.product, []).append((row.other, row.baskets, pytest.approx(row.lift)))
    assert told == brute_force(held, neighbors.RULE)
    assert len(told) > 50


@pytest.mark.slow
@pytest.mark.integration
def test_workers_that_do_not_know_the_shop_count_the_same(month, monkeypatch, settings, tmp_path):
    from orders.analytics import engine

    settings.ANALYTICS_DIR = tmp_path / "analytics"
    monkeypatch.setattr(neighbors, "LINES_AT_ONCE", 1_000)
    monkeypatch.setattr(neighbors, "PAIRS_OF_BUCKET", 2_000)
    path, _held = month

    with engine.client() as client:
        there = neighbors.together(path, client)

    assert there.equals(neighbors.together(path))
