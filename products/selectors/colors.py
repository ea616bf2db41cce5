"""In which colors products come: what their cards show beside the price."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from dbProject import statements
from products.models import Product, ProductAttributeValue

COLORS = ("color", "colour", "farbe")
"""Slugs of the attributes whose options are colors."""


def load(products: Sequence[Product]) -> None:
    """Give each of ``products`` the ``colors`` of its variants, first come first; one query for all."""
    found: dict[int | None, list[str]] = {product.pk: [] for product in products}
    parents = tuple(product.pk for product in products if product.has_variants)
    if parents:
        for parent, color in statements.tuples("colors", _said_in_order, parents):
            found[parent].append(color)
    for product in products:
        product.colors = list(dict.fromkeys(found[product.pk]))


def _said_in_order(parents: tuple[int, ...]) -> QuerySet[ProductAttributeValue, tuple[Any, ...]]:
    return said_of(parents).order_by("product").values_list("product__parent", "value")


def said_of(parents: Iterable[int | None]) -> QuerySet[ProductAttributeValue]:
    """Keep the answers that say which color a variant of ``parents`` has that is on sale."""
    return ProductAttributeValue.objects.filter(
        attribute__slug__in=COLORS,
        product__parent__in=list(parents),
        product__is_active=True,
        product__deleted_at=None,
    )
