"""How good recommendations are: what they would have said to baskets that they do not know yet."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from orders.analytics import baskets, neighbors
from orders.analytics.baskets import Rule

AT = 10
"""Recommendations that a basket gets."""
LATELY = timedelta(days=28)
MOST_BASKETS = 20_000
"""That are tried, picked by chance; 20,000 leave an error of a third of a percentage point."""
ANY_SIZE = 1_000_000
LISTED = 200
"""Bestsellers that are kept of each list: enough for what is in a basket already to be left out."""
Recommend = Callable[[Sequence[int], int], list[int]]
"""From what is in a basket, and what is hidden, of which only the category may be used."""


class Hits(NamedTuple):
    """How often one way of recommending named what was hidden, and how many products it named at all."""

    name: str
    hits: int
    products: int


class Evaluation(NamedTuple):
    """What was tried: the days held out, how many baskets, and what came of each way."""

    since: date
    until: date
    trained_on: int
    baskets: int
    sold: int
    """Products that were sold before."""
    with_neighbors: int
    most_told: int
    """In how many products' lists the product stands that stands in most."""
    ways: list[Hits]


def last_day(path: Path) -> date | None:
    """Return the last day of the dataset ``lines``, if there is one."""
    days = sorted(folder.name for folder in path.glob("day=*"))
    return date.fromisoformat(days[-1].removeprefix("day=")) if days else None


def months_before(day: date, months: int) -> date:
    """Return the same day so many months before, or the last that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def evaluate(
    path: Path,
    client: Any = None,
    *,
    parents: Mapping[int, int] | None = None,
    until: date,
    months: int = 1,
    rule: Rule = neighbors.RULE,
    seed: int = 1,
) -> Evaluation:
    """Learn from all before the last ``months`` before ``until``, and try the baskets of those months.

    Of each basket of two products or more one is hidden, picked by ``seed``; from the others ten are
    recommended. Beside that stand lists that know nothing of the basket.

    Raises:
        OSError: A file is damaged or gone (EIO, with its name).
    """
    since = months_before(until, months)
    how = neighbors.reading(parents or {}, by_code=True)
    before = neighbors.in_chunks(path, until=since)
    learned = neighbors.together(path, client, parents=parents, until=since, by_code=True, rule=rule)
    told = neighbors.by_product(learned)
    sold, number = _sold(before, how)
    lately, _number = _sold(neighbors.in_chunks(path, since=since - LATELY, until=since), how)
    category_of = _categories(before, how)
    tried = _hidden(neighbors.in_chunks(path, since=since, until=until), how, seed)
    ways: dict[str, Recommend] = {
        "bought together": lambda rest, _hidden: by_neighbors(rest, told),
        "bestsellers": _from_list(_best(sold)),
        "bestsellers of the last 28 days": _from_list(_best(lately)),
    }
    if category_of:
        ways["bestsellers of its category"] = _of_category(sold, category_of)
    return Evaluation(
        since=since,
        until=until,
        trained_on=number,
        baskets=len(tried),
        sold=len(sold),
        with_neighbors=len(told),
        most_told=max(Counter(learned["other"]).values(), default=0),
        ways=[_tried(name, recommend, tried) for name, recommend in ways.items()],
    )


def by_neighbors(rest: Iterable[int], told: Mapping[int, Sequence[tuple[int, float]]]) -> list[int]:
    """Return the ten whose scores as neighbors of all of ``rest`` add up to most."""
    scores: defaultdict[int, float] = defaultdict(float)
    for product in rest:
        for other, score in told.get(product, ()):
            scores[other] += score
    there = set(rest)
    ranked = sorted((-score, other) for other, score in scores.items() if other not in there)
    return [other for _score, other in ranked[:AT]]


def _tried(name: str, recommend: Recommend, tried: Sequence[tuple[list[int], int]]) -> Hits:
    named: set[int] = set()
    hits = 0
    for rest, hidden in tried:
        said = recommend(rest, hidden)
        named.update(said)
        hits += hidden in said
    return Hits(name, hits, len(named))


def _hidden(chunks: Iterable[list[str]], how: baskets.Reading, seed: int) -> list[tuple[list[int], int]]:
    """Return each basket without one of its products, and which that is."""
    chance = np.random.default_rng(seed)
    held = []
    for chunk in chunks:
        products, sizes = baskets.read(chunk, how._replace(most=ANY_SIZE))
        parts = np.split(products, np.cumsum(sizes)[:-1]) if sizes.size else []
        held += [sorted(part.tolist()) for part in parts if part.size > 1]
    if len(held) > MOST_BASKETS:
        held = [held[place] for place in chance.choice(len(held), MOST_BASKETS, replace=False)]
    return [(basket, basket.pop(int(chance.integers(len(basket))))) for basket in held]


def _sold(chunks: Iterable[list[str]], how: baskets.Reading) -> tuple[Counter[int], int]:
    """Return in how many baskets each product is, and how many there are."""
    counted: Counter[int] = Counter()
    number = 0
    for chunk in chunks:
        products, times, baskets_of_chunk = baskets.count_products(chunk, how)
        counted.update(dict(zip(products.tolist(), times.tolist(), strict=True)))
        number += baskets_of_chunk
    return counted, number


def _categories(chunks: Iterable[list[str]], how: baskets.Reading) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in chunks:
        products, of_product = baskets.categories(chunk, how)
        found.update(zip(products.tolist(), of_product.tolist(), strict=True))
    return found


def _best(sold: Mapping[int, int]) -> list[int]:
    return sorted(sold, key=lambda product: (-sold[product], product))[:LISTED]


def _from_list(listed: Sequence[int]) -> Recommend:
    def recommend(rest: Sequence[int], _hidden: int) -> list[int]:
        there = set(rest)
        return [product for product in listed if product not in there][:AT]

    return recommend


def _of_category(sold: Mapping[int, int], category_of: Mapping[int, int]) -> Recommend:
    """Recommend the bestsellers of the category that the hidden product is of: more than anybody knows."""
    shelves: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for product, times in sold.items():
        shelves[category_of.get(product, 0)][product] = times
    lists = {category: _from_list(_best(shelf)) for category, shelf in shelves.items()}

    def recommend(rest: Sequence[int], hidden: int) -> list[int]:
        of_category = lists.get(category_of.get(hidden, 0))
        return of_category(rest, hidden) if of_category else []

    return recommend
