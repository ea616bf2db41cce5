"""In which colors products come: what their cards show beside the price."""

from collections.abc import Sequence

from products.models import Product, ProductAttributeValue

COLORS = ("color", "colour", "farbe")
"""Slugs of the attributes whose options are colors."""


def load(products: Sequence[Product]) -> None:
    """Give each of ``products`` the ``colors`` of its variants, first come first; one query for all."""
    found: dict[int | None, list[str]] = {product.pk: [] for product in products}
    parents = [product.pk for product in products if product.has_variants]
    for parent, color in of_variants(parents) if parents else ():
        if color not in found[parent]:
            found[parent].append(color)
    for product in products:
        product.colors = found[product.pk]


def of_variants(parents: Sequence[int]) -> list[tuple[int | None, str]]:
    """Return the color of each variant of ``parents`` that is on sale, with its parent; one query."""
    said = ProductAttributeValue.objects.filter(
        attribute__slug__in=COLORS,
        product__parent__in=parents,
        product__is_active=True,
        product__deleted_at=None,
    )
    return list(said.order_by("product").values_list("product__parent", "value"))
