"""What pages show beside a product: what goes with it, as orders and visits say, else what sells near it."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from dbProject import caching, statements
from products.models import Product, Recommendation
from products.selectors import catalog

Kind = Recommendation.Kind
POPULAR = "popular"
"""What is in demand or sells best of the same category: of things that too few have bought to say more."""
ROW = 4
SPARE = 2
"""Candidates beyond a row, as some may be sold out or gone since the night."""
FEWEST = 2
"""Products of which a row is worth its heading; of what is popular, one is."""
MOST_LOOKED_AT = 24
"""Of what goes with a cart; enough for a row where some are sold out."""
SECONDS = 300


class Row(NamedTuple):
    """A row of cards: why these (a kind of recommendation, or ``POPULAR``), and which."""

    kind: str
    products: list[Product]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Primary keys of what may stand beside a product, best first; what is popular is in no order.

    ``rising`` is in demand in its category.
    """

    together: list[int]
    viewed: list[int]
    rising: list[int]
    popular: list[int]

    @property
    def pks(self) -> list[int]:
        """All that has to be looked at: what is popular only where a row would be missing otherwise."""
        known = [*self.together, *self.viewed]
        is_enough = len(self.together) >= ROW and len(self.viewed) >= ROW
        return list(dict.fromkeys(known if is_enough else [*known, *self.rising, *self.popular]))


def beside(slug: str) -> Candidates:
    """Return what may stand beside the product of that slug; one query, remembered for five minutes."""
    key = hashlib.blake2b(slug.encode(), digest_size=16).hexdigest()
    found = caching.remember("catalog", f"beside:{key}", lambda: _beside(slug), seconds=SECONDS)
    return Candidates(*(found.get(kind, []) for kind in (Kind.TOGETHER, Kind.VIEWED, Kind.TRENDING, POPULAR)))


def rows(wanted: Candidates, found: Mapping[int, Product]) -> list[Row]:
    """Return one or two rows of what was ``found``; what is sold out comes last, and nothing twice."""
    together = _first(wanted.together, found)
    selling = sorted((found[pk] for pk in wanted.popular if pk in found), key=_rank, reverse=True)
    best = list(dict.fromkeys([*wanted.rising, *(product.pk for product in selling)]))
    shown = [Row(Kind.TOGETHER, together)] if len(together) >= FEWEST else [Row(POPULAR, _first(best, found))]
    taken = {product.pk for product in shown[0].products}
    viewed = _first([pk for pk in wanted.viewed if pk not in taken], found)
    if len(viewed) >= FEWEST:
        shown.append(Row(Kind.VIEWED, viewed))
    elif shown[0].kind != POPULAR:
        shown.append(Row(POPULAR, _first([pk for pk in best if pk not in taken], found)))
    return [row for row in shown if row.products]


def goes_with(pks: Collection[int]) -> Row:
    """Return what goes with these singles and parents together, without them; else what sells best.

    Three queries, and one for the colors of parents. Only what can be had now: somebody is about to buy.
    Scores add up, so what goes with several of them comes first.
    """
    scores: Counter[int] = Counter()
    told = Recommendation.objects.filter(kind=Kind.TOGETHER, subject__in=pks)
    for products in told.values_list("products", flat=True):
        scores.update({pk: score for pk, score in products if pk not in pks})
    best = [pk for pk, _score in scores.most_common(MOST_LOOKED_AT)]
    there = Product.objects.active().listed().filter(is_available=True)
    found = {product.pk: product for product in catalog.cards(there.filter(pk__in=best))}
    if len(found) >= FEWEST:
        return Row(Kind.TOGETHER, catalog.dressed(_first(best, found)))
    return Row(POPULAR, catalog.dressed(catalog.cards(there.exclude(pk__in=pks).bestsellers_first())[:ROW]))


def _first(pks: Sequence[int], found: Mapping[int, Product]) -> list[Product]:
    there = [found[pk] for pk in pks if pk in found]
    return sorted(there, key=lambda product: not product.is_in_stock)[:ROW]


def _rank(product: Product) -> tuple[int, int]:
    return product.units_sold, product.pk


def _beside(slug: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, said in statements.tuples("beside", _said, slug):
        if kind == POPULAR:
            found.setdefault(kind, []).append(int(said))
        else:
            found[kind] = [pk for pk, _score in json.loads(said)[: ROW + SPARE]]
    return found


def _said(slug: str) -> QuerySet[Any, Any]:
    """Keep what is recommended beside a product, as JSON, and its category's bestsellers, one a row."""
    own = Product.objects.active().filter(slug=slug).order_by()
    near = Product.objects.active().listed().filter(category=Subquery(own.values("category")[:1]))
    selling = near.exclude(slug=slug).order_by("-is_available", "-units_sold", "-pk")
    beside = Q(kind__in=[Kind.TOGETHER, Kind.VIEWED], subject__in=own.values("pk"))
    told = Recommendation.objects.filter(beside | Q(kind=Kind.TRENDING, subject__in=own.values("category")))
    popular = Product.objects.filter(pk__in=selling.values("pk")[:ROW])
    return told.values_list("kind", Cast("products", TextField())).union(
        popular.values_list(Value(POPULAR), Cast("pk", TextField())), all=True
    )
