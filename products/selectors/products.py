"""What one product's page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from products.models import (
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductImage,
    ProductQuerySet,
    Review,
)
from products.selectors import catalog, categories, facets

RATINGS = (5, 4, 3, 2, 1)
REVIEWS_SHOWN = 20
RELATED = 4


class Choice(NamedTuple):
    """One option of a product: what people read, where its link leads, and whether it can be had."""

    label: str
    url: str
    is_current: bool
    is_available: bool


class Question(NamedTuple):
    """What a customer chooses, such as a color, with the choices."""

    label: str
    choices: list[Choice]


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
class ProductPage:
    """All that the page of ``product`` shows. ``chosen`` is the variant asked for; ``shown`` is priced."""

    product: Product
    chosen: Product | None
    images: list[ProductImage]
    questions: list[Question]
    specifications: list[Specification]
    reviews: list[Review]
    related: list[Product]
    path: list[categories.Shelf]

    @property
    def shown(self) -> Product:
        return self.chosen or self.product

    @property
    def histogram(self) -> list[Bar]:
        """How the approved reviews spread, best first; ``product`` as :func:`at` returns it."""
        counts = {rating: getattr(self.product, f"stars_{rating}") for rating in RATINGS}
        total = sum(counts.values()) or 1
        return [Bar(rating, count, round(100 * count / total)) for rating, count in counts.items()]


def at(slug: str) -> Product | None:
    """Return the product with that slug, if customers may see it; a variant comes with its parent."""
    approved = Review.objects.approved().filter(product=OuterRef("pk")).order_by().values("product")
    stars = {
        f"stars_{rating}": Coalesce(
            Subquery(approved.filter(rating=rating).annotate(n=Count("pk")).values("n")), 0
        )
        for rating in RATINGS
    }
    products = Product.objects.active().with_category_and_brand().select_related("parent").with_reviews()
    return products.annotate(**stars).filter(slug=slug).first()


def in_detail() -> ProductQuerySet:
    """Return what customers may see with all that a program asks about a product; six queries for any one."""
    values = ProductAttributeValue.objects.select_related("attribute").order_by("attribute__sort_order", "pk")
    answers = Prefetch("attribute_values", values)
    variants = Product.objects.filter(is_active=True).order_by("pk").prefetch_related(answers)
    detailed = Product.objects.active().with_category_and_brand().with_reviews().with_images().with_cover()
    return detailed.prefetch_related(answers, Prefetch("variants", variants))


def page(product: Product, *, variant_sku: str = "") -> ProductPage:
    """Return what the page of ``product``, a single or a parent, shows; four queries and the tree.

    ``variant_sku`` is the variant asked for; one that is not there counts as not asked for.
    """
    variants, related = _family(product)
    chosen = next((variant for variant in variants if variant.sku == variant_sku), None)
    values = _values([product, *variants])
    images = _images(product, variants, related)
    return ProductPage(
        product=product,
        chosen=chosen,
        images=_gallery(images, product, chosen, variants),
        questions=_questions(product, variants, chosen, values),
        specifications=_specifications(product, chosen, values),
        reviews=_reviews(product),
        related=related,
        path=categories.path(product.category_id),
    )


def _family(product: Product) -> tuple[list[Product], list[Product]]:
    """Return the variants of a product, and other things of its category without covers; one query."""
    others = Product.objects.active().listed().filter(category=product.category_id).exclude(pk=product.pk)
    wanted = Q(pk__in=others.newest_first().values("pk")[:RELATED])
    if product.has_variants:
        wanted |= Q(parent=product, is_active=True)
    found = list(catalog.cards(Product.objects.filter(wanted)).order_by("pk"))
    variants = [one for one in found if one.parent_id == product.pk]
    related = [one for one in found if one.parent_id is None]
    return variants, sorted(related, key=lambda one: (one.created_at, one.pk), reverse=True)


def _values(products: Iterable[Product]) -> dict[int, list[ProductAttributeValue]]:
    """Return the answers of each product, in the order of the questions."""
    found: dict[int, list[ProductAttributeValue]] = {product.pk: [] for product in products}
    rows = ProductAttributeValue.objects.filter(product__in=found).select_related("attribute")
    for value in rows.order_by("attribute__sort_order", "attribute__name", "pk"):
        found[value.product_id].append(value)
    return found


def _images(
    product: Product, variants: list[Product], related: list[Product]
) -> dict[int, list[ProductImage]]:
    """Return every picture of a product and its variants, and give ``related`` their covers; one query."""
    own = [product.pk, *(variant.pk for variant in variants)]
    all_of_own = ProductImage.objects.filter(product__in=own)
    covers = ProductImage.objects.filter(product__in=related, is_primary=True)
    found: dict[int, list[ProductImage]] = {}
    for image in (all_of_own | covers).order_by("-is_primary", "sort_order", "pk"):
        found.setdefault(image.product_id, []).append(image)
    for other in related:
        other.cover_images = found.get(other.pk, [])
    return found


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
    return [Specification(answer.attribute.name, in_words(answer)) for answer in answers]


def in_words(answer: ProductAttributeValue) -> str:
    """Return an answer as people read it, with its unit."""
    attribute = answer.attribute
    return facets.words(attribute.attribute_type, answer.value, attribute.unit)


def _reviews(product: Product) -> list[Review]:
    approved: QuerySet[Review] = Review.objects.approved().filter(product=product)
    return list(approved.select_related("user").order_by("-created_at", "-pk")[:REVIEWS_SHOWN])


# Choosing a variant


def _questions(
    product: Product,
    variants: list[Product],
    chosen: Product | None,
    values: dict[int, list[ProductAttributeValue]],
) -> list[Question]:
    """Return what there is to choose, each choice leading to the variant that fits best what is chosen."""
    options = {
        variant.pk: {answer.attribute_id: answer.value for answer in values[variant.pk]}
        for variant in variants
    }
    asked: dict[int, ProductAttribute] = {
        answer.attribute_id: answer.attribute for variant in variants for answer in values[variant.pk]
    }
    current = options[chosen.pk] if chosen else {}
    return [
        Question(
            attribute.name,
            [
                _choice(product, pk, value, variants, options, current)
                for value in dict.fromkeys(options[v.pk][pk] for v in variants if pk in options[v.pk])
            ],
        )
        for pk, attribute in asked.items()
    ]


def _choice(
    product: Product,
    asked: int,
    value: str,
    variants: list[Product],
    options: dict[int, dict[int, str]],
    current: dict[int, str],
) -> Choice:
    """Offer ``value``: with everything else as it is now, else with as much of it as there is."""
    others = {pk: option for pk, option in current.items() if pk != asked}

    def fitting(variant: Product) -> tuple[int, bool]:
        mine = options[variant.pk]
        return sum(mine.get(pk) == option for pk, option in others.items()), variant.is_in_stock

    best = max((v for v in variants if options[v.pk].get(asked) == value), key=fitting)
    fits = fitting(best)[0] == len(others)
    return Choice(
        label=value,
        url=f"{product.get_absolute_url()}?{urlencode({'variant': best.sku})}",
        is_current=current.get(asked) == value,
        is_available=fits and best.is_in_stock,
    )
