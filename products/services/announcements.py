"""What other systems are told of products and their stock (docs/webhooks.md)."""

from collections.abc import Iterable, Mapping
from typing import Any

from dbProject.webhooks import services as webhooks
from products.models import Product


def created(products: Iterable[Product]) -> None:
    """Tell that products are new, in the transaction that makes them."""
    webhooks.publish_rows("product.created", "products", map(facts, products))


def updated(products: Iterable[Product]) -> None:
    """Tell that products have changed, in the transaction that changes them."""
    webhooks.publish_rows("product.updated", "products", map(facts, products))


def deleted(products: Iterable[Product]) -> None:
    """Tell that products are gone, in the transaction that takes them out of the shop."""
    webhooks.publish_rows("product.deleted", "products", map(gone, products))


def stock(products: Iterable[Product], changes: Mapping[int, int], *, kind: str, reference: str = "") -> None:
    """Tell how many units ``changes`` (pk -> units) have left of products; why, and for which order."""
    rows = (moved(product, changes[product.pk]) for product in products if changes.get(product.pk))
    webhooks.publish_rows("stock.changed", "products", rows, reason=kind, reference=reference)


def facts(product: Product) -> dict[str, Any]:
    """Return what is told of a product that is there."""
    return {
        **gone(product),
        "slug": product.slug,
        "name": product.name,
        "price": f"{product.price:.2f}",
        "sale_price": None if product.sale_price is None else f"{product.sale_price:.2f}",
        "is_active": product.is_active,
    }


def gone(product: Product) -> dict[str, Any]:
    """Return what is told of a product that no longer is."""
    return {"id": product.pk, "sku": product.sku}


def moved(product: Product, change: int) -> dict[str, Any]:
    """Return what is told of ``change`` units of a product, which has its stock after that."""
    return {**gone(product), "change": change, "stock_quantity": product.stock_quantity}
