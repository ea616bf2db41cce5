"""Counting what lies in one basket together: the part that workers do. It knows nothing of the shop.

A basket is the goods of one order, each product once, a variant as its parent. All lines of an order stand
on the day it was placed, so days can be counted apart and added up. Everything is an array of numbers: the
key of a pair is ``position of one x number of products + position of the other``; keys are sorted.
"""

import errno
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Pairs: TypeAlias = tuple[Numbers, Numbers]
"""Keys, sorted, and how many baskets hold both."""
COLUMNS = ["kind", "order", "product", "code", "units"]
PAIRS_AT_ONCE = 2_000_000
"""Pairs that are written out before they are counted; 16 MB, a few times."""
MIX = np.uint64(0x9E3779B97F4A7C15)
"""Source: the golden ratio in 64 bits; Knuth, The Art of Computer Programming 3, 6.4."""


class Reading(NamedTuple):
    """How lines become baskets.

    ``variants`` are sorted primary keys, ``parents`` what each counts as. With ``by_code`` lines without a
    product count as a product of their code (a negative number). Of a basket with more than ``most`` products
    so many count, picked by a hash: wholesale orders would outnumber all others in pairs.
    """

    variants: Numbers
    parents: Numbers
    by_code: bool
    most: int


class Known(NamedTuple):
    """The products whose pairs are counted: sorted, the position of each, and as they stand by position.

    Positions are spread by a hash, so that a range of them is as good as any other.
    """

    products: Numbers
    positions: Numbers
    by_position: Numbers
    baskets: Numbers
    """How many baskets hold it, by position."""


class Rule(NamedTuple):
    """Which neighbors are worth telling: pairs in ``fewest`` baskets, ``most`` of a product.

    ``power`` is that by which the other's share counts, ``errors`` the standard errors taken from a count.
    """

    fewest: int
    power: float
    errors: float
    most: int


def read(files: Sequence[str], how: Reading) -> tuple[Numbers, Numbers]:
    """Return which products the baskets of ``files`` hold, basket after basket, and how many each.

    Raises:
        OSError: A file is damaged or gone (EIO, with its name).
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    tables = []
    for file in files:
        try:
            table = pq.ParquetFile(file).read(columns=COLUMNS)
        except (pa.ArrowException, FileNotFoundError) as error:
            raise OSError(errno.EIO, str(error), file) from error
        are_goods = pc.and_(pc.equal(table["kind"], "goods"), pc.greater(table["units"], 0))
        tables.append(table.filter(are_goods).select(["order", "product", "code"]))
    if not tables:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    lines = pa.concat_tables(tables).combine_chunks()
    numbered = lines["order"].combine_chunks().dictionary_encode()
    orders = numbered.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    names = pd.util.hash_array(numbered.dictionary.to_numpy(zero_copy_only=False))
    products = _as_parents(lines["product"].to_numpy().astype(np.int64), how)
    if how.by_code:
        codes = pd.util.hash_array(lines["code"].to_numpy().astype(object))
        products = np.where(products == 0, -(codes >> np.uint64(1)).astype(np.int64) - 1, products)
    return _each_once(orders, products, names, how.most)


def _as_parents(products: Numbers, how: Reading) -> Numbers:
    if not how.variants.size:
        return products
    place = np.searchsorted(how.variants, products).clip(max=how.variants.size - 1)
    parents: Numbers = np.where(how.variants[place] == products, how.parents[place], products)
    return parents


def _each_once(orders: Numbers, products: Numbers, names: Any, most: int) -> tuple[Numbers, Numbers]:
    """Return the products of each basket once, and no more than ``most`` of them."""
    is_known = products != 0
    orders, products = orders[is_known], products[is_known]
    mixed = (products.astype(np.uint64) ^ names[orders]) * MIX
    mixed ^= mixed >> np.uint64(29)
    place = np.lexsort((products, mixed, orders))
    orders, products = orders[place], products[place]
    is_new = (orders[1:] != orders[:-1]) | (products[1:] != products[:-1])
    is_first = np.r_[np.ones(min(orders.size, 1), bool), is_new]
    orders, products = orders[is_first], products[is_first]
    starts = np.flatnonzero(np.r_[True, orders[1:] != orders[:-1]]) if orders.size else orders
    sizes = np.diff(np.r_[starts, orders.size])
    rank = np.arange(orders.size) - np.repeat(starts, sizes)
    return products[rank < most], sizes.clip(max=most)


def count_products(files: Sequence[str], how: Sequence[Any]) -> tuple[Numbers, Numbers, int]:
    """Return the products of ``files``, in how many baskets each is, and how many baskets there are.

    ``how`` is a :class:`Reading` as a plain tuple, whose class the worker need not know; so below.
    """
    products, sizes = read(files, Reading(*how))
    found, baskets = np.unique(products, return_counts=True)
    return found, baskets.astype(np.int64), int(sizes.size)


def categories(files: Sequence[str], how: Sequence[Any]) -> tuple[Numbers, Numbers]:
    """Return the products of ``files`` that have a category, and which; a variant's is its parent's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    empty = pa.table({"product": pa.array([], pa.int64()), "category": pa.array([], pa.int64())})
    tables = [pq.ParquetFile(file).read(columns=["product", "category"]) for file in files]
    lines = pa.concat_tables([empty, *tables])
    products = _as_parents(lines["product"].to_numpy(), Reading(*how))
    of_line = lines["category"].to_numpy()
    is_known = (products != 0) & (of_line != 0)
    found, first = np.unique(products[is_known], return_index=True)
    return found, of_line[is_known][first]


