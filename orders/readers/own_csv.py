"""Our own CSV of past orders: one row per line of an order; docs/importing.md describes the columns."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.readers import fields
from orders.readers.record import Item, Shape
from products.errors import ImportRefused
from products.readers import Problem, texts
from products.readers.formats import Head
from products.readers.streams import Blob
from products.readers.tables import Table

NAME = "csv"
COLUMNS = {
    "order_number": "invoice",
    "placed_at": "placed_at",
    "email": "email",
    "customer": "customer",
    "country": "country_name",
    "sku": "code",
    "name": "description",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "currency": "currency",
    "kind": "kind",
}
NEEDED = {"order_number", "placed_at", "sku", "quantity", "unit_price"}
KINDS = ("goods", "fee", "cancellation", "cancelled fee")


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format."""
    return head.columns >= NEEDED


def read(blob: Blob, shape: Shape) -> Iterator[Item]:
    """Yield the lines in ``blob`` in the file's order, and what is wrong with others.

    Raises:
        ImportRefused: The table lacks one of the columns that make a line.
    """
    table = Table(blob)
    names = [column.lower() for column in table.columns]
    if missing := NEEDED - set(names):
        reason = _("The first line names no column for: %(names)s.")
        raise ImportRefused(reason % {"names": ", ".join(sorted(missing))})
    columns = {field: column for column, field in COLUMNS.items()}
    now = timezone.now()
    for place, name in enumerate(names):
        if name and name not in COLUMNS:
            reason = _("Not a column of ours; left out.")
            yield Problem(1, table.columns[place], "", reason, is_refusal=False)
    for row in table:
        if isinstance(row, Problem):
            yield row
            continue
        cells = zip(names, row.cells, strict=True)
        raw = {COLUMNS[name]: texts.original(cell) for name, cell in cells if name in COLUMNS}
        kind = raw.pop("kind", "").strip().lower() or "goods"
        if kind not in KINDS:
            reason = _("“%(kind)s” is none of: %(kinds)s.") % {"kind": kind[:50], "kinds": ", ".join(KINDS)}
            yield Problem(row.line, "kind", texts.line(raw.get("code", ""))[:100], reason)
            continue
        raw["customer"] = raw.pop("email", "").strip().lower() or raw.get("customer", "")
        raw["currency"] = raw.get("currency", "").strip() or shape.currency or settings.STORE_CURRENCY
        yield from fields.line(
            raw,
            number=row.line,
            columns=columns,
            now=now,
            is_fee=lambda _code, kind=kind: "fee" in kind,  # type: ignore[misc]
            is_cancellation=lambda _invoice, kind=kind: "cancel" in kind,  # type: ignore[misc]
        )
