"""Every change of what is for sale."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dbProject import caching
from products.errors import PriceRefused, SkuTaken, SlugTaken, UnknownProduct, VariantRefused
from products.models import Brand, Category, Product
from products.services import addresses, announcements, attributes, locks, parents, price_history, stock
from users.models import User

EDITABLE = {
    "name", "slug", "sku", "ean", "short_description", "description", "category", "brand",
    "price", "sale_price", "cost_price", "low_stock_threshold", "weight", "dimensions",
    "is_active", "is_featured", "is_digital", "meta_title", "meta_description",
    "tax_class", "measure", "measure_unit", "max_per_order",
}  # fmt: skip
"""What :func:`update_product` may change. Stock moves through ``services.stock`` only."""


class ProductDetails(TypedDict, total=False):
    """What a product may have and need not. Prices as in :class:`Product`; weight in kilograms."""

    ean: str
    short_description: str
    description: str
    sale_price: Decimal | None
    cost_price: Decimal | None
    low_stock_threshold: int
    weight: Decimal | None
    dimensions: str
    is_active: bool
    is_featured: bool
    is_digital: bool
    meta_title: str
    meta_description: str
    tax_class: str
    measure: Decimal | None
    measure_unit: str
    max_per_order: int | None


@transaction.atomic
def create_product(
    *,
    category: Category,
    brand: Brand,
    sku: str,
    slug: str,
    name: str,
    price: Decimal,
    stock_quantity: int = 0,
    **details: Unpack[ProductDetails],
) -> Product:
    """Add a product with its first units, which enter the ledger as an ``opening`` movement.

    Raises:
        SkuTaken: By any product, deleted ones included.
        SlugTaken: Likewise.
        PriceRefused: A negative price, or a sale price that is no reduction.
    """
    product = Product(
        category=category,
        brand=brand,
        sku=sku,
        slug=slug,
        name=name,
        price=price,
        stock_quantity=stock_quantity,
        **details,
    )
    _refuse_taken(product)
    settle(product)
    with _told_apart(product):
        product.save(force_insert=True)
    stock.open_ledgers([product])
    price_history.record([product])
    announcements.created([product])
    caching.forget("catalog")
    return product


def lock(pk: int) -> Product:
    """Return the product with its row locked until the transaction ends.

    Raises:
        UnknownProduct: There is none.
    """
    product: Product | None = Product.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if product is None:
        raise UnknownProduct(_("This product no longer exists."))
    return product


@transaction.atomic
def update_product(
    product: Product,
    *,
    changes: Mapping[str, Any],
    stock_quantity: int | None = None,
    actor: User | None = None,
) -> Product:
    """Change some of the ``EDITABLE`` fields of ``product``; repeating it changes nothing.

    With ``stock_quantity`` the stock is corrected to so many units, as ``actor`` has counted them.

    Returns:
        The product as it is now, locked until the caller's transaction ends.

    Raises:
        UnknownProduct: It no longer exists.
        SkuTaken: By any product, deleted ones included.
        SlugTaken: Likewise.
        PriceRefused: A negative price, or a sale price that is no reduction.
        StockRefused: A parent, which holds no stock.
    """
    if unknown := changes.keys() - EDITABLE:
        raise TypeError(f"not for update_product to change: {', '.join(sorted(unknown))}")
    locked = Product.all_objects.select_for_update(of=("self",)).filter(pk=product.pk).first()
    if locked is None:
        raise UnknownProduct(_("This product no longer exists."))
    before = (locked.effective_price, locked.is_on_sale, locked.slug)
    for name, value in changes.items():
        setattr(locked, name, value)
    _refuse_taken(locked)
    settle(locked)
    with _told_apart(locked):
        locked.save()
    if stock_quantity not in (None, locked.stock_quantity):
        change = int(stock_quantity or 0) - locked.stock_quantity
        locked = stock.adjust(locked, change=change, reason=_("Counted by another system"), actor=actor)
    if before[:2] != (locked.effective_price, locked.is_on_sale):
        price_history.record([locked])
    addresses.remember_move(locked, old_slug=before[2])
    parents.refresh([locked.pk] if locked.has_variants else [locked.parent_id] if locked.parent_id else [])
    announcements.updated([locked])
    caching.forget("catalog")
    return locked


@transaction.atomic
def add_variant(
    parent: Product,
    *,
    sku: str,
    options: Mapping[str, str],
    price: Decimal,
    stock_quantity: int = 0,
    name: str = "",
    slug: str = "",
    **details: Unpack[ProductDetails],
) -> Product:
    """Add a variant with its ``options`` (select attribute slug -> option); a single becomes a parent.

    Raises:
        VariantRefused: No options, options that another variant has, or a single that still holds stock.
        AttributeValueRefused: An option of an attribute that is no select.
        SkuTaken: By any product, deleted ones included.
        PriceRefused: A negative price, or a sale price that is no reduction.
    """
    locked = become_parent(parent)
    key = variant_key(options)
    if not key:
        raise VariantRefused(_("A variant needs at least one option, such as a size or a color."))
    if Product.all_objects.filter(parent=locked, variant_key=key).exists():
        raise VariantRefused(_("%(name)s already has a variant with these options.") % {"name": locked.name})
    label = ", ".join(options.values())
    variant = Product(
        kind=Product.Kind.VARIANT,
        parent=locked,
        variant_key=key,
        category=locked.category,
        brand=locked.brand,
        sku=sku,
        slug=slug or f"{locked.slug}-{slugify(label)}"[:255],
        name=name or f"{locked.name}, {label}"[:300],
        price=price,
        stock_quantity=stock_quantity,
        **details,
    )
    _refuse_taken(variant)
    settle(variant)
    variant.save(force_insert=True)
    stock.open_ledgers([variant])
    price_history.record([variant])
    attributes.set_values(variant, options)
    parents.refresh([locked.pk])
    announcements.created([variant])
    caching.forget("catalog")
    return variant


def become_parent(product: Product) -> Product:
    """Lock ``product`` and make a parent of it, if it is none yet; call it inside a transaction.

    Raises:
        UnknownProduct: It no longer exists.
        VariantRefused: It is a variant itself, or still holds stock.
    """
    locked = Product.all_objects.select_for_update(of=("self",)).filter(pk=product.pk).first()
    if locked is None:
        raise UnknownProduct(_("This product no longer exists."))
    if locked.kind == Product.Kind.VARIANT:
        raise VariantRefused(_("%(name)s is a variant itself.") % {"name": locked.name}, sku=locked.sku)
    if locked.kind == Product.Kind.SINGLE:
        if locked.stock_quantity:
            text = _("%(name)s holds %(units)s units itself. Adjust its stock to 0 first.")
            raise VariantRefused(text % {"name": locked.name, "units": locked.stock_quantity}, sku=locked.sku)
        locked.kind = Product.Kind.PARENT
        locked.save(update_fields=["kind", "updated_at"])
    return locked


@transaction.atomic
def delete_product(product: Product) -> None:
    """Take ``product`` and its variants out of the shop; orders and ledgers keep naming them. Repeatable."""
    locks.lock(Product.all_objects.filter(Q(pk=product.pk) | Q(parent=product.pk)))
    Product.objects.filter(parent=product.pk).delete()
    Product.objects.filter(pk=product.pk).delete()
    parents.refresh([product.parent_id] if product.parent_id else [])
    announcements.deleted([product])
    caching.forget("catalog")


@transaction.atomic
def restore_product(product: Product) -> None:
    """Bring back a deleted ``product``, and of a parent the variants that went with it. Repeatable."""
    Product.all_objects.filter(pk=product.pk).restore()
    Product.all_objects.filter(parent=product.pk).restore()
    parents.refresh([pk for pk in (product.pk, product.parent_id) if pk])
    announcements.updated([product])
    caching.forget("catalog")


def settle(product: Product) -> None:
    """Bring the columns that follow from others up to date, before a save or a bulk write.

    Raises:
        PriceRefused: A negative price, or a sale price that is no reduction.
    """
    if product.price < 0 or (product.sale_price is not None and product.sale_price < 0):
        raise PriceRefused(_("A price cannot be negative."), sku=product.sku)
    if product.sale_price is not None and product.sale_price >= product.price:
        raise PriceRefused(_("A sale price has to be below the price."), sku=product.sku)
    if not product.has_variants:
        product.price_low = product.price_high = product.effective_price
        product.is_available = product.stock_quantity > 0


def variant_key(options: Mapping[str, str]) -> str:
    """Return ``options`` as one text that does not depend on their order or case."""
    return ";".join(f"{slug}={option.strip().lower()}" for slug, option in sorted(options.items()))[:255]


@contextmanager
def _told_apart(product: Product) -> Iterator[None]:
    """Say of a product that cannot be stored because somebody was quicker what is taken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _refuse_taken(product)
        raise


def _refuse_taken(product: Product) -> None:
    """Say which unique value is taken, before the database says so less kindly."""
    others = Product.all_objects.exclude(pk=product.pk)
    if others.filter(sku=product.sku).exists():
        raise SkuTaken(product.sku)
    if others.filter(slug=product.slug).exists():
        raise SlugTaken(product.slug)