def count_pairs(
    files: Sequence[str], how: Sequence[Any], known_products: Sequence[Any], buckets: int
) -> list[Pairs]:
    """Return for each bucket of first products the pairs that ``files`` hold, both ways round."""
    products, sizes = read(files, Reading(*how))
    known = Known(*known_products)
    number = known.products.size
    place = np.asarray(np.searchsorted(known.products, products), np.int64)
    is_known = np.isin(products, known.products)
    basket = np.repeat(np.arange(sizes.size), sizes)[is_known]
    positions = known.positions[place[is_known]]
    sizes = np.asarray(np.bincount(basket, minlength=sizes.size), np.int64)
    starts: Numbers = np.cumsum(sizes) - sizes
    counted: list[Pairs] = []
    for size in range(2, int(sizes.max(initial=0)) + 1):
        of_size = starts[sizes == size]
        one, other = np.triu_indices(size, 1)
        step = max(1, PAIRS_AT_ONCE // (2 * one.size))
        for start in range(0, of_size.size, step):
            baskets = positions[of_size[start : start + step, None] + np.arange(size)]
            first, second = baskets[:, one].ravel(), baskets[:, other].ravel()
            keys = np.concatenate((first * number + second, second * number + first))
            found, times = np.unique(keys, return_counts=True)
            counted.append((found, times.astype(np.int64)))
        if len(counted) > 1 and sum(keys.size for keys, _times in counted) > 2 * PAIRS_AT_ONCE:
            counted = [merge(counted)]
    return _in_buckets(merge(counted), number, buckets)


def _in_buckets(pairs: Pairs, number: int, buckets: int) -> list[Pairs]:
    keys, times = pairs
    borders = [number * bucket // buckets * number for bucket in range(1, buckets)]
    cuts = np.searchsorted(keys, np.asarray(borders, np.int64))
    return list(zip(np.split(keys, cuts), np.split(times, cuts), strict=True))


def merge(parts: Sequence[Pairs]) -> Pairs:
    """Return the sum of counts of pairs."""
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys = np.concatenate([keys for keys, _times in parts])
    times = np.concatenate([times for _keys, times in parts])
    place = np.argsort(keys, kind="stable")
    keys, times = keys[place], times[place]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if keys.size else keys
    return keys[starts], np.add.reduceat(times, starts) if keys.size else times


def pick(parts: Sequence[Pairs], bucket: int) -> Pairs:
    """Return one bucket of what :func:`count_pairs` returned, in memory of its own."""
    keys, times = parts[bucket]
    return keys.copy(), times.copy()


def best(pairs: Pairs, known_products: Sequence[Any], total: int, rule: Sequence[Any]) -> list[Numbers | Any]:
    """Return the best neighbors of a bucket: product, other, baskets, lift, score; by product, best first."""
    known, wanted = Known(*known_products), Rule(*rule)
    keys, times = pairs
    keys, times = keys[times >= wanted.fewest], times[times >= wanted.fewest]
    one, other = np.divmod(keys, max(known.products.size, 1))
    lift, score = damped(times, known.baskets[one], known.baskets[other], total, wanted)
    columns = [known.by_position[one], known.by_position[other], times, lift, score]
    columns = [column[(lift > 1) & (score > 0)] for column in columns]
    order = np.lexsort((columns[1], -columns[4], columns[0]))
    columns = [column[order] for column in columns]
    products = columns[0]
    starts = np.flatnonzero(np.r_[True, products[1:] != products[:-1]]) if products.size else products
    rank = np.arange(products.size) - np.repeat(starts, np.diff(np.r_[starts, products.size]))
    return [column[rank < wanted.most] for column in columns]


def damped(of_both: Any, of_one: Any, of_other: Any, total: float, rule: Rule) -> tuple[Any, Any]:
    """Return lift, and the score that ranks: lift itself where ``power`` is 1 and ``errors`` 0.

    A count's standard error is its root (Poisson).
    """
    lift = of_both * total / (of_one * of_other)
    certain = of_both - rule.errors * np.sqrt(of_both)
    return lift, certain / of_one * (total / of_other) ** rule.power
