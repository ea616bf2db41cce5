"""What one product's page shows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, Prefetch, QuerySet, TextField
from django.db.models.functions import Cast

from dbProject import statements
from products.models import (
    RATINGS,
    Brand,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductImage,
    ProductQuerySet,
)
from products.selectors import categories, choices, colors, facets, recommendations, reviews

AT_A_TIME = 4
"""Keys of what stands beside a product are asked for in such steps, so that few statements are written."""
OF_ATTRIBUTES = ("slug", "name", "attribute_type", "unit")
"""What a page says of an attribute beside its value."""
SAID_FROM = 5
"""Units: fewer in a month say nothing good of a product, and something of its buyers."""


class Bar(NamedTuple):
    """A line of the histogram: how many reviews give so many stars, and their share in percent."""

    rating: int
    reviews: int
    percent: int


class Specification(NamedTuple):
    """A line of the table: what, and how much of it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Family:
    """A product that customers may see, its variants, and what stands beside it, without covers."""

    product: Product
    variants: list[Product]
    beside: list[recommendations.Row]

    @property
    def neighbors(self) -> list[Product]:
        """All that stands beside it, once."""
        return [product for row in self.beside for product in row.products]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """All that the page of ``product`` shows. ``chosen`` is the variant asked for; ``shown`` is priced."""

    product: Product
    chosen: Product | None
    images: list[ProductImage]
    questions: list[choices.Question]
    specifications: list[Specification]
    reviews: reviews.Said
    beside: list[recommendations.Row]
    path: list[categories.Shelf]

    @property
    def shown(self) -> Product:
        return self.chosen or self.product

    @property
    def sold_lately(self) -> int | None:
        """How many units were sold in the last 30 days, variants together, where that is worth saying."""
        units = self.product.units_sold
        return units if units >= SAID_FROM else None

    @property
    def histogram(self) -> list[Bar]:
        """How all approved reviews spread, best first."""
        counts = {rating: getattr(self.product, f"stars_{rating}") for rating in RATINGS}
        total = sum(counts.values()) or 1
        return [Bar(rating, count, round(100 * count / total)) for rating, count in counts.items()]


def family(slug: str) -> Family | None:
    """Return the product with that slug and what belongs to it, if customers may see it.

    One query, and what stands beside it remembered. A variant comes with its parent, and with nothing else
    that a page needs.
    """
    wanted = recommendations.beside(slug)
    found: list[Any] = statements.rows("family", _of_family, slug, _in_steps(wanted.pks))
    product = next((one for one in found if one.slug == slug), None)
    if product is None:
        return None
    product.brand = Brand(pk=product.brand_id, name=product.brand_name, slug=product.brand_slug)
    others = {one.pk: one for one in found if one != product and one.parent_id is None}
    return Family(
        product=product,
        variants=[one for one in found if one.parent_id == product.pk],
        beside=recommendations.rows(wanted, others),
    )


def _in_steps(pks: list[int]) -> tuple[int, ...]:
    """Return the keys with as many zeros as make their number one of a few."""
    return (*pks, *[0] * (-len(pks) % AT_A_TIME or (0 if pks else AT_A_TIME)))


def _of_family(slug: str, beside: tuple[int, ...]) -> ProductQuerySet:
    wanted = (
        Product.objects.active()
        .filter(slug=slug)
        .values("pk")
        .union(
            Product.objects.filter(parent__slug=slug, is_active=True).values("pk"),
            Product.objects.active().listed().filter(pk__in=beside).values("pk"),
        )
    )
    brand = {"brand_name": F("brand__name"), "brand_slug": F("brand__slug")}
    return Product.objects.filter(pk__in=wanted).with_reviews().annotate(**brand).order_by("pk")


def in_detail(*, of_staff: bool = False) -> ProductQuerySet:
    """Return what customers may see with all that a program asks about a product; six queries for any one.

    Staff see also what is not for sale.
    """
    values = ProductAttributeValue.objects.select_related("attribute").order_by("attribute__sort_order", "pk")
    answers = Prefetch("attribute_values", values)
    chosen = Product.objects.all() if of_staff else Product.objects.active()
    shown = Product.objects.all() if of_staff else Product.objects.filter(is_active=True)
    variants = shown.order_by("pk").prefetch_related(answers)
    detailed = chosen.with_category_and_brand().with_reviews().with_images().with_cover()
    return detailed.prefetch_related(answers, Prefetch("variants", variants))


def dressed_for_programs(images: Mapping[int, ProductImage | None]) -> dict[int, Product]:
    """Return product pk -> what lists show a program of it, deleted ones included; one query.

    ``images`` are their pictures, where they have one.
    """
    if not images:
        return {}
    rows: ProductQuerySet = Product.all_objects.filter(pk__in=images)
    found: dict[int, Product] = {}
    for product in rows.with_category_and_brand().with_reviews():
        image = images[product.pk]
        product.cover_images = [image] if image else []
        found[product.pk] = product
    return found


