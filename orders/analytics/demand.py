"""What is in demand: in more orders of the last two weeks than the four weeks before let one expect."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from orders.analytics import baskets, neighbors

LATELY, BEFORE = timedelta(days=14), timedelta(days=28)
FEWEST_ORDERS = 5
CLEAR = 1.0
"""Difference of the roots from which a rise is no chance; that of equal counts has an error of 0.6."""


def rising(
    path: Path, client: Any = None, *, parents: Mapping[int, int] | None = None, until: date
) -> list[tuple[int, float]]:
    """Return the products in demand in the two weeks before ``until``, most risen first, with their scores.

    Orders are counted, not units: one who buys a thousand makes no demand. The score is the difference of
    the roots of what was ordered and what was to be expected (Source: Anscombe 1948, for Poisson counts): a
    rise from 0 to 6 counts like one from 40 to 60.

    Raises:
        OSError: A file is damaged or gone (EIO, with its name).
    """
    how = neighbors.reading(parents or {})
    lately = _ordered(path, client, how, since=until - LATELY, until=until)
    before = _ordered(path, client, how, since=until - LATELY - BEFORE, until=until - LATELY)
    risen = []
    for product, orders in lately.items():
        expected = before.get(product, 0) * (LATELY / BEFORE)
        score = float(np.sqrt(orders + 3 / 8) - np.sqrt(expected + 3 / 8))
        if orders >= FEWEST_ORDERS and score >= CLEAR:
            risen.append((product, score))
    return sorted(risen, key=lambda one: (-one[1], one[0]))


def _ordered(path: Path, client: Any, how: baskets.Reading, *, since: date, until: date) -> dict[int, int]:
    """Return in how many orders of these days each product is."""
    chunks = neighbors.in_chunks(path, since=since, until=until)
    products, times, _baskets = neighbors.products_in(client, chunks, how)
    return dict(zip(products.tolist(), times.tolist(), strict=True))
