"""Online Retail: the invoices of a British shop of 2009 to 2011 as the UCI repository publishes them.

Source: Chen, Sain and Guo, https://doi.org/10.24432/C5BW33; and Online Retail II,
https://doi.org/10.24432/C5CG6D, whose columns are named differently. An invoice that begins with C is a
cancellation; money, in pounds, is in the unit price; fees stand between the goods, under a code of their own.
"""

import re
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.readers import fields
from orders.readers.record import Item, Shape
from products.errors import ImportRefused
from products.readers import Problem
from products.readers.formats import Head
from products.readers.streams import Blob
from products.readers.tables import Table

NAME = "online-retail"
CURRENCY = "GBP"
COLUMNS = {
    "invoiceno": "invoice",
    "invoice": "invoice",
    "stockcode": "code",
    "description": "description",
    "quantity": "quantity",
    "invoicedate": "placed_at",
    "unitprice": "unit_price",
    "price": "unit_price",
    "customerid": "customer",
    "customer id": "customer",
    "country": "country_name",
}
NEEDED = {"invoice", "code", "quantity", "placed_at", "unit_price"}
FEES = {
    "POST", "DOT", "C2", "C3", "M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS",
    "ADJUST", "ADJUST2",
}  # fmt: skip
"""Postage, carriage, manual entries, discounts, samples, bad debt, charges of others, donations."""
VOUCHER = re.compile(r"gift_0001_\d+", re.IGNORECASE)


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format."""
    return {COLUMNS.get(column) for column in head.columns} >= NEEDED and "stockcode" in head.columns


def read(blob: Blob, shape: Shape) -> Iterator[Item]:
    """Yield the lines in ``blob`` in the file's order, and what is wrong with others.

    Raises:
        ImportRefused: The table lacks one of the columns that make a line.
    """
    table = Table(blob)
    names = [COLUMNS.get(column.lower(), "") for column in table.columns]
    if missing := NEEDED - set(names):
        reason = _("The first line names no column for: %(names)s.")
        raise ImportRefused(reason % {"names": ", ".join(sorted(missing))})
    columns = {name: column for name, column in zip(names, table.columns, strict=True) if name}
    now = timezone.now()
    for row in table:
        if isinstance(row, Problem):
            yield row
            continue
        raw = {name: cell for name, cell in zip(names, row.cells, strict=True) if name}
        raw["currency"] = shape.currency or CURRENCY
        yield from fields.line(
            raw,
            number=row.line,
            columns=columns,
            now=now,
            is_fee=is_fee,
            is_cancellation=lambda invoice: invoice[:1] in "Cc",
        )


def is_fee(code: str) -> bool:
    """Say whether ``code`` stands for postage and the like and not for goods."""
    return code.upper() in FEES or VOUCHER.fullmatch(code) is not None
