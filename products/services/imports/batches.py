"""One batch of records, written in one transaction: all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from operator import attrgetter

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dbProject import caching
from products.models import PictureAddress, Product, ProductAttributeValue
from products.readers import Picture, Problem, Record
from products.search import upkeep
from products.services import addresses, announcements, attributes, parents, price_history, stock
from products.services.imports import new_rows, rows
from products.services.imports.merging import Merger
from products.services.imports.rows import Row
from products.services.imports.vocabulary import Vocabulary

ATTEMPTS = 25
"""How often a batch is tried that another import, making the same rows, gets in the way of.

What stops a try is rows that the rival has just committed, so each try has fewer left to make.
"""
SLUG_LENGTH = 255
FIGURES = {"price", "sale_price", "stock_quantity", "is_active", "deleted_at", "parent_id", "kind"}
"""What a parent's figures follow from, in its variants."""

PRICES = {"price", "sale_price"}
COLUMNS = tuple(field.attname for field in Product._meta.concrete_fields if not field.primary_key)
CELLS = attrgetter(*COLUMNS)
VALUE_COLUMNS = ("product_id", "attribute_id", "value", "number", "created_at", "updated_at")


@dataclass
class Result:
    """What became of a batch; ``unchanged`` and the keys of ``paths`` are pks."""

    created: int = 0
    updated: int = 0
    unchanged: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    paths: dict[int, tuple[int, list[tuple[int, Picture]]]] = field(default_factory=dict)
    """Pictures to be read from files: the line that names them, and each with its position."""


