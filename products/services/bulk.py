"""Many products at once: all of them or none. What is wrong is told by its place in what was sent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import caching
from dbProject.errors import ShopError
from products.errors import BatchRefused, SkuTaken, SlugTaken
from products.models import Product
from products.services import announcements, catalog, locks, parents, price_history, stock
from users.models import User

AT_ONCE = 500
"""Rows in one INSERT."""
Wrong = list[dict[str, Any]]
PRICES = ["price", "sale_price", "price_low", "price_high", "updated_at"]


def create_products(rows: Sequence[Mapping[str, Any]]) -> list[Product]:
    """Add all of these products or none, each with its first units; eight queries and one more for 500.

    Args:
        rows: Arguments of ``catalog.create_product``, already of the right kinds.

    Raises:
        BatchRefused: Naming every row that cannot be, and why.
    """
    try:
        with transaction.atomic():
            return _created(rows)
    except IntegrityError:  # somebody was quicker with a SKU or an address: say with which
        _refuse(_taken([Product(**row) for row in rows]))
        raise


def _created(rows: Sequence[Mapping[str, Any]]) -> list[Product]:
    products = [Product(**row) for row in rows]
    _refuse([*_taken(products), *_impossible(products)])
    made = Product.objects.bulk_create(products, batch_size=AT_ONCE)
    stock.open_ledgers(made)
    price_history.record(made)
    announcements.created(made)
    caching.forget("catalog")
    return made


@transaction.atomic
def change_products(rows: Sequence[Mapping[str, Any]], *, actor: User | None = None) -> int:
    """Give all of these products their new prices and stock, or none of them. Repeatable.

    Args:
        rows: ``id`` or ``sku``, and any of ``price``, ``sale_price`` and ``stock_quantity``.

    Returns:
        How many products are different now.

    Raises:
        BatchRefused: Naming every row that cannot be, and why.
    """
    found = _locked(rows)
    wrong = [_about(place, "", "unknown_product", _("There is no such product."))
             for place, product in enumerate(found) if product is None]  # fmt: skip
    twice = {pk for pk, count in Counter(product.pk for product in found if product).items() if count > 1}
    wrong += [_about(place, "", "named_twice", _("This product is named more than once."))
              for place, product in enumerate(found) if product and product.pk in twice]  # fmt: skip
    _refuse(wrong)
    products = [product for product in found if product is not None]
    seen = {product.pk: product.stock_quantity for product in products}
    units = {
        product.pk: row["stock_quantity"] - product.stock_quantity
        for product, row in zip(products, rows, strict=True)
        if "stock_quantity" in row
    }
    holds_none = _("It has variants, and holds no stock itself.")
    wrong = [
        _about(place, "/stock_quantity", "stock_refused", holds_none)
        for place, product in enumerate(products)
        if product.has_variants and units.get(product.pk)
    ]
    dearer = []
    for product, row in zip(products, rows, strict=True):
        before = (product.price, product.sale_price)
        product.price = row.get("price", product.price)
        product.sale_price = row.get("sale_price", product.sale_price)
        if before != (product.price, product.sale_price):
            dearer.append(product)
    _refuse([*wrong, *_impossible(products)])
    _store_prices(dearer)
    moved = {pk: change for pk, change in units.items() if change}
    if moved:
        stock.adjust_many(moved, seen=seen, reason=_("Counted by another system"), actor=actor)
    caching.forget("catalog")
    return len({product.pk for product in dearer} | moved.keys())


def _locked(rows: Sequence[Mapping[str, Any]]) -> list[Product | None]:
    """Return for each row its product, all of them locked in the order of ``services.stock``."""
    by_pk = Product.objects.filter(pk__in=[row["id"] for row in rows if "id" in row])
    by_sku = Product.objects.filter(sku__in=[row["sku"] for row in rows if "sku" in row])
    pks = {*by_pk.values_list("pk", flat=True), *by_sku.values_list("pk", flat=True)}
    locked = Product.objects.filter(pk__in=pks).order_by(locks.PARENTS_LAST, "pk")
    products = list(locked.select_for_update(of=("self",)))
    known_pks, known_skus = {p.pk: p for p in products}, {p.sku: p for p in products}
    return [known_pks.get(row["id"]) if "id" in row else known_skus.get(row["sku"]) for row in rows]


def _store_prices(products: list[Product]) -> None:
    if not products:
        return
    now = timezone.now()
    for product in products:
        product.updated_at = now
    Product.objects.bulk_create(  # an upsert of locked rows: five times as fast as bulk_update
        products, update_conflicts=True, unique_fields=["id"], update_fields=PRICES, batch_size=AT_ONCE
    )
    price_history.record(products)
    parents.refresh(
        {product.parent_id for product in products if product.parent_id}
        | {product.pk for product in products if product.has_variants}
    )
    announcements.updated(products)


def _taken(products: list[Product]) -> Wrong:
    """Return which SKUs and addresses are taken, by what there is or by another row; two queries."""
    wrong = []
    for field, error in (("sku", SkuTaken), ("slug", SlugTaken)):
        values = [getattr(product, field) for product in products]
        stored = Product.all_objects.filter(**{f"{field}__in": values})
        taken = set(stored.values_list(field, flat=True))
        taken |= {value for value, count in Counter(values).items() if count > 1}
        wrong += [
            _about(place, f"/{field}", error.code, error(value).detail)
            for place, value in enumerate(values)
            if value in taken
        ]
    return wrong


def _impossible(products: list[Product]) -> Iterator[dict[str, Any]]:
    """Bring what follows from others up to date; yield what no product can be."""
    for place, product in enumerate(products):
        try:
            catalog.settle(product)
        except ShopError as refusal:
            yield _about(place, "/sale_price", refusal.code, refusal.detail)


def _about(place: int, pointer: str, code: str, detail: str) -> dict[str, Any]:
    return {"pointer": f"/products/{place}{pointer}", "index": place, "code": code, "detail": detail}


def _refuse(wrong: Wrong) -> None:
    if wrong:
        raise BatchRefused(sorted(wrong, key=lambda one: int(one["index"])))
