"""As many products as asked for: a part of the designs, or further numbered editions of them."""

import dataclasses
import random
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from products.demo import records

CHEAPEST, DEAREST = Decimal("4.90"), Decimal("640.00")
ENDINGS = (Decimal("0.00"), Decimal("0.50"), Decimal("0.90"))


def chosen(base: Sequence[records.DemoProduct], *, count: int, seed: int) -> list[records.DemoProduct]:
    """This will give count products: evenly over the categories, then No. 2 of each design and so on."""
    evenly = _evenly(base)
    products = evenly[:count]
    number = 2
    while len(products) < count:
        products += [_edition(product, number, seed) for product in evenly[: count - len(products)]]
        number += 1
    return products


def _evenly(base: Sequence[records.DemoProduct]) -> list[records.DemoProduct]:
    """This will take one product per category in turn, and inside a category one per kind in turn."""
    lines: dict[str, dict[str, list[records.DemoProduct]]] = {}
    for product in base:
        lines.setdefault(product.category_slug, {}).setdefault(product.picture[0], []).append(product)
    queues = [_in_turn(list(kinds.values())) for kinds in lines.values()]
    return _in_turn(queues)


def _in_turn(queues: Sequence[Sequence[records.DemoProduct]]) -> list[records.DemoProduct]:
    longest = max(len(queue) for queue in queues)
    return [queue[index] for index in range(longest) for queue in queues if index < len(queue)]


def _edition(product: records.DemoProduct, number: int, seed: int) -> records.DemoProduct:
    """This will make a later edition: same design and pictures, its own SKU, name, price and stock."""
    chance = random.Random(f"{seed} {product.sku} {number}")  # noqa: S311 - prices of a demo
    factor = Decimal(chance.randint(88, 112)) / 100
    sku = f"{product.sku}-N{number}"
    variants = tuple(
        dataclasses.replace(
            variant,
            sku=sku + variant.sku.removeprefix(product.sku),
            name=f"{product.name} No. {number}{variant.name.removeprefix(product.name)}",
            price=(price := tidy(variant.price * factor)),
            sale_price=_reduced(price, variant.price, variant.sale_price),
            stock_quantity=chance.randint(0, 60),
        )
        for variant in product.variants
    )
    price = min(variant.price for variant in variants) if variants else tidy(product.price * factor)
    return dataclasses.replace(
        product,
        sku=sku,
        slug=f"{product.slug}-no-{number}",
        name=f"{product.name} No. {number}",
        price=price,
        sale_price=_reduced(price, product.price, product.sale_price),
        stock_quantity=0 if variants else chance.randint(0, 120),
        is_featured=False,
        variants=variants,
    )


def tidy(price: Decimal) -> Decimal:
    """This will move a price to the nearest one that ends in .00, .50 or .90, within what the store sells."""
    whole = price.to_integral_value(ROUND_FLOOR)
    nearest = min((whole + ending for ending in ENDINGS), key=lambda candidate: abs(candidate - price))
    return min(max(nearest, CHEAPEST), DEAREST).quantize(Decimal("0.01"))


def _reduced(price: Decimal, before: Decimal, sale_before: Decimal | None) -> Decimal | None:
    if sale_before is None:
        return None
    reduced = tidy(price * sale_before / before)
    return reduced if reduced < price else None
