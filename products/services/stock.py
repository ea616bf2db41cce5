"""Every change of stock on hand.

Locks are taken in one order everywhere: singles and variants by pk, then parents by pk.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import caching, statements
from products.errors import ChooseVariant, OutOfStock, StockRefused, UnknownProduct
from products.models import Product, StockMovement
from products.services import announcements, low_stock, parents
from users.models import User

logger = logging.getLogger("shop")
AT_ONCE = 1000
"""Rows in one INSERT."""


@transaction.atomic
def take(units: Mapping[int, int], *, reference: str) -> list[Product]:
    """Take ``units`` (product pk -> how many) off the shelf, all or nothing.

    Returns:
        The products taken, in pk order with their parents, locked until the caller's transaction ends.

    Raises:
        UnknownProduct: A pk that is in no row.
        ChooseVariant: A parent, which holds no stock.
        OutOfStock: Naming every product that has too few units left or is off sale.
    """
    return take_within(units, reference=reference)


def take_within(units: Mapping[int, int], *, reference: str) -> list[Product]:
    """Do what :func:`take` does inside a transaction that a refusal ends: two statements less."""
    products = _lock(units)
    for product in products:
        if product.has_variants:
            raise ChooseVariant(product.sku, product.name)
    short = {p.sku: p.name for p in products if not _can_give(p, units[p.pk])}
    if short:
        raise OutOfStock(short)
    _move(products, {pk: -count for pk, count in units.items()}, StockMovement.Kind.SALE, reference=reference)
    low_stock.watch(products, units)
    return products


@transaction.atomic
def put_back(units: Mapping[int, int], *, reference: str) -> None:
    """Return ``units`` (product pk -> how many) to the shelf, as after a cancelled order.

    What has been deleted meanwhile gets its units as well. What has become a parent holds none: the ledger
    says that they came, and that they are to be counted for one of its variants.

    Raises:
        UnknownProduct: A pk that is in no row.
    """
    _return(_lock(units), units, reference=reference, reason="", actor=None)


@transaction.atomic
def take_in(units: Mapping[int, int], *, reference: str, reason: str, actor: User | None) -> None:
    """Return likewise what customers sent back, as ``actor`` has decided for a ``reason``.

    Raises:
        UnknownProduct: Something is no longer in the catalog: nobody could sell it.
    """
    _return(_lock_present(units), units, reference=reference, reason=reason, actor=actor)


def _return(
    products: list[Product], units: Mapping[int, int], *, reference: str, reason: str, actor: User | None
) -> None:
    holding = {product.pk: units[product.pk] for product in products if not product.has_variants}
    if holding:
        _move(
            [product for product in products if product.pk in holding],
            holding,
            StockMovement.Kind.RETURN,
            reference=reference,
            reason=reason,
            actor=actor,
        )
    for product in products:
        if product.has_variants:
            _pass_through(product, units[product.pk], reference=reference, reason=reason, actor=actor)


@transaction.atomic
def adjust(product: Product, *, change: int, reason: str, actor: User | None = None) -> Product:
    """Correct the stock of ``product`` by ``change`` units, for a ``reason`` that the ledger keeps.

    Raises:
        StockRefused: No change, no reason, a parent, or more units than there are.
        UnknownProduct: It has been deleted meanwhile.
    """
    if not change or not reason.strip():
        raise StockRefused(_("Say by how many units the stock changes, and why."))
    locked = _lock_present({product.pk: change})[0]
    if locked.has_variants:
        raise StockRefused(_("A product with variants holds no stock itself. Adjust its variants."))
    if locked.stock_quantity + change < 0:
        text = _("There are only %(left)s units of %(name)s.")
        raise StockRefused(text % {"left": locked.stock_quantity, "name": locked.name}, sku=locked.sku)
    _move([locked], {locked.pk: change}, StockMovement.Kind.ADJUSTMENT, reason=reason.strip(), actor=actor)
    return locked


@transaction.atomic
def adjust_many(
    changes: Mapping[int, int], *, seen: Mapping[int, int], reason: str, actor: User | None = None
) -> int:
    """Correct the stock of many products (pk -> units) for one ``reason``, all or nothing.

    ``seen`` (pk -> units) is what the changes were decided from. Returns how many products changed.

    Raises:
        StockRefused: No reason, a parent, more units than there are, or another stock than was seen.
        UnknownProduct: One has been deleted meanwhile.
    """
    changes = {pk: change for pk, change in changes.items() if change}
    if not reason.strip():
        raise StockRefused(_("Say by how many units the stock changes, and why."))
    products = _lock_present(changes)
    for product in products:
        if product.has_variants:
            raise StockRefused(_("A product with variants holds no stock itself. Adjust its variants."))
        if product.stock_quantity != seen[product.pk]:
            text = _("The stock of %(name)s has changed since you looked. Look again, then confirm.")
            raise StockRefused(text % {"name": product.name}, sku=product.sku)
        if product.stock_quantity + changes[product.pk] < 0:
            text = _("There are only %(left)s units of %(name)s.")
            facts = {"left": product.stock_quantity, "name": product.name}
            raise StockRefused(text % facts, sku=product.sku)
    if products:
        _move(products, changes, StockMovement.Kind.ADJUSTMENT, reason=reason.strip(), actor=actor)
    return len(products)


def open_ledgers(products: Iterable[Product]) -> None:
    """Record the units that new ``products`` were stored with; one query, in the transaction that makes them.

    A ledger begins when its product does. Raw SQL for the reason of ``price_history.record``.
    """
    pks = [product.pk for product in products if product.stock_quantity]
    if not pks:
        return
    places = ", ".join(["%s"] * len(pks))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stock_movements (product_id, kind, change, reason, reference, created_at)"  # noqa: S608 -- %s only
            f" SELECT id, %s, stock_quantity, '', '', created_at FROM products WHERE id IN ({places})",
            [StockMovement.Kind.OPENING, *pks],
        )


def record_import(changes: Mapping[int, int], *, reference: str) -> None:
    """Record ``changes`` (product pk -> units) that an import makes to products it has locked itself."""
    StockMovement.objects.bulk_create(
        StockMovement(product_id=pk, kind=StockMovement.Kind.IMPORT, change=change, reference=reference)
        for pk, change in changes.items()
        if change
    )


def record_past(movements: Sequence[StockMovement]) -> None:
    """Append what happened long ago, with its times, and leave every stock as it is today.

    Raises:
        ValueError: The movements of some product do not sum to nothing; none was recorded.
    """
    sums: Counter[int] = Counter()
    for movement in movements:
        sums[movement.product_id] += movement.change
    if any(sums.values()):
        raise ValueError("What happened in the past cannot change what is on the shelf today.")
    StockMovement.objects.bulk_create(movements, batch_size=AT_ONCE)


def _lock(units: Mapping[int, int]) -> list[Product]:
    """Lock the rows in pk order: two checkouts that share products wait and never deadlock."""
    products = statements.rows("locked", _for_update, tuple(sorted(units)))
    if len(products) < len(units):
        raise UnknownProduct(_("One of these products no longer exists."))
    return products


def _lock_present(units: Mapping[int, int]) -> list[Product]:
    """Lock the rows likewise of what staff change: what is deleted is not theirs to change."""
    products = _lock(units)
    if any(product.deleted_at for product in products):
        raise UnknownProduct(_("One of these products no longer exists."))
    return products


def _for_update(pks: tuple[int, ...]) -> QuerySet[Product]:
    rows = Product.all_objects.filter(pk__in=pks).select_related("parent", "category").without_texts()
    rows = rows.defer("category__description").order_by("pk")
    return rows.select_for_update(of=("self",))


def _can_give(product: Product, units: int) -> bool:
    """Say whether so many ``units`` of a locked product can be sold."""
    shelf = product.category
    is_on_sale = (
        product.is_for_sale
        and (product.parent is None or product.parent.is_for_sale)
        and shelf.is_active
        and shelf.deleted_at is None
    )
    return is_on_sale and product.stock_quantity >= units


def _pass_through(product: Product, units: int, *, reference: str, reason: str, actor: User | None) -> None:
    """Record units that came back to a locked parent, which holds none, and that they are elsewhere now."""
    counted = _("It has variants now: count these units for the one that they are.")
    kinds = StockMovement.Kind
    StockMovement.objects.bulk_create(
        StockMovement(product=product, kind=kind, change=change, reference=reference, reason=why, actor=actor)
        for kind, change, why in ((kinds.RETURN, units, reason), (kinds.ADJUSTMENT, -units, counted))
    )
    logger.warning("stock_returned_to_a_parent", extra={"facts": {"sku": product.sku, "units": units}})


def _write(changes: Mapping[int, int]) -> None:
    """Change the stock of locked products (pk -> units) in one statement.

    It is written as text, because Django would build the same one anew for each order: 5 % of what it costs.
    """
    change = f"CASE id {'WHEN %s THEN %s ' * len(changes)}END"
    pairs = [number for pair in changes.items() for number in pair]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE products SET stock_quantity = stock_quantity + {change}, is_available ="  # noqa: S608 -- %s only
            f" stock_quantity + {change} > 0, updated_at = %s"
            f" WHERE id IN ({', '.join(['%s'] * len(changes))})",
            [*pairs, *pairs, connection.ops.adapt_datetimefield_value(timezone.now()), *changes],
        )


def _move(
    products: list[Product],
    changes: Mapping[int, int],
    kind: str,
    *,
    reference: str = "",
    reason: str = "",
    actor: User | None = None,
) -> None:
    """Change the locked ``products``: one UPDATE for all, their ledger rows, and parents that turned."""
    before = {product.pk: (product.stock_status, product.is_available) for product in products}
    for product in products:
        product.stock_quantity += changes[product.pk]
        product.is_available = product.stock_quantity > 0
    _write(changes)
    StockMovement.objects.bulk_create(
        StockMovement(
            product=product,
            kind=kind,
            change=changes[product.pk],
            reference=reference,
            reason=reason,
            actor=actor,
        )
        for product in products
    )
    announcements.stock(products, changes, kind=kind, reference=reference)
    turned = [product for product in products if before[product.pk][1] != product.is_available]
    parents.refresh({product.parent_id for product in turned if product.parent_id})
    if any(before[product.pk][0] != product.stock_status for product in products):
        caching.forget("catalog")  # a sale that changes no word changes no page
