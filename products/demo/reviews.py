"""Reviews of the demo products, put together from what buyers of each kind say."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from products.demo import designs, records

AUTHORS = 60  # customers who write; their numbers run from 1
HOW_MANY = {0: 12, 1: 20, 2: 25, 3: 17, 4: 12, 5: 7, 6: 4, 8: 3}  # reviews per product: weight
RATINGS = {5: 54, 4: 31, 3: 11, 2: 4}
OLDEST_DAYS = 540


def reviews_of(products: Sequence[records.DemoProduct], *, seed: int) -> Iterator[records.DemoReview]:
    """This will write about five reviews for every two products, at most one per person and product."""
    for product in products:
        chance = random.Random(f"{seed} reviews {product.sku}")  # noqa: S311 - opinions of a demo
        count = chance.choices(list(HOW_MANY), list(HOW_MANY.values()))[0] + (2 if product.is_featured else 0)
        yield from _some(product, count, chance)


def _some(product: records.DemoProduct, count: int, chance: random.Random) -> Iterator[records.DemoReview]:
    said = designs.read("reviews")
    kind = said["kind"][product.picture[0]]
    pools = _Pools(chance)
    for author in chance.sample(range(1, AUTHORS + 1), count):
        rating = chance.choices(list(RATINGS), list(RATINGS.values()))[0]
        content = " ".join(filter(None, _sentences(said, kind, rating, pools, chance)))
        yield records.DemoReview(
            product_sku=product.sku,
            author_number=author,
            rating=rating,
            title=pools.next(f"title {rating}", said["titles"][str(rating)]),
            content=content,
            days_ago=chance.randint(2, OLDEST_DAYS),
        )


def _sentences(
    said: dict[str, Any], kind: dict[str, list[str]], rating: int, pools: "_Pools", chance: random.Random
) -> list[str]:
    """This will pick what one person says; the lower the rating, the more of it is criticism."""
    general = said["general"]
    if rating == 5:
        more = chance.random() < 0.35
        first = pools.next("good", kind["good"])
        return [first, pools.next("any", general["good"]), pools.next("good", kind["good"]) if more else ""]
    if rating == 4:
        return [pools.next("good", kind["good"]), pools.next("fair", general["fair"] + general["good"])]
    if rating == 3:
        return [pools.next("good", kind["good"]), pools.next("poor", kind["poor"])]
    return [pools.next("poor", kind["poor"]), pools.next("end", general["poor"])]


class _Pools:
    """Sentences handed out without repeating one until all have been used."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.left: dict[str, list[str]] = {}

    def next(self, name: str, sentences: list[str]) -> str:
        """This will give a sentence that was not given lately."""
        if not self.left.get(name):
            self.left[name] = self.chance.sample(sentences, len(sentences))
        return self.left[name].pop()
