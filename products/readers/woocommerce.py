"""WooCommerce's product CSV: variable products, and variations that name them by SKU or ``id:<number>``.

Source: https://github.com/woocommerce/woocommerce, sample-data/sample_products.csv, and its wiki page
Product CSV Import Schema.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import values
from products.readers.fields import records
from products.readers.formats import Head
from products.readers.record import NOTHING, Item, Picture, Problem, Said, Typing
from products.readers.streams import Blob
from products.readers.tables import Table

NAME = "woocommerce"
NOT_GOODS = {"grouped", "external"}
"""Types that are pages about other goods: taken as a product only when they have a price of their own."""
CENTIMETERS = {"cm": 1.0, "mm": 0.1, "m": 100.0, "in": 2.54, "yd": 91.44}
COMMA = re.compile(r"(?<!\\),")

Cells = Mapping[str, str]


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format."""
    return {"type", "sku", "name", "regular price"} <= head.columns


def read(blob: Blob) -> Iterator[Item]:
    """Yield the products in ``blob``, in the file's order; without a SKU, one is made from the id.

    Raises:
        ImportRefused: The table has neither a column for the SKU nor one for the id.
    """
    table = Table(blob)
    names = [column.lower() for column in table.columns]
    if not {"sku", "id"} & set(names):
        raise ImportRefused(_("The first line names neither a column “SKU” nor “ID”."))
    skus: dict[str, str] = {}
    for row in table:
        if isinstance(row, Problem):
            yield row
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=True)}
        yield from _product(cells, row.line, skus)


def _product(cells: Cells, line: int, skus: dict[str, str]) -> Iterator[Item]:
    kinds = {kind.strip().lower() for kind in cells.get("type", "").split(",")}
    number = cells.get("id", "")
    sku = cells.get("sku") or (f"woo-{number}" if number else "")
    if "variable" in kinds and number:
        skus[number] = sku  # a variation may name it by its id
    if kinds & NOT_GOODS and not cells.get("regular price"):
        reason = _("A %(kind)s product without a price of its own.") % {"kind": min(kinds & NOT_GOODS)}
        yield Problem(line, "Type", sku, reason)
        return
    raw = _fields(cells, sku)
    if "virtual" in kinds or "downloadable" in kinds:
        raw["is_digital"] = True
    pictures = [Picture(source) for source in _several(cells.get("images", ""))]
    attributes = _attributes(cells)
    if "variation" in kinds:
        named = cells.get("parent", "")
        parent_id = named.partition("id:")[2].strip()
        raw["parent_sku"] = skus.get(parent_id, f"woo-{parent_id}") if parent_id else named
        if not named:
            yield Problem(line, "Parent", sku, _("A variation has to name its parent."))
            return
        options = {name: " ".join(several) for name, several in attributes.items()}
        yield from records(raw, line=line, options=options, pictures=pictures)
        return
    if "variable" in kinds:
        raw["kind"] = "parent"
        # What has several values here is what the variations differ in: they say which is theirs.
        attributes = {name: several for name, several in attributes.items() if len(several) == 1}
    if not cells.get("stock") and _says(cells, "in stock?", "1") and "variable" not in kinds:
        reason = _("In stock, but not how many: nothing can be sold until the units are counted.")
        yield Problem(line, "Stock", sku, reason, is_refusal=False)
    said = {name: _said(several) for name, several in attributes.items()}
    if tags := tuple(tag.replace("|", "/") for tag in _several(cells.get("tags", ""))):
        said["Tags"] = Said(tags, Typing.LABELS)
    spoken_of = frozenset(said) | ({"Tags"} if "tags" in cells else frozenset())
    yield from records(raw, line=line, attributes=said or NOTHING, spoken_of=spoken_of, pictures=pictures)


def _fields(cells: Cells, sku: str) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "sku": sku,
        "name": cells.get("name"),
        "price": cells.get("regular price"),
        "sale_price": cells.get("sale price"),
        "short_description": cells.get("short description"),
        "description": cells.get("description"),
        "category": next(iter(_several(cells.get("categories", ""))), ""),
        "brand": next(iter(_several(cells.get("brands", ""))), ""),
        "stock_quantity": cells.get("stock"),
        "low_stock_threshold": cells.get("low stock amount"),
        "ean": cells.get("gtin, upc, ean, or isbn"),
        "cost_price": cells.get("cost of goods"),
    }
    if cells.get("published"):
        raw["is_active"] = cells["published"] == "1"  # 0 is private, -1 a draft
    if cells.get("is featured?"):
        raw["is_featured"] = cells["is featured?"] == "1"
    if _says(cells, "in stock?", "0"):
        raw["stock_quantity"] = raw["stock_quantity"] or "0"
    measures = {}
    for column, cell in cells.items():
        found = re.fullmatch(r"(weight|length|width|height)(?: \((\w+)\))?", column)
        if not found or not cell:
            continue
        if found[1] == "weight":
            raw["weight"] = f"{cell} {found[2] or 'kg'}"
        else:
            measures[found[1]] = _centimeters(cell, found[2] or "cm")
    if all(measures.get(side) for side in ("width", "length", "height")):
        raw["dimensions"] = " x ".join(measures[side] for side in ("width", "length", "height"))
    return raw


def _centimeters(cell: str, unit: str) -> str:
    try:
        return f"{float(values.number(cell, is_measure=True)) * CENTIMETERS.get(unit, 1.0):.4g}"
    except values.Unreadable:
        return ""


def _attributes(cells: Cells) -> dict[str, list[str]]:
    """Return the values of attributes by name, those without a value left out."""
    found = {}
    number = 1
    while f"attribute {number} name" in cells:
        name = cells[f"attribute {number} name"]
        several = _several(cells.get(f"attribute {number} value(s)", ""))
        if name and several:
            found[name] = several
        number += 1
    return found


def _said(several: list[str]) -> Said:
    if len(several) == 1:
        return Said(several[0])
    return Said(tuple(value.replace("|", "/") for value in several))


def _several(cell: str) -> list[str]:
    r"""Return what stands between commas; a comma that means itself is written ``\,``."""
    return [part for raw in COMMA.split(cell) if (part := raw.replace("\\,", ",").strip())]


def _says(cells: Cells, column: str, value: str) -> bool:
    return cells.get(column) == value
