"""What other systems are told of products and their stock (docs/webhooks.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

from dbProject.webhooks import services as webhooks
from products.models import Product


def created(products: Iterable[Product]) -> None:
    """Tell that products are new, in the transaction that makes them."""
    webhooks.publish_rows("product.created", "products", map(_product, products))


def updated(products: Iterable[Product]) -> None:
    """Tell that products have changed, in the transaction that changes them."""
    webhooks.publish_rows("product.updated", "products", map(_product, products))


def deleted(products: Iterable[Product]) -> None:
    """Tell that products are gone, in the transaction that takes them out of the shop."""
    rows = ({"id": product.pk, "sku": product.sku} for product in products)
    webhooks.publish_rows("product.deleted", "products", rows)


def stock(products: Iterable[Product], changes: Mapping[int, int], *, kind: str, reference: str = "") -> None:
    """Tell how many units ``changes`` (pk -> units) have left of products; why, and for which order."""
    rows = (
        {
            "id": product.pk,
            "sku": product.sku,
            "change": changes[product.pk],
            "stock_quantity": product.stock_quantity,
        }
        for product in products
        if changes.get(product.pk)
    )
    webhooks.publish_rows("stock.changed", "products", rows, reason=kind, reference=reference)


def _product(product: Product) -> dict[str, Any]:
    return {
        "id": product.pk,
        "sku": product.sku,
        "slug": product.slug,
        "name": product.name,
        "price": str(product.price),
        "sale_price": None if product.sale_price is None else str(product.sale_price),
        "is_active": product.is_active,
    }
