"""Shopify's product CSV: a product is a run of rows with one handle, a row a variant or one more picture.

Both generations of column names are understood.
Source: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import values
from products.readers.fields import records
from products.readers.formats import Head
from products.readers.record import NOTHING, Item, Picture, Problem, Said, Typing
from products.readers.streams import Blob
from products.readers.tables import Row, Table

NAME = "shopify"
RENAMED = {
    "url handle": "handle",
    "description": "body (html)",
    "published on online store": "published",
    "sku": "variant sku",
    "barcode": "variant barcode",
    "price": "variant price",
    "compare-at price": "variant compare at price",
    "weight value (grams)": "variant grams",
    "inventory quantity": "variant inventory qty",
    "requires shipping": "variant requires shipping",
    "product image url": "image src",
    "variant image url": "variant image",
}
"""Columns of today's exports -> what they were called until 2024."""
NO_OPTION = ("Title", "Default Title")
OPTIONS = (1, 2, 3)

Cells = Mapping[str, str]


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format."""
    columns = {RENAMED.get(column, column) for column in head.columns}
    return {"handle", "title"} <= columns and bool(
        columns & {"variant price", "option1 value", "body (html)"}
    )


def read(blob: Blob) -> Iterator[Item]:
    """Yield the products in ``blob``: singles, or parents each followed by its variants.

    Raises:
        ImportRefused: The table has no column for the handle.
    """
    table = Table(blob)
    names = [RENAMED.get(column.lower(), column.lower()) for column in table.columns]
    if "handle" not in names:
        raise ImportRefused(_("The first line names no column “Handle”."))

    def handle(row: Row | Problem) -> str:
        return "" if isinstance(row, Problem) else row.cells[names.index("handle")].strip()

    for key, run in groupby(table, handle):
        rows: list[tuple[int, Cells]] = []
        for row in run:
            if isinstance(row, Problem):
                yield row
            elif not key:
                yield Problem(row.line, "Handle", "", _("The handle is missing."))
            else:
                rows.append((row.line, dict(zip(names, row.cells, strict=True))))
        if rows:
            yield from _product(key, rows)


def _product(handle: str, rows: list[tuple[int, Cells]]) -> Iterator[Item]:
    line, first = rows[0]
    option_names = {
        number: name
        for number in OPTIONS
        if (name := next((n for _l, c in rows if (n := c.get(f"option{number} name", "").strip())), ""))
    }
    variants = [
        (line, cells)
        for line, cells in rows
        if cells is first or any(cells.get(f"option{n} value", "").strip() for n in OPTIONS)
        or cells.get("variant price", "").strip()
    ]  # fmt: skip
    pictures = _pictures(rows)
    common = _common(first)
    tags = tuple(tag for part in first.get("tags", "").split(",") if (tag := part.replace("|", "/").strip()))
    attributes = {"Tags": Said(tags, Typing.LABELS)} if tags else NOTHING
    options = [_options(cells, option_names) for _line, cells in variants]
    if len(variants) == 1 and not options[0]:
        raw = {**common, **_of_variant(first), "sku": first.get("variant sku", "").strip() or handle}
        if _is(first, "gift card"):
            raw["is_digital"] = True
        yield from records(
            raw, line=line, attributes=attributes, spoken_of=frozenset({"Tags"}), pictures=pictures
        )
        return
    parent = {**common, "sku": handle, "price": first.get("variant price"), "kind": "parent"}
    yield from records(
        parent, line=line, attributes=attributes, spoken_of=frozenset({"Tags"}), pictures=pictures
    )
    for (number, cells), chosen in zip(variants, options, strict=True):
        label = ", ".join(chosen.values())
        raw = {
            **_of_variant(cells),
            "sku": cells.get("variant sku", "").strip() or f"{handle}-{slugify(' '.join(chosen.values()))}",
            "parent_sku": handle,
            "name": f"{first.get('title', '')}, {label}" if first.get("title") else None,
            "category": common["category"],
            "brand": common["brand"],
            "is_active": common.get("is_active"),
        }
        if _is(first, "gift card"):
            raw["is_digital"] = True
        shown = cells.get("variant image", "").strip()
        yield from records(
            raw, line=number, options=chosen, pictures=[Picture(shown, label)] if shown else []
        )


def _common(cells: Cells) -> dict[str, Any]:
    """Return what is said of a product as a whole, in its first row."""
    raw: dict[str, Any] = {
        "name": cells.get("title"),
        "description": cells.get("body (html)"),
        "brand": cells.get("vendor"),
        "category": cells.get("type", "").strip() or cells.get("product category", "").strip(),
        "slug": cells.get("handle"),
        "meta_title": cells.get("seo title"),
        "meta_description": cells.get("seo description"),
    }
    said = cells.get("published", "").strip().lower(), cells.get("status", "").strip().lower()
    if any(said):
        raw["is_active"] = said[0] != "false" and said[1] in ("", "active")
    return raw


def _of_variant(cells: Cells) -> dict[str, Any]:
    """Return what is said of one thing to buy. A compare-at price above the price is what it cost before."""
    price, before = cells.get("variant price", "").strip(), cells.get("variant compare at price", "").strip()
    raw: dict[str, Any] = {
        "price": price,
        "sale_price": None if "variant compare at price" not in cells else "",
        "cost_price": cells.get("cost per item"),
        "stock_quantity": cells.get("variant inventory qty"),
        "ean": cells.get("variant barcode", "").strip().lstrip("'") if "variant barcode" in cells else None,
    }
    if before and _is_above(before, price):
        raw |= {"price": before, "sale_price": price}
    grams = cells.get("variant grams", "").strip()
    if grams and re.search("[1-9]", grams):  # 0 stands for unknown
        raw["weight"] = f"{grams} g"
    if cells.get("variant requires shipping", "").strip():
        raw["is_digital"] = cells["variant requires shipping"].strip().lower() == "false"
    return raw


def _is_above(before: str, price: str) -> bool:
    try:
        return values.price(before) > values.price(price)
    except values.Unreadable:
        return False


def _is(cells: Cells, column: str) -> bool:
    return cells.get(column, "").strip().lower() == "true"


def _options(cells: Cells, names: Mapping[int, str]) -> dict[str, str]:
    """Return what sets a variant apart; the one option of a product without options is none."""
    chosen = {
        name: value
        for number, name in names.items()
        if (value := cells.get(f"option{number} value", "").strip())
    }
    return {name: value for name, value in chosen.items() if (name, value) != NO_OPTION}


def _pictures(rows: list[tuple[int, Cells]]) -> list[Picture]:
    """Return a product's pictures in their order."""
    found = []
    for place, (_line, cells) in enumerate(rows):
        if source := cells.get("image src", "").strip():
            position = cells.get("image position", "").strip()
            order = int(position) if position.isascii() and position.isdigit() else place + 1
            found.append((order, place, Picture(source, cells.get("image alt text", ""))))
    return [picture for _order, _place, picture in sorted(found, key=lambda item: item[:2])]
