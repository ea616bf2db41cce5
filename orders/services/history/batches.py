"""One batch of lines, written in one transaction: all of it or nothing."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.models import HistoricLine, Order, OrderDiscount, OrderItem
from orders.readers import PastLine, Problem
from orders.services.history import freezing, linking
from orders.services.history.survey import Survey
from products.models import Product
from products.services import imports
from products.services.imports import new_rows

ATTEMPTS = 25
"""How often a batch is tried that another import, making the same rows, gets in the way of."""
COLUMNS = (
    "source", "invoice", "fingerprint", "occurrence", "is_fee", "is_cancellation", "code", "description",
    "quantity", "unit_price", "currency", "placed_at", "customer", "country_name", "country", "product_id",
    "order_id",
)  # fmt: skip
REBUILT = (
    "currency", "created_at", "shipping_name", "subtotal", "subtotal_gross", "discount_amount",
    "discount_gross", "shipping_amount", "shipping_gross", "total_amount", "status", "updated_at",
)  # fmt: skip
"""What more lines change. Whose order it is stays: that may have been erased meanwhile."""


ITEM_CELLS = (
    "order_id", "product_id", "product_name", "product_sku", "quantity", "unit_price", "total_price",
    "discount_amount", "tax_rate", "net_amount", "tax_amount", "gross_amount",
)  # fmt: skip
ITEM_COLUMNS = (*ITEM_CELLS, "created_at", "updated_at")
made_cells = attrgetter(*ITEM_CELLS)


class Numbered(NamedTuple):
    """A line, and what tells it from others of its invoice."""

    line: PastLine
    fingerprint: str
    occurrence: int

    @property
    def key(self) -> tuple[str, str, int]:
        return self.line.invoice, self.fingerprint, self.occurrence


class Result(NamedTuple):
    """How many lines became what."""

    created: int
    unchanged: int
    problems: list[Problem]
    unpriced: int = 0
    """Products that were made without a price."""


def fingerprint(line: PastLine) -> str:
    """Return what makes ``line`` the same when its file is read again.

    Neither the customer, so that nothing of who asked to be forgotten stays, nor the currency, which the
    command may say.
    """
    said = (
        line.code, line.description, line.quantity, f"{line.unit_price:.4f}", line.placed_at.timestamp(),
        line.country_name, line.is_fee, line.is_cancellation,
    )  # fmt: skip
    return sha256("\x1f".join(map(str, said)).encode()).hexdigest()


def run(lines: Sequence[Numbered], *, source: str, survey: Survey, reference: str, dry_run: bool) -> Result:
    """Write those of ``lines`` that are not there yet, and the orders that they make.

    The number of queries does not grow with them. With ``dry_run`` it is then taken back.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _run(lines, source=source, survey=survey, reference=reference, dry_run=dry_run)
        except (IntegrityError, OperationalError):
            # Another process made one of these rows, or held it too long. It has its rows now: look again.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _run(lines: Sequence[Numbered], *, source: str, survey: Survey, reference: str, dry_run: bool) -> Result:
    invoices = {one.line.invoice for one in lines}
    if not _unknown(lines, _stored(invoices, source)):
        return Result(0, len(lines), [])
    with transaction.atomic():
        _lock(invoices, source)
        stored = _stored(invoices, source)
        unknown = _unknown(lines, stored)
        new, problems = _of_one_currency(unknown, {invoice: row for (invoice, *_rest), row in stored.items()})
        codes = {one.line.code for one in new if not one.line.is_fee}
        products, unpriced = _products(codes, survey, reference)
        orders = _orders(new, source, products, {invoice for invoice, *_rest in stored})
        _insert(new, source, products, orders)
        _take_along(orders, source, {invoice for invoice, *_rest in stored})
        pairs = {(one.line.customer, one.line.code) for one in new}
        linking.settle({*linking.link(source=source, bought=pairs), *orders.values()})
        transaction.set_rollback(dry_run)
    return Result(len(new), len(lines) - len(unknown), problems, unpriced)


def _lock(invoices: Collection[str], source: str) -> None:
    """Keep the orders of ``invoices`` from others; two that make the same one meet at its unique key."""
    numbers = [freezing.order_number(source, invoice) for invoice in invoices]
    orders = Order.all_objects.filter(order_number__in=numbers).select_for_update(of=("self",))
    list(orders.order_by("pk").values_list("pk"))


def _stored(invoices: Collection[str], source: str) -> dict[tuple[str, str, int], str]:
    """Return the keys of the lines of ``invoices`` that are there, with their currency."""
    rows = HistoricLine.objects.filter(source=source, invoice__in=invoices).order_by()
    found = rows.values_list("invoice", "fingerprint", "occurrence", "currency")
    return {(invoice, print_, occurrence): currency for invoice, print_, occurrence, currency in found}


def _unknown(lines: Iterable[Numbered], stored: Collection[tuple[str, str, int]]) -> list[Numbered]:
    return [one for one in lines if one.key not in stored]


def _of_one_currency(
    lines: Iterable[Numbered], currencies: dict[str, str]
) -> tuple[list[Numbered], list[Problem]]:
    """Return the lines in the currency of their invoice, which its first line decides, and the others."""
    kept, problems = [], []
    for one in lines:
        line = one.line
        if currencies.setdefault(line.invoice, line.currency) == line.currency:
            kept.append(one)
        else:
            reason = _("The invoice is in %(currency)s.") % {"currency": currencies[line.invoice]}
            problems.append(Problem(line.line, "currency", line.code, reason, source=line.member))
    return kept, problems


