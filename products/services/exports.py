"""Products as files that the import reads back.

Streams: a chunk of products is in memory at a time, whatever their number. Chunks follow each other by pk,
each in a query of its own, so that no transaction stays open while somebody's slow line drains the file.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from products.models import (
    Category,
    PictureAddress,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductImage,
)
from products.models.attribute import SEPARATOR
from products.readers import texts

FORMATS = ("csv", "jsonl")
CHUNK = 500
COLUMNS = (
    "kind", "sku", "parent_sku", "name", "slug", "category", "brand", "price", "sale_price", "cost_price",
    "stock_quantity", "low_stock_threshold", "ean", "short_description", "description", "weight",
    "dimensions", "is_active", "is_featured", "is_digital", "meta_title", "meta_description", "images",
)  # fmt: skip
Type = ProductAttribute.Type
Answers = Mapping[int, str]
"""Attribute pk -> canonical value."""


def rows(format_name: str, *, products: QuerySet[Product] | None = None) -> Iterator[str]:
    """Yield the lines of a file with ``products`` (all that are not deleted), in pk order.

    ``format_name`` is one of ``FORMATS``. In CSV there is a column for every attribute that any product
    has, and cells that a spreadsheet would run are neutralized. Memory is constant.
    """
    write = {"csv": _csv, "jsonl": _jsonl}[format_name]
    yield from write(Product.objects.all() if products is None else products)


class _Line:
    """What a CSV writer writes to; it keeps nothing."""

    def write(self, line: str) -> str:
        return line


def _csv(products: QuerySet[Product]) -> Iterator[str]:
    labels = _labels()
    write: Callable[[Iterable[Any]], str] = csv.writer(_Line()).writerow
    yield write([*COLUMNS, *(texts.neutralized(f"attr:{label}") for label in labels.values())])
    for fields, answers in _described(products):
        cells = [_cell(fields[name]) for name in COLUMNS]
        cells += [texts.neutralized(answers[pk]) if pk in answers else "" for pk in labels]
        yield write(cells)


def _jsonl(products: QuerySet[Product]) -> Iterator[str]:
    labels = _labels()
    types = dict(ProductAttribute.objects.values_list("pk", "attribute_type"))
    for fields, answers in _described(products):
        item = {name: value for name, value in fields.items() if value not in (None, "")}
        for pk, value in answers.items():
            if pk in labels:
                item[f"attr:{labels[pk]}"] = _typed(types[pk], value)
        yield json.dumps(item, ensure_ascii=False, default=str) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return texts.neutralized(SEPARATOR.join(value) if isinstance(value, list) else str(value))


def _typed(kind: str, value: str) -> Any:
    """Return a canonical value as JSON's own type, so that an empty shop makes the same attribute of it."""
    if kind == Type.BOOLEAN:
        return value == "true"
    if kind == Type.MULTISELECT:
        return value.split(SEPARATOR)
    if kind == Type.NUMBER:
        number = float(value)
        if Decimal(str(number)) == Decimal(value):
            return int(value) if "." not in value else number
    return value


def _labels() -> dict[int, str]:
    """Return what to call each attribute that a product has: its name, or its slug where names are shared."""
    used = ProductAttribute.objects.filter(
        Exists(ProductAttributeValue.objects.filter(attribute=OuterRef("pk"), product__deleted_at=None))
    )
    names = ProductAttribute.objects.values_list("name", flat=True)
    found = used.order_by("sort_order", "name", "pk").values_list("pk", "name", "slug")
    shared = {name for name, count in Counter(names).items() if count > 1}
    return {pk: slug if name in shared else name for pk, name, slug in found}


def category_paths() -> dict[int, str]:
    """Return the path of every category, as the import reads it."""
    found = {
        pk: (parent, name) for pk, parent, name in Category.all_objects.values_list("pk", "parent_id", "name")
    }

    def path(pk: int) -> str:
        parent, name = found[pk]
        return f"{path(parent)} > {name}" if parent else name

    return {pk: path(pk) for pk in found}


def _described(products: QuerySet[Product]) -> Iterator[tuple[dict[str, Any], Answers]]:
    """Yield the fields and the attribute values of each product; three queries for a chunk."""
    paths = category_paths()
    chosen = products.select_related("brand", "parent").order_by("pk")
    last = 0
    while chunk := list(chosen.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        pks = [product.pk for product in chunk]
        answers: dict[int, dict[int, str]] = {pk: {} for pk in pks}
        values = ProductAttributeValue.objects.filter(product__in=pks)
        for pk, attribute, value in values.values_list("product_id", "attribute_id", "value"):
            answers[pk][attribute] = value
        shown = _pictures(pks)
        for product in chunk:
            yield _fields(product, paths, shown[product.pk]), answers[product.pk]


def _pictures(pks: list[int]) -> dict[int, list[str]]:
    """Return where each product's pictures are from: an import's word for it, else the shop's own file."""
    found: dict[int, list[tuple[bool, int, str]]] = {pk: [] for pk in pks}
    images = ProductImage.objects.filter(product__in=pks).order_by("pk")
    for pk, source, name, is_primary, place in images.values_list(
        "product_id", "source", "image", "is_primary", "sort_order"
    ):
        found[pk].append((not is_primary, place, source or name))
    waiting = PictureAddress.objects.filter(product__in=pks).order_by("pk")
    for pk, address, place in waiting.values_list("product_id", "address", "sort_order"):
        found[pk].append((True, place, address))
    return {
        pk: [source for _secondary, _place, source in sorted(several, key=lambda one: one[:2])]
        for pk, several in found.items()
    }


def _fields(product: Product, paths: Mapping[int, str], pictures: list[str]) -> dict[str, Any]:
    """Return a product's columns by name; a parent has no stock to speak of."""
    own = {name: getattr(product, name) for name in COLUMNS if name in product.__dict__}
    return own | {
        "parent_sku": product.parent.sku if product.parent else "",
        "category": paths[product.category_id],
        "brand": product.brand.name,
        "stock_quantity": None if product.has_variants else product.stock_quantity,
        "images": pictures or None,
    }
