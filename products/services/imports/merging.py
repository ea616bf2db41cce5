"""What a record says, laid over what the database has. Nothing is written here."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from products.errors import AttributeValueRefused
from products.models import Product, ProductAttribute
from products.models.attribute import OPTION_LENGTH
from products.readers import Problem, Raw, Record, texts
from products.services import attributes, catalog
from products.services.imports import rows
from products.services.imports.rows import Row
from products.services.imports.vocabulary import FALLBACK_OPTION, Type, Vocabulary

Kind = Product.Kind
LINES = {"description"}
PLAIN = {"name", "short_description"}
DEFAULTS = [field.get_default() for field in Product._meta.concrete_fields]


class Refused(Exception):
    """This record cannot become what it says; ``column`` and ``reason`` say why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Merger:
    """Lays records over rows, one after the other; parents go before their variants."""

    def __init__(self, found: dict[str, Row], vocabulary: Vocabulary, records: Sequence[Record]) -> None:
        self.rows = found
        self.problems: list[Problem] = []
        self._vocabulary = vocabulary
        self._parent_skus = {record.parent_sku for record in records if record.parent_sku}
        above = {row.product.pk: sku for sku, row in found.items() if sku in self._parent_skus}
        keys = rows.keys_of_variants(above)
        self._taken = {(above[pk], key): sku for (pk, key), sku in keys.items()}

    def in_order(self, records: Sequence[Record]) -> list[Record]:
        """Return ``records`` with those that are parents first."""
        return sorted(records, key=lambda record: not self._is_parent(record))

    def merge(self, record: Record) -> Row | None:
        """Return the row with ``record`` laid over it; none, and a problem, if that cannot be."""
        row = self.rows.get(record.sku)
        if row is None:
            row = Row(_new_product(record.sku), is_new=True)
        count = len(self.problems)
        try:
            self._merge(record, row)
        except Refused as refused:
            del self.problems[count:]
            self._complain(record, refused.column, refused.reason, is_refusal=True)
            if not row.is_new:
                row.keep_as_it_was()
            return None
        row.line = record.line
        self.rows[record.sku] = row
        return row

    def _merge(self, record: Record, row: Row) -> None:
        product = row.product
        is_parent = self._is_parent(record)
        if row.is_new and not record.columns.get("name"):
            raise Refused("name", _("The name is missing."))
        if row.is_new and "price" not in record.columns:
            if not is_parent:
                raise Refused("price", _("The price is missing."))
            row.lacks_price = True
            product.price = Decimal(0)
        if record.parent_sku:
            self._become_variant(record, row)
        elif is_parent:
            self._become_parent(row)
        self._take_columns(record, row)
        self._take_place(record, row)
        if record.stock_quantity is not None:
            if product.kind != Kind.PARENT:
                product.stock_quantity = record.stock_quantity
            elif record.stock_quantity:
                reason = _("Left out: a product with variants holds no stock itself.")
                self._complain(record, "stock_quantity", reason)
        product.deleted_at = None
        if row.parent is not None:
            row.parent.product.deleted_at = None
        self._take_values(record, row)
        for place, picture in enumerate(record.pictures):
            if picture.source not in row.sources:
                wanted = row.addresses if picture.source.startswith(("http:", "https:")) else row.paths
                wanted.append((place, picture))
        catalog.settle(product)

    # What it is

    def _is_parent(self, record: Record) -> bool:
        row = self.rows.get(record.sku)
        is_one = row is not None and row.product.kind == Kind.PARENT
        return (record.is_parent or record.sku in self._parent_skus or is_one) and not record.parent_sku

    def _become_parent(self, row: Row) -> None:
        """Make a parent of ``row``, if it is none yet."""
        product = row.product
        if product.kind == Kind.VARIANT:
            raise Refused("sku", _("%(sku)s is a variant, and no parent.") % {"sku": product.sku})
        if product.kind == Kind.SINGLE and product.stock_quantity:
            reason = _("%(sku)s holds %(units)s units itself. Adjust its stock to 0 before it gets variants.")
            raise Refused("parent_sku", reason % {"sku": product.sku, "units": product.stock_quantity})
        product.kind = Kind.PARENT

    def _become_variant(self, record: Record, row: Row) -> None:
        """Hang ``row`` under its parent with its options, making the parent if nothing else did."""
        product = row.product
        if product.kind == Kind.PARENT or record.sku in self._parent_skus:
            raise Refused("parent_sku", _("%(sku)s has variants itself.") % {"sku": record.sku})
        is_at_home = product.kind == Kind.VARIANT and row.before("parent_id") == self._pk_of(
            record.parent_sku
        )
        keeps_options = is_at_home and product.variant_key and not record.options
        options = {} if keeps_options else self._options(record, row)
        if not keeps_options:
            key = catalog.variant_key({slug: said.value for slug, said in options.values()})
            holder = self._taken.setdefault((record.parent_sku, key), record.sku)
            if holder != record.sku:
                raise Refused("parent_sku", _("%(sku)s has the same options.") % {"sku": holder})
            product.variant_key = key
            pks = {pk for pk, _said in options.items()}
            row.said |= {
                pk: said for pk, (_slug, said) in options.items() if row.values.get(pk) != said.value
            }
            row.cleared |= row.values.keys() - pks  # a variant says nothing but its options
        row.parent = self.rows.get(record.parent_sku) or self._new_parent(record)
        self._become_parent(row.parent)
        product.kind = Kind.VARIANT
        product.parent_id = row.parent.product.pk

    def _pk_of(self, sku: str) -> int | None:
        row = self.rows.get(sku)
        return row.product.pk if row else None

    def _new_parent(self, record: Record) -> Row:
        """Return a parent for a variant that comes without one, knowing only what the variant says."""
        name = record.columns.get("name") or record.parent_sku
        parent = Row(Product(sku=record.parent_sku, kind=Kind.PARENT, name=name), is_new=True)
        parent.product.price = record.columns.get("price", Decimal(0))
        self._take_place(record, parent)
        self.rows[record.parent_sku] = parent
        return parent

    def _options(self, record: Record, row: Row) -> dict[int, tuple[str, attributes.Canonical]]:
        """Return a variant's options: attribute pk -> its slug and the option."""
        given = dict(record.options)
        if not given:
            given = {FALLBACK_OPTION: record.columns.get("name") or record.sku}
            self._complain(record, "parent_sku", _("Its options are missing; it is told apart by its name."))
        found = {}
        for label, option in given.items():
            attribute = self._vocabulary.option(label)
            if attribute is None:
                row.is_incomplete = True
                continue
            text = option.replace("|", "/").strip()[:OPTION_LENGTH]
            found[attribute.pk] = (attribute.slug, attributes.canonical(attribute, text))
        return found

    # What it says

    def _take_columns(self, record: Record, row: Row) -> None:
        product = row.product
        for name, value in record.columns.items():
            if name == "slug":
                row.wanted_slug = value
            elif not _is_same(name, product.__dict__[name], value):
                setattr(product, name, value)
        if product.sale_price is not None and product.sale_price >= product.price:
            if record.columns.get("sale_price") is not None:
                reason = _("Left out: a sale price has to be below the price.")
            else:
                reason = _("The sale ends: its price is no longer below the price.")
            self._complain(record, "sale_price", reason)
            before = row.before("sale_price")
            product.sale_price = before if before is not None and before < product.price else None

    def _take_place(self, record: Record, row: Row) -> None:
        """Put ``row`` into its category and under its brand; a variant goes where its parent is."""
        product = row.product
        if product.kind == Kind.VARIANT and row.parent is not None:
            product.category_id = row.parent.product.category_id
            product.brand_id = row.parent.product.brand_id
            return
        if product.kind == Kind.VARIANT:
            return
        wanted: dict[str, Any] = {}
        if record.category or product.category_id is None:
            wanted["category_id"] = self._vocabulary.category(record.category)
        if record.brand or product.brand_id is None:
            wanted["brand_id"] = self._vocabulary.brand(record.brand)
        for name, pk in wanted.items():
            if pk is None:
                row.is_incomplete = True
            elif getattr(product, name) != pk:
                setattr(product, name, pk)

    def _take_values(self, record: Record, row: Row) -> None:
        if row.product.kind == Kind.VARIANT:
            if record.attributes and not record.parent_sku:
                reason = _(
                    "Left out: a variant says nothing but its options; name its parent_sku to change them."
                )
                self._complain(record, "attr", reason)
            return
        given = set()
        for label, (raw, _typing) in record.attributes.items():
            attribute = self._vocabulary.attribute(label)
            if attribute is None:
                row.is_incomplete = True
                continue
            given.add(attribute.pk)
            try:
                said = attributes.canonical(attribute, _fitting(attribute, raw))
            except AttributeValueRefused as refused:
                self._complain(
                    record, f"attr:{label}", _("Left out: %(reason)s") % {"reason": refused.detail}
                )
                continue
            if row.values.get(attribute.pk) != said.value:
                row.said[attribute.pk] = said
            else:
                row.said.pop(attribute.pk, None)
        if row.values and record.spoken_of:
            spoken_of: Collection[int] = self._vocabulary.spoken_of(record.spoken_of)
            row.cleared |= {pk for pk in row.values if pk in spoken_of and pk not in given}

    def _complain(self, record: Record, column: str, reason: str, *, is_refusal: bool = False) -> None:
        self.problems.append(Problem(record.line, column, record.sku, reason, is_refusal))


def _new_product(sku: str) -> Product:
    """Return what ``Product(sku=sku)`` does, which asks every field for its default, three times as slow."""
    product = Product(*DEFAULTS)
    product.sku = sku
    return product


def _fitting(attribute: ProductAttribute, raw: Raw) -> attributes.Raw:
    """Return ``raw`` in the Python type that values of ``attribute`` are read from."""
    kind = attribute.attribute_type
    if isinstance(raw, tuple):
        return raw if kind == Type.MULTISELECT else ", ".join(raw)
    if isinstance(raw, bool) and kind != Type.BOOLEAN:
        return "yes" if raw else "no"
    return raw


def _is_same(name: str, old: Any, new: Any) -> bool:
    """Say whether a field need not be written: what people typed in the shop is as good as what we tidied."""
    if old == new:
        return True
    if not (isinstance(old, str) and isinstance(new, str)):
        return False
    if name in PLAIN:
        return texts.plain(old) == new
    return name in LINES and old.replace("\r\n", "\n").strip() == new