def run(records: Sequence[Record], *, reference: str, dry_run: bool) -> Result:
    """Create or update what ``records`` describe, by a number of queries that does not grow with them.

    First everything is compared without a lock, so that what is as it should be costs its readers and
    buyers nothing; only what differs is locked, compared again and written. With ``dry_run`` it is then
    taken back.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _run(records, reference=reference, dry_run=dry_run)
        except (IntegrityError, OperationalError):
            # Another process made one of these rows, or held it too long. It has its rows now: look again.
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _run(records: Sequence[Record], *, reference: str, dry_run: bool) -> Result:
    result = Result()
    found = rows.load(records)
    rest = _unlike(records, found, result)
    if rest:
        with transaction.atomic():
            _Writer(rest, found, reference=reference, result=result).write()
            transaction.set_rollback(dry_run)
    return result


def _unlike(records: Sequence[Record], found: dict[str, Row], result: Result) -> list[Record]:
    """Return the records that do not say what was found; nothing is locked, nothing is made."""
    if not found:
        return list(records)
    known = [record for record in records if record.sku in found]
    merger = Merger(dict(found), Vocabulary(known), known)
    same = set()
    for record in merger.in_order(known):
        count = len(merger.problems)
        row = merger.merge(record)
        parent = row.parent if row else None
        if row is None or row.differs() or (parent and parent.differs()):
            del merger.problems[count:]  # to be said when it is done
        else:
            same.add(record.sku)
            _note(row, result, is_change=False)
    result.problems += merger.problems
    return [record for record in records if record.sku not in same]


def _note(row: Row, result: Result, *, is_change: bool) -> None:
    """Count a row with a record, and keep its pictures for later."""
    pk = row.product.pk
    if row.paths:
        result.paths[pk] = row.line, row.paths
    if row.product.kind == Product.Kind.PARENT:
        return
    if row.is_new:
        result.created += 1
    elif is_change:
        result.updated += 1
    else:
        result.unchanged.add(pk)


class _Writer:
    """Locks, merges and writes the records that differ. Used once, inside a transaction."""

    def __init__(
        self, records: Sequence[Record], found: dict[str, Row], *, reference: str, result: Result
    ) -> None:
        self._reference = reference
        self._result = result
        vocabulary = Vocabulary(records)
        vocabulary.complete()
        merger = Merger(rows.lock(records, found), vocabulary, records)
        for record in merger.in_order(records):
            merger.merge(record)
        self._problems = merger.problems
        self._rows = sorted(merger.rows.values(), key=lambda row: row.line)

    def write(self) -> None:
        """Write everything, in the order in which rows refer to each other."""
        self._follow_parents()
        self._name_pages()
        changed = [row for row in self._rows if row.differs()]
        if changed:
            with upkeep.once_at_the_end() as to_index:
                self._write(changed)
                to_index |= self._pages(changed)
            caching.forget("catalog")
        written = {row.product.pk for row in changed}
        for row in self._rows:
            if row.line:
                _note(row, self._result, is_change=row.product.pk in written)
        self._result.problems += self._problems

    def _write(self, changed: Sequence[Row]) -> None:
        new = [row for row in changed if row.is_new]
        self._insert(row for row in new if row.parent is None)
        self._insert(row for row in new if row.parent is not None)
        old = [row for row in changed if not row.is_new]
        moved = {row.product.pk: self._moved_units(row) for row in old}
        figures_of = self._parents_to_refresh(changed)
        self._update(old)
        stock.open_ledgers(row.product for row in new)
        stock.record_import(moved, reference=self._reference)
        self._write_values(changed)
        self._write_addresses(changed)
        parents.refresh(figures_of)
        if priceless := [row.product.pk for row in new if row.lacks_price]:
            Product.all_objects.filter(pk__in=priceless).update(price=F("price_low"))
        announcements.created(row.product for row in new)
        announcements.updated(row.product for row in old if row.changed_fields() - {"stock_quantity"})
        announcements.stock((row.product for row in old), moved, kind="import", reference=self._reference)

    @staticmethod
    def _pages(changed: Sequence[Row]) -> set[int]:
        """Return the pks of the singles and parents that ``changed`` rows are shown on, now and before."""
        pks: set[int | None] = set()
        for row in changed:
            pks |= {row.product.parent_id or row.product.pk, row.product.pk}
            if not row.is_new:
                pks.add(row.before("parent_id"))
        return {pk for pk in pks if pk}

    def _follow_parents(self) -> None:
        """Take variants, with or without a record, to where their parent went."""
        above = {row.product.pk: row.product for row in self._rows if row.product.kind == Product.Kind.PARENT}
        for row in self._rows:
            parent = above.get(row.product.parent_id) if row.product.parent_id else None
            if parent is not None:
                row.product.category_id = parent.category_id
                row.product.brand_id = parent.brand_id

    def _name_pages(self) -> None:
        """Give new products a slug, and others the one that the file wants where it is free."""
        for row in self._rows:
            if row.is_new:
                row.product.slug = row.wanted_slug or slugify(row.product.name)[:SLUG_LENGTH].strip("-")
                row.wanted_slug = ""
        wishes = {row.wanted_slug or row.product.slug for row in self._rows if row.is_new or row.wanted_slug}
        taken = {"", *rows.taken_slugs(wishes)}
        homeless = []
        for row in self._rows:
            if row.is_new:
                if row.product.slug in taken:
                    homeless.append(row)
                taken.add(row.product.slug)
            elif row.wanted_slug and row.wanted_slug != row.product.slug:
                if row.wanted_slug in taken:
                    reason = _("Left out: %(slug)s belongs to another product.") % {"slug": row.wanted_slug}
                    self._problems.append(
                        Problem(row.line, "slug", row.product.sku, reason, is_refusal=False)
                    )
                else:
                    row.product.slug = row.wanted_slug
                    taken.add(row.wanted_slug)
            row.wanted_slug = ""
        slugs = {row: _more_slugs(row.product) for row in homeless}
        taken |= rows.taken_slugs([slug for several in slugs.values() for slug in several]).keys()
        for row, several in slugs.items():
            row.product.slug = next(slug for slug in several if slug not in taken)
            taken.add(row.product.slug)

    def _insert(self, new: Iterable[Row]) -> None:
        products = []
        now = timezone.now()
        for row in new:
            if row.parent is not None:
                row.product.parent_id = row.parent.product.pk
            row.product.created_at = row.product.updated_at = now
            products.append(row.product)
        new_rows.insert(Product, COLUMNS, [CELLS(product) for product in products])
        pks = rows.pks_of([product.sku for product in products])
        for product in products:
            product.pk = pks[product.sku]
        price_history.record(products)

    def _update(self, old: Sequence[Row]) -> None:
        for row in old:
            if row.parent is not None:
                row.product.parent_id = row.parent.product.pk
        fields = {name for row in old for name in row.changed_fields()}
        products = [row.product for row in old if row.changed_fields()]
        if products:
            Product.objects.bulk_create(
                products,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*sorted(name.removesuffix("_id") for name in fields), "updated_at"],
            )
        price_history.record([row.product for row in old if row.changed_fields() & PRICES])
        for row in old:
            if "slug" in row.changed_fields():
                addresses.remember_move(row.product, old_slug=row.before("slug"))

    @staticmethod
    def _moved_units(row: Row) -> int:
        return int(row.product.stock_quantity - row.before("stock_quantity"))

    @staticmethod
    def _parents_to_refresh(changed: Sequence[Row]) -> set[int]:
        """Return the pks of parents whose figures no longer follow from their variants."""
        pks: set[int | None] = set()
        for row in changed:
            if row.product.kind == Product.Kind.PARENT:
                pks.add(row.product.pk)
            elif row.is_new or row.changed_fields() & FIGURES:
                pks |= {
                    row.parent.product.pk if row.parent else row.product.parent_id,
                    row.before("parent_id"),
                }
        return {pk for pk in pks if pk}

    @staticmethod
    def _write_values(changed: Sequence[Row]) -> None:
        now = timezone.now()
        new = [
            (row.product.pk, attribute, value, number, now, now)
            for row in changed
            if row.is_new
            for attribute, (value, number) in row.said.items()
        ]
        new_rows.insert(ProductAttributeValue, VALUE_COLUMNS, new)
        old = [
            ProductAttributeValue(
                product_id=row.product.pk, attribute_id=attribute, value=value, number=number
            )
            for row in changed
            if not row.is_new
            for attribute, (value, number) in row.said.items()
        ]
        if old:
            attributes.write_values(old)
        cleared = {(row.product.pk, attribute) for row in changed for attribute in row.cleared}
        if cleared:
            stored = ProductAttributeValue.objects.filter(product__in={pk for pk, _attribute in cleared})
            found = stored.values_list("pk", "product_id", "attribute_id")
            gone = [pk for pk, product, attribute in found if (product, attribute) in cleared]
            ProductAttributeValue.objects.filter(pk__in=gone).delete()

    @staticmethod
    def _write_addresses(changed: Sequence[Row]) -> None:
        now = timezone.now()
        PictureAddress.objects.bulk_create(
            (
                PictureAddress(
                    product_id=row.product.pk,
                    address=picture.source,
                    alt_text=picture.alt_text,
                    sort_order=place,
                    try_after_at=now,
                )
                for row in changed
                for place, picture in row.addresses
            ),
            ignore_conflicts=True,
        )


def _more_slugs(product: Product) -> list[str]:
    """Return slugs for a new product whose first is taken; the last is its own for sure."""
    sku, digest = slugify(product.sku)[:58], sha256(product.sku.encode()).hexdigest()
    base = product.slug or "product"
    return [f"{base[: SLUG_LENGTH - 60]}-{sku}".strip("-"), f"{base[: SLUG_LENGTH - 25]}-{digest[:24]}"]