def page(
    family: Family,
    *,
    sku: str = "",
    options: choices.Options | None = None,
    stars: int | None = None,
    number: int = 1,
) -> ProductPage:
    """Return what the page of a single or a parent shows; three queries and the tree.

    ``sku`` is the variant asked for, or ``options`` what is chosen already; what is not there counts as not
    asked for. ``stars`` and ``number`` say which reviews are shown (:func:`reviews.of`).
    """
    product, variants, related = family.product, family.variants, family.neighbors
    values = _values([product, *variants], related)
    chosen = choices.of(product, variants, values, sku=sku, wanted=options or {})
    images = _images(product, variants, related)
    return ProductPage(
        product=product,
        chosen=chosen.variant,
        images=_gallery(images, product, chosen.pictured, variants),
        questions=chosen.questions,
        specifications=_specifications(product, chosen.variant, values),
        reviews=reviews.of(product, stars=stars, number=number),
        beside=family.beside,
        path=categories.path(product.category_id),
    )


def _values(own: Iterable[Product], related: Sequence[Product]) -> dict[int, list[ProductAttributeValue]]:
    """Return the answers of each of ``own``, in the order of the questions; give ``related`` their colors."""
    found: dict[int, list[ProductAttributeValue]] = {product.pk: [] for product in own}
    in_color: dict[int | None, list[str]] = {product.pk: [] for product in related}
    attributes: dict[int, ProductAttribute] = {}
    rows: list[Any] = statements.rows("values", _said, tuple(found), tuple(product.pk for product in related))
    for value in rows:
        if value.product_id in found:
            if value.attribute_id not in attributes:
                attributes[value.attribute_id] = _attribute(value)
            value.attribute = attributes[value.attribute_id]
            found[value.product_id].append(value)
        else:
            in_color[value.of].append(value.value)
    for product in related:
        product.colors = list(dict.fromkeys(in_color[product.pk]))
    return found


def _said(own: tuple[int, ...], related: tuple[int, ...]) -> QuerySet[ProductAttributeValue]:
    said = ProductAttributeValue.objects.filter(product__in=own).values("pk")
    rows = ProductAttributeValue.objects.filter(pk__in=said.union(colors.said_of(related).values("pk")))
    about = {f"attribute_{name}": F(f"attribute__{name}") for name in OF_ATTRIBUTES}
    words = Cast("attribute__translations", TextField())
    rows = rows.annotate(of=F("product__parent"), attribute_words=words, **about)
    return rows.order_by("attribute__sort_order", "attribute__name", "product", "pk")


def _attribute(value: Any) -> ProductAttribute:
    known = {name: getattr(value, f"attribute_{name}") for name in OF_ATTRIBUTES}
    return ProductAttribute(pk=value.attribute_id, translations=json.loads(value.attribute_words), **known)


def _images(
    product: Product, variants: list[Product], related: list[Product]
) -> dict[int, list[ProductImage]]:
    """Return every picture of a product and its variants, and give ``related`` their covers; one query."""
    own = (product.pk, *(variant.pk for variant in variants))
    found: dict[int, list[ProductImage]] = {}
    for image in statements.rows("images", _pictured, own, tuple(other.pk for other in related)):
        found.setdefault(image.product_id, []).append(image)
    for other in related:
        other.cover_images = found.get(other.pk, [])
    return found


def _pictured(own: tuple[int, ...], related: tuple[int, ...]) -> QuerySet[ProductImage]:
    all_of_own = ProductImage.objects.filter(product__in=own)
    covers = ProductImage.objects.filter(product__in=related, is_primary=True)
    return (all_of_own | covers).order_by("-is_primary", "sort_order", "pk")


def _gallery(
    images: dict[int, list[ProductImage]], product: Product, chosen: Product | None, variants: list[Product]
) -> list[ProductImage]:
    """Return the pictures of what was chosen, then the product's own; each file once.

    A product that has none itself borrows those of its variants.
    """
    shown = [*(images.get(chosen.pk, []) if chosen else []), *images.get(product.pk, [])]
    if not shown:
        shown = [image for variant in variants for image in images.get(variant.pk, [])]
    return list({image.image.name: image for image in shown}.values())


def _specifications(
    product: Product, chosen: Product | None, values: dict[int, list[ProductAttributeValue]]
) -> list[Specification]:
    answers = [*values[product.pk], *(values[chosen.pk] if chosen else [])]
    return [Specification(answer.attribute.localized.name, in_words(answer)) for answer in answers]


def in_words(answer: ProductAttributeValue) -> str:
    """Return an answer as people read it, with its unit."""
    attribute = answer.attribute
    return facets.in_words(attribute.attribute_type, answer.value, attribute.localized)