def _products(codes: Collection[str], survey: Survey, reference: str) -> tuple[dict[str, int], int]:
    """Return the pks of the products with these codes as SKU; what is missing is made if it was ever sold.

    What was sold in another currency alone, of which no rate is known, has no price: it is not published, so
    that nobody finds pounds on a tag in euros. How many those are is returned too.
    """

    def known() -> dict[str, int]:
        return dict(Product.all_objects.filter(sku__in=codes).values_list("sku", "pk"))

    found = known()
    missing = {code: survey.goods(code) for code in sorted(codes) if code not in found}
    if wanted := {code: goods for code, goods in missing.items() if goods}:
        rows = [
            {"sku": code, "name": goods.name, "price": goods.price or 0, "is_active": goods.price is not None}
            for code, goods in wanted.items()
        ]
        imports.add_sold_out(rows, reference=reference)
        found = known()
    return found, sum(goods.price is None for goods in wanted.values())


def _orders(
    new: Sequence[Numbered], source: str, products: dict[str, int], begun: Collection[str]
) -> dict[str, int]:
    """Store the order of each invoice with ``new`` lines, or store it again; return their pks."""
    parts: dict[str, list[freezing.Part]] = {}
    first: dict[str, PastLine | HistoricLine] = {}
    for one in new:
        line = one.line
        if not line.is_cancellation:
            known = first.get(line.invoice)
            if known is None or line.placed_at < known.placed_at:
                first[line.invoice] = line
            parts.setdefault(line.invoice, []).append(_part(line, products.get(line.code)))
    again = HistoricLine.objects.filter(source=source, is_cancellation=False)
    for old in again.filter(invoice__in=[invoice for invoice in parts if invoice in begun]).order_by("-pk"):
        parts[old.invoice].insert(0, _part(old, old.product_id))
        if old.placed_at <= first[old.invoice].placed_at:
            first[old.invoice] = old
    frozen = [
        made
        for invoice, several in parts.items()
        if (
            made := freezing.freeze(
                several,
                source=source,
                invoice=invoice,
                placed_at=first[invoice].placed_at,
                currency=first[invoice].currency,
                customer=first[invoice].customer,
                country=first[invoice].country,
            )
        )
    ]
    _store(frozen)
    by_key = {made.order.idempotency_key: made.order.pk for made in frozen}
    keys = {invoice: freezing.key(source, invoice) for invoice in parts}
    return {invoice: by_key[key] for invoice, key in keys.items() if key in by_key}


def _part(line: PastLine | HistoricLine, product_id: int | None) -> freezing.Part:
    return freezing.Part(line.code, line.description, line.quantity, line.unit_price, product_id, line.is_fee)


def _store(frozen: Sequence[freezing.Frozen]) -> None:
    numbers = [made.order.order_number for made in frozen]  # erasing a customer changes the key
    pks = dict(Order.all_objects.filter(order_number__in=numbers).values_list("order_number", "pk"))
    for made in frozen:
        made.order.pk = pks.get(made.order.order_number)
        made.order.updated_at = timezone.now()
    old = [made.order for made in frozen if made.order.pk]
    OrderItem.objects.filter(order__in=old).delete()
    OrderDiscount.objects.filter(order__in=old).delete()
    Order.all_objects.bulk_update(old, REBUILT)
    Order.all_objects.bulk_create(made.order for made in frozen if not made.order.pk)
    for made in frozen:
        for item in made.items:
            item.order_id = made.order.pk
        for discount in made.discounts:
            discount.order_id = made.order.pk
    now = timezone.now()
    cells = [(*made_cells(item), now, now) for made in frozen for item in made.items]
    new_rows.insert(OrderItem, ITEM_COLUMNS, cells)
    OrderDiscount.objects.bulk_create(row for made in frozen for row in made.discounts)


def _insert(new: Sequence[Numbered], source: str, products: dict[str, int], orders: dict[str, int]) -> None:
    rows = []
    for line, print_, occurrence in new:
        product = None if line.is_fee else products.get(line.code)
        part = _part(line, product)
        order = orders.get(line.invoice) if part.counts and not line.is_cancellation else None
        row = (
            source, line.invoice, print_, occurrence, line.is_fee, line.is_cancellation, line.code,
            line.description, line.quantity, line.unit_price, line.currency, line.placed_at, line.customer,
            line.country_name, line.country, product, order,
        )  # fmt: skip
        rows.append(row)
    new_rows.insert(HistoricLine, COLUMNS, rows)


def _take_along(orders: dict[str, int], source: str, begun: Collection[str]) -> None:
    """Give ``orders`` the lines that count and came before their invoice was one, such as postage alone."""
    invoices = [invoice for invoice in begun if invoice in orders]
    if not invoices:
        return
    counting = HistoricLine.objects.filter(is_cancellation=False, quantity__gt=0, unit_price__gte=0)
    counting = counting.filter(Q(is_fee=True) | Q(product__isnull=False))
    lines = list(counting.filter(source=source, invoice__in=invoices, order=None))
    for line in lines:
        line.order_id = orders[line.invoice]
    HistoricLine.objects.bulk_update(lines, ["order"])
