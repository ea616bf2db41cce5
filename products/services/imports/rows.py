"""The products that a batch is about, as the database has them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q

from products.models import PictureAddress, Product, ProductAttributeValue, ProductImage
from products.readers import Picture, Record
from products.services.attributes import Canonical

KEPT = (
    "kind", "parent_id", "variant_key", "name", "slug", "ean", "short_description", "description",
    "category_id", "brand_id", "price", "sale_price", "cost_price", "price_low", "price_high", "is_available",
    "stock_quantity", "low_stock_threshold", "weight", "dimensions", "is_active", "is_featured", "is_digital",
    "meta_title", "meta_description", "deleted_at",
)  # fmt: skip
"""What of a product an import can change."""


class Row:
    """One product, what belongs to it, and what the batch will do to it."""

    __slots__ = (
        "_before", "addresses", "cleared", "is_incomplete", "is_new", "lacks_price", "line", "parent",
        "paths", "product", "said", "sources", "values", "wanted_slug",
    )  # fmt: skip

    def __init__(self, product: Product, *, is_new: bool = False) -> None:
        self.product = product
        self.is_new = is_new
        self._before: dict[str, Any] = {} if is_new else {name: product.__dict__[name] for name in KEPT}
        self.values: dict[int, str] = {}
        """Attribute pk -> canonical value, as it is stored."""
        self.sources: set[str] = set()
        """Where its pictures are from, those still to be fetched included."""
        self.parent: Row | None = None
        self.said: dict[int, Canonical] = {}
        self.cleared: set[int] = set()
        self.addresses: list[tuple[int, Picture]] = []
        """Pictures to fetch with their positions."""
        self.paths: list[tuple[int, Picture]] = []
        self.wanted_slug = ""
        self.lacks_price = False
        self.is_incomplete = False
        """A name in its record means nothing yet, so more may change than is known."""
        self.line = 0
        """Of its record; none without one."""

    def before(self, name: str) -> Any:
        """Return what the field was when the row was read."""
        return self._before.get(name)

    def changed_fields(self) -> set[str]:
        """Return which fields of the product differ from what the database has."""
        now = self.product.__dict__
        return {name for name, value in self._before.items() if now[name] != value}

    def differs(self) -> bool:
        """Say whether there is anything to write."""
        return bool(
            self.is_new
            or self.is_incomplete
            or self.said
            or self.cleared
            or self.addresses
            or (self.wanted_slug and self.wanted_slug != self.product.slug)
            or self.changed_fields()
        )

    def keep_as_it_was(self) -> None:
        """Forget what the batch wanted to do to it."""
        self.product.__dict__.update(self._before)
        self.said, self.cleared, self.addresses, self.paths, self.wanted_slug = {}, set(), [], [], ""
        self.parent = None
        self.is_incomplete = False


def load(records: Sequence[Record]) -> dict[str, Row]:
    """Return the products that ``records`` name, also as parents, deleted ones included, by SKU."""
    skus = {record.sku for record in records} | {record.parent_sku for record in records if record.parent_sku}
    return _with_belongings(Product.all_objects.filter(sku__in=skus), records)


def lock(records: Sequence[Record], found: dict[str, Row]) -> dict[str, Row]:
    """Return what :func:`load` found for ``records`` as it is now, locked until the transaction ends.

    Singles and variants are locked by pk before parents by pk. The variants of parents that are themselves
    among the records come along: they follow where their parent goes.
    """
    skus = {record.sku for record in records} | {record.parent_sku for record in records}
    moving = {record.sku for record in records if record.category or record.brand}
    known = [(sku, row.product.pk, row.before("kind")) for sku, row in found.items() if sku in skus]
    high = [pk for _sku, pk, kind in known if kind == Product.Kind.PARENT]
    low = Q(pk__in=[pk for _sku, pk, kind in known if kind != Product.Kind.PARENT])
    if above := [pk for sku, pk, kind in known if kind == Product.Kind.PARENT and sku in moving]:
        low |= Q(parent__in=above)
    products: list[Product] = []
    for wanted in (low, Q(pk__in=high)) if known else ():
        products += Product.all_objects.filter(wanted).order_by("pk").select_for_update(of=("self",))
    return _with_belongings(products, records)


def _with_belongings(products: Iterable[Product], records: Sequence[Record]) -> dict[str, Row]:
    rows = {product.sku: Row(product) for product in products}
    by_pk = {row.product.pk: row for row in rows.values()}
    if not by_pk:
        return rows
    if any(record.attributes or record.options or record.spoken_of for record in records):
        values = ProductAttributeValue.objects.filter(product__in=by_pk)
        for pk, attribute, value in values.values_list("product_id", "attribute_id", "value"):
            by_pk[pk].values[attribute] = value
    if any(record.pictures for record in records):
        for pk, source, name in ProductImage.objects.filter(product__in=by_pk).values_list(
            "product_id", "source", "image"
        ):
            by_pk[pk].sources |= {source, name}
        waiting = PictureAddress.objects.filter(product__in=by_pk)
        for pk, address in waiting.values_list("product_id", "address"):
            by_pk[pk].sources.add(address)
    return rows


def keys_of_variants(parents: Collection[int]) -> dict[tuple[int, str], str]:
    """Return which SKU has which options (as ``variant_key``) under each of these parents."""
    if not parents:
        return {}
    variants = Product.all_objects.filter(parent__in=parents, variant_key__isnull=False)
    rows = variants.values_list("parent_id", "variant_key", "sku")
    return {(parent, key): sku for parent, key, sku in rows if parent and key}


def taken_slugs(slugs: Collection[str]) -> dict[str, int]:
    """Return which of ``slugs`` belong to a product already, with its pk."""
    if not slugs:
        return {}
    return dict(Product.all_objects.filter(slug__in=slugs).values_list("slug", "pk"))


def pks_of(skus: Collection[str]) -> dict[str, int]:
    """Return the pks of the products with these SKUs."""
    if not skus:
        return {}
    return dict(Product.all_objects.filter(sku__in=skus).values_list("sku", "pk"))
