"""What customers of the demo store found on its shelves in the past."""

from bisect import bisect_right
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from random import Random
from zlib import crc32

from products.models import PriceRecord, Product

LINES, UNITS = ((1, 2, 3, 5), (48, 30, 15, 7)), ((1, 2, 3, 4), (80, 13, 4, 3))
"""How many different things somebody takes, and how many of each: numbers and how likely they are."""


class Shelf:
    """What could be bought when, at what price, and how much people like it. Two queries."""

    def __init__(self) -> None:
        buyable = Product.objects.active().exclude(kind=Product.Kind.PARENT).select_related("parent")
        self._products: list[Product] = list(buyable.order_by("created_at", "pk"))
        self._arrivals = [product.created_at for product in self._products]
        # Few things sell well and many a little; which, follows from the SKU.
        self._likes = list(accumulate((1 + crc32(p.sku.encode()) % 10) ** 5 for p in self._products))
        self._prices: dict[int, list[PriceRecord]] = {}
        for record in PriceRecord.objects.filter(product__in=self._products).order_by("valid_from", "pk"):
            self._prices.setdefault(record.product_id, []).append(record)

    @property
    def is_empty(self) -> bool:
        return not self._products

    def choose(self, chance: Random, at: datetime) -> dict[Product, int]:
        """Return what somebody took at that time: products, with the price of then, and units of each.

        The products are not to be saved.
        """
        there = bisect_right(self._arrivals, at) or len(self._products)
        some = chance.choices(
            self._products[:there], cum_weights=self._likes[:there], k=chance.choices(*LINES)[0]
        )
        units = {product: chance.choices(*UNITS)[0] for product in some}
        for product in units:
            product.price, product.sale_price = self._price(product, at), None
        return {product: min(count, product.max_per_order or count) for product, count in units.items()}

    def _price(self, product: Product, at: datetime) -> Decimal:
        """Return what a unit cost; before its ledger begins, what that says first."""
        price = product.effective_price
        for place, record in enumerate(self._prices.get(product.pk, [])):
            if place and record.valid_from > at:
                break
            price = record.effective_price
        return price
