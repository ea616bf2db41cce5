"""Proof that the catalog agrees with itself: what no constraint can hold because it spans rows."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BooleanField, Case, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from products.models import (
    RATINGS,
    Category,
    Product,
    ProductAttributeValue,
    ProductImage,
    Review,
    StockMovement,
)
from products.models.product import EFFECTIVE_PRICE, ProductQuerySet
from products.services import parents, reviews


class Break(NamedTuple):
    """One disagreement: which rule, on what, and both sides of it in words."""

    rule: str
    subject: str
    detail: str


def breaks() -> list[Break]:
    """Return every disagreement in the catalog; none, or something is broken."""
    return [found for rule in RULES for found in rule()]


@transaction.atomic
def mend() -> int:
    """Bring what follows from other rows up to date again; return how many rows that were.

    The ledger decides over the counter, a product's own price and stock over the columns derived from
    them. What a person has to decide (a cycle of categories, a variant without a parent) stays.
    """
    mended = 0
    for pk, *_ in _stock_breaks():
        product = Product.all_objects.select_for_update(of=("self",)).get(pk=pk)
        product.stock_quantity = product.movements.aggregate(units=Coalesce(Sum("change"), 0))["units"]
        product.save(update_fields=["stock_quantity", "updated_at"])
        mended += 1
    mended += _own_figure_breaks().update(
        price_low=EFFECTIVE_PRICE, price_high=EFFECTIVE_PRICE, is_available=_has_units()
    )
    stale = list(_parent_figure_breaks().values_list("pk", flat=True))
    parents.refresh(stale)
    unlike = list(_star_breaks().values_list("pk", flat=True))
    reviews.recount(unlike)
    return mended + len(stale) + len(unlike)


def _stock_breaks() -> list[tuple[int, str, int, int]]:
    """Return pk, SKU, counter and sum of the ledger of products where the two differ."""
    ledger = StockMovement.objects.filter(product=OuterRef("pk")).order_by().values("product")
    moved = Coalesce(Subquery(ledger.annotate(units=Sum("change")).values("units")), 0)
    rows = Product.all_objects.annotate(moved=moved).exclude(stock_quantity=F("moved"))
    return list(rows.values_list("pk", "sku", "stock_quantity", "moved"))


def _stock() -> Iterable[Break]:
    for _, sku, counter, moved in _stock_breaks():
        yield Break("stock", sku, f"counter {counter}, ledger {moved}")


def _own_figure_breaks() -> ProductQuerySet:
    """Return singles and variants whose derived columns do not follow from their price and stock."""
    rows: ProductQuerySet = Product.all_objects.exclude(kind=Product.Kind.PARENT)
    right = Q(price_low=EFFECTIVE_PRICE, price_high=EFFECTIVE_PRICE, is_available=_has_units())
    return rows.exclude(right)


def _own_figures() -> Iterable[Break]:
    for product in _own_figure_breaks():
        yield Break("figures", product.sku, f"price {product.price_low}, should be {product.effective_price}")


def _parent_figure_breaks() -> ProductQuerySet:
    """Return parents whose price range or availability is not that of their variants."""
    variants = Product.objects.filter(parent=OuterRef("pk"), is_active=True).order_by()
    prices = variants.values("parent").annotate(low=Min(EFFECTIVE_PRICE), high=Max(EFFECTIVE_PRICE))
    rows: ProductQuerySet = Product.all_objects.filter(kind=Product.Kind.PARENT).annotate(
        low=Coalesce(Subquery(prices.values("low")), F("price")),
        high=Coalesce(Subquery(prices.values("high")), F("price")),
        available=Exists(variants.filter(stock_quantity__gt=0)),
    )
    return rows.exclude(price_low=F("low"), price_high=F("high"), is_available=F("available"))


def _parent_figures() -> Iterable[Break]:
    for product in _parent_figure_breaks():
        said = f"{product.price_low} to {product.price_high}, available {product.is_available}"
        yield Break("parents", product.sku, f"says {said}; its variants disagree")


def _variants_of_no_parent() -> Iterable[Break]:
    rows = Product.all_objects.filter(parent__isnull=False).exclude(parent__kind=Product.Kind.PARENT)
    for sku in rows.values_list("sku", flat=True):
        yield Break("variants", sku, "its parent is no parent")


def _category_cycles() -> Iterable[Break]:
    parent_of = dict(Category.all_objects.values_list("pk", "parent_id"))
    for pk in parent_of:
        seen, above = {pk}, parent_of[pk]
        while above is not None and above not in seen:
            seen.add(above)
            above = parent_of[above]
        if above == pk:
            yield Break("categories", str(pk), "stands inside itself")


def _pictures_without_primary() -> Iterable[Break]:
    pictures = ProductImage.objects.filter(product=OuterRef("pk"))
    rows = Product.all_objects.filter(Exists(pictures), ~Exists(pictures.filter(is_primary=True)))
    for sku in rows.values_list("sku", flat=True):
        yield Break("pictures", sku, "has pictures, but none is primary")


def _numbers() -> Iterable[Break]:
    is_number = Q(attribute__attribute_type="number")
    wrong = (is_number & Q(number=None)) | (~is_number & Q(number__isnull=False))
    rows = ProductAttributeValue.objects.filter(wrong).select_related("product", "attribute")
    for value in rows:
        yield Break("attributes", value.product.sku, f"{value.attribute.slug} is not of its type")


def _star_breaks() -> ProductQuerySet:
    """Return products whose counted stars are not those of their approved reviews."""
    shown = Review.objects.approved().filter(product=OuterRef("pk")).order_by().values("product")
    right = Q()
    counted = {}
    for rating in RATINGS:
        of_it = Subquery(shown.filter(rating=rating).annotate(n=Count("pk")).values("n"))
        counted[f"counted_{rating}"] = Coalesce(of_it, 0)
        right &= Q(**{f"stars_{rating}": F(f"counted_{rating}")})
    rows: ProductQuerySet = Product.all_objects.annotate(**counted).exclude(right)
    return rows


def _stars() -> Iterable[Break]:
    for sku in _star_breaks().values_list("sku", flat=True):
        yield Break("stars", sku, "counts other stars than its approved reviews give")


def _has_units() -> Any:
    return Case(When(stock_quantity__gt=0, then=True), default=False, output_field=BooleanField())


RULES: tuple[Callable[[], Iterable[Break]], ...] = (
    _stock,
    _own_figures,
    _parent_figures,
    _variants_of_no_parent,
    _category_cycles,
    _pictures_without_primary,
    _numbers,
    _stars,
)
