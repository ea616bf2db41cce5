"""What is bought together: for each product those that lie in the same baskets more often than by chance.

Lift is P(a and b) / (P(a) P(b)): how much more often both are in a basket than if one had nothing to do with
the other. By itself it favors what is rare, which chance brings together; bare counts favor the bestseller,
which is in every basket. ``baskets.damped`` stands between: from the count is taken what chance may have
added to it, and the other's share counts by a power below one (docs/decisions/recommendations.md).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from orders.analytics import baskets, engine
from orders.analytics.baskets import Known, Numbers, Pairs, Reading, Rule

MOST_IN_BASKET = 60
FEWEST_BASKETS = 5
SHARE_OF_BASKETS = 1e-5
"""A pair counts from so many baskets on, and from so many of 100,000."""
RULE = Rule(fewest=FEWEST_BASKETS, power=0.6, errors=1.5, most=12)
"""As tuned: a power of 1 is lift, of 0 how often something is bought with the first at all."""
LINES_AT_ONCE = 250_000
"""Of one piece of work, in whole days; what a worker holds at once."""
PAIRS_OF_BUCKET = 4_000_000
"""At most, were every pair there; 64 MB."""
MOST_BUCKETS = 256
FAN_IN = 8
"""Parts that one step of adding up takes."""


def together(
    path: Path,
    client: Any = None,
    *,
    parents: Mapping[int, int] | None = None,
    since: date | None = None,
    until: date | None = None,
    by_code: bool = False,
    rule: Rule = RULE,
) -> Any:
    """Return a frame with the neighbors of each product, best first: product, other, baskets, lift, score.

    Two passes over the lines: products, then pairs of those that are in enough baskets at all. Pairs are
    counted in buckets of first products, so no worker holds more than one bucket of all pairs; what is in too
    few baskets is dropped as soon as a bucket is complete.

    Args:
        path: Of the dataset ``lines``.
        client: A ``distributed.Client``; without it all is done here.
        parents: A variant's primary key -> its parent's.
        since, until: The first day and the one after the last.
        by_code: Count lines without a product, too, as what their code says (negative numbers).

    Raises:
        OSError: A file is damaged or gone (EIO, with its name).
    """
    how = reading(parents or {}, by_code=by_code)
    chunks = in_chunks(path, since=since, until=until)
    products, times, total = products_in(client, chunks, how)
    rule = rule._replace(fewest=max(rule.fewest, math.ceil(SHARE_OF_BASKETS * total)))
    known = _known(products[times >= rule.fewest], times[times >= rule.fewest])
    buckets = min(MOST_BUCKETS, max(1, math.ceil(known.products.size**2 / PAIRS_OF_BUCKET)))
    counted = [
        _submit(client, baskets.count_pairs, chunk, tuple(how), tuple(known), buckets) for chunk in chunks
    ]
    best = {
        bucket: _submit(
            client, baskets.best, _summed(client, counted, bucket), tuple(known), total, tuple(rule)
        )
        for bucket in range(buckets)
    }
    del counted
    return _frame([part for _bucket, part in sorted(_results(client, best), key=itemgetter(0))])


def of_pairs(pairs: Iterable[tuple[int, int, int]], *, rule: Rule = RULE) -> Any:
    """Return a frame as :func:`together` does, of pairs that were counted before: one, other, times.

    A pair may stand there both ways round. What a product's share is, its own pairs say.
    """
    counted = np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(-1, 3)
    both_ways = np.concatenate((counted, counted[:, [1, 0, 2]]))
    products, place = np.unique(both_ways[:, 0], return_inverse=True)
    other = np.searchsorted(products, both_ways[:, 1])
    keys = place * products.size + other
    order = np.argsort(keys, kind="stable")
    of_product = np.bincount(place, weights=both_ways[:, 2], minlength=products.size)
    known = Known(products, np.arange(products.size), products, of_product)
    summed = baskets.merge([(keys[order], both_ways[order, 2])])
    return _frame([baskets.best(summed, tuple(known), int(of_product.sum()), tuple(rule))])


def by_product(frame: Any) -> dict[int, list[tuple[int, float]]]:
    """Return product -> its neighbors with their scores, of what :func:`together` returned."""
    told: dict[int, list[tuple[int, float]]] = {}
    for product, other, score in zip(*(frame[name] for name in ("product", "other", "score")), strict=True):
        told.setdefault(int(product), []).append((int(other), float(score)))
    return told


def reading(parents: Mapping[int, int], *, by_code: bool = False) -> Reading:
    """Return how lines become baskets."""
    variants = np.array(sorted(parents), np.int64)
    owners = np.array([parents[pk] for pk in sorted(parents)], np.int64)
    return Reading(variants, owners, by_code, MOST_IN_BASKET)


def in_chunks(path: Path, *, since: date | None = None, until: date | None = None) -> list[list[str]]:
    """Return the files of the days from ``since`` to before ``until``, in parts of whole days."""
    import pyarrow.parquet as pq

    chunks: list[list[str]] = []
    lines = 0
    for folder in sorted(path.glob("day=*")):
        day = date.fromisoformat(folder.name.removeprefix("day="))
        if (since and day < since) or (until and day >= until):
            continue
        files = [str(file) for file in sorted(folder.glob("*.parquet"))]
        of_day = sum(_rows(pq, file) for file in files)
        if not chunks or lines + of_day > LINES_AT_ONCE:
            chunks.append([])
            lines = 0
        chunks[-1] += files
        lines += of_day
    return chunks


def _rows(pq: Any, file: str) -> int:
    try:
        return int(pq.read_metadata(file).num_rows)
    except (OSError, ValueError):
        return 0  # whoever reads it says so


def products_in(client: Any, chunks: list[list[str]], how: Reading) -> tuple[Numbers, Numbers, int]:
    """Return the products of these files, in how many baskets each is, and how many baskets there are."""
    parts = {
        place: _submit(client, baskets.count_products, chunk, tuple(how))
        for place, chunk in enumerate(chunks)
    }
    total = 0
    counts: Pairs = (np.empty(0, np.int64), np.empty(0, np.int64))
    for _place, (products, times, number) in _results(client, parts):
        counts = baskets.merge([counts, (products, times)])
        total += number
    return *counts, total


def _known(products: Numbers, times: Numbers) -> Known:
    """Return these products at positions that a hash spreads."""
    order = np.argsort(products.astype(np.uint64) * baskets.MIX, kind="stable")
    positions: Numbers = np.empty(products.size, np.int64)
    positions[order] = np.arange(products.size)
    return Known(products, positions, products[order], times[order])


def _summed(client: Any, counted: list[Any], bucket: int) -> Any:
    """Return one bucket's sum of all parts, added up a few at a time."""
    level = [_submit(client, baskets.pick, part, bucket) for part in counted]
    while len(level) > 1:
        level = [
            _submit(client, baskets.merge, level[start : start + FAN_IN])
            for start in range(0, len(level), FAN_IN)
        ]
    return level[0] if level else baskets.merge([])


def _frame(parts: Sequence[Sequence[Any]]) -> Any:
    import pandas as pd

    names = ("product", "other", "baskets", "lift", "score")
    columns = {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(names)}
    return pd.DataFrame(columns).sort_values(["product", "score", "other"], ascending=[True, False, True])


def _submit(client: Any, function: Callable[..., Any], *arguments: Any) -> Any:
    """Have it done by a worker, whose future is returned; without a client do it, and return the result."""
    if client is None:
        return function(*arguments)
    return client.submit(engine.Shipped(function), *arguments, pure=False)


def _results(client: Any, futures: Mapping[int, Any]) -> Iterable[tuple[int, Any]]:
    return futures.items() if client is None else engine.results(client, futures)
