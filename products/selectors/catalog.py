"""What a visitor narrowed the catalog to, and the products that match."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from dbProject import statements
from products import search
from products.models import Product, ProductAttributeValue, ProductImage, ProductQuerySet
from products.models.product import OWNER
from products.selectors import categories, colors

PRODUCTS_PER_PAGE = 24
POPULAR = 4
"""Products that are offered where nothing was found."""

BEST_RATED = (F("avg_rating").desc(nulls_last=True), F("review_count").desc(), F("pk").desc())
"""Needs what ``with_reviews()`` adds."""

ON_CARDS = (
    "slug",
    "name",
    "short_description",
    "kind",
    "price",
    "sale_price",
    "price_low",
    "price_high",
    "stock_quantity",
    "low_stock_threshold",
    "is_available",
    "category_id",
    "created_at",
    "units_sold",
)
"""What lists show of a product, and what they put it in order by."""


@dataclass(frozen=True, slots=True)
class CatalogFilter:
    """What a visitor asked for. Prices as :class:`Product` has them; ``rating`` in stars, at least.

    ``attributes`` is the slug of each attribute with the options of which a product must have one.
    """

    q: str = ""
    category: str = ""
    brand: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool = False
    rating: int | None = None
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""
    found: search.Found | None = field(default=None, compare=False, repr=False)
    """What :func:`looked_up` found for ``q``: asked once, used for the page, its count and its facets."""

    def without(self, slug: str) -> "CatalogFilter":
        """Return it without what was chosen of one attribute."""
        kept = tuple((name, options) for name, options in self.attributes if name != slug)
        return replace(self, attributes=kept)

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything was asked for but an order."""
        return replace(self, sort="") != CatalogFilter()

    @property
    def is_ranked(self) -> bool:
        """Say whether the best match comes first."""
        return bool(self.q) and self.sort in ("", "relevance")

    @property
    def key(self) -> str:
        """What tells it from other filters in a cache."""
        return hashlib.sha256(repr(replace(self, sort="")).encode()).hexdigest()[:32]


def looked_up(wanted: CatalogFilter) -> CatalogFilter:
    """Return ``wanted`` with what its words find in the whole shop; one to three queries, none without."""
    if not wanted.q:
        return wanted
    return replace(wanted, found=search.find(wanted.q, within=Product.objects.active().listed()))


def catalog(wanted: CatalogFilter) -> ProductQuerySet:
    """Return the products that lists show for ``wanted``, in its order, with what cards say of them."""
    wanted = wanted if wanted.found else looked_up(wanted)
    return in_order(cards(matching(wanted, is_ranked=wanted.is_ranked)), wanted)


def matching(wanted: CatalogFilter, *, is_ranked: bool = False) -> ProductQuerySet:
    """Return the singles and parents that match ``wanted``; ``is_ranked``: the best first.

    Price, stock and attributes hold for one and the same thing to buy: a shirt is found as red and below
    20.00 if one of its variants is both.
    """
    products = in_scope(wanted, is_ranked=is_ranked)
    if wanted.rating:
        products = products.with_reviews().filter(Q(avg_rating__gte=wanted.rating))
    fitting = things(wanted)
    return products if fitting is None else products.filter(pk__in=fitting.values_list(OWNER))


def things(wanted: CatalogFilter) -> ProductQuerySet | None:
    """Return what can be bought in the prices, stock and attributes of ``wanted``; ``None``: anything can."""
    if wanted.min_price is None and wanted.max_price is None and not (wanted.in_stock or wanted.attributes):
        return None
    buyable: ProductQuerySet = Product.objects.buyable().filter(is_active=True)
    buyable = buyable.price_range(wanted.min_price, wanted.max_price)
    if wanted.in_stock:
        buyable = buyable.in_stock()
    for slug, options in wanted.attributes:
        has_one = Q()
        for option in options:
            owners = ProductAttributeValue.objects.having(slug, option).values("product")
            has_one |= Q(pk__in=owners) | Q(
                parent__in=owners
            )  # what stands on a parent holds for its variants
        buyable = buyable.filter(has_one)
    return buyable


def in_scope(wanted: CatalogFilter, *, is_ranked: bool = False) -> ProductQuerySet:
    """Return the singles and parents of the search, category and brand of ``wanted``."""
    products: ProductQuerySet = Product.objects.active().listed()
    if wanted.q:
        found = wanted.found or search.find(wanted.q, within=products)
        products = found.products if is_ranked else found.matches
    if wanted.category:
        shelf = categories.shelf(wanted.category)
        products = products.filter(category__in=categories.subtree(shelf)) if shelf else products.none()
    if wanted.brand:
        products = products.by_brand(wanted.brand)
    return products


def cards(products: ProductQuerySet) -> ProductQuerySet:
    """Load what a card says, in one query; :func:`dressed` brings what it shows."""
    return products.with_reviews().only(*ON_CARDS)


def dressed(products: Iterable[Product]) -> list[Product]:
    """Return ``products`` with their covers and the colors they come in; two queries."""
    shown = list(products)
    covers = {
        image.product_id: image
        for image in statements.rows("covers", _covers, tuple(product.pk for product in shown))
    }
    for product in shown:
        product.cover_images = [covers[product.pk]] if product.pk in covers else []
    colors.load(shown)
    return shown


def _covers(pks: tuple[int, ...]) -> QuerySet[ProductImage]:
    covers = ProductImage.objects.filter(product__in=pks, is_primary=True).order_by()
    return covers.only("product_id", "image", "alt_text", "widths", "color", "width", "height")


def in_order(products: ProductQuerySet, wanted: CatalogFilter) -> ProductQuerySet:
    """Sort the annotated ``products``. What was searched for comes ranked, the best first."""
    if wanted.is_ranked:
        return products
    if wanted.sort == "name":
        return products.order_by("name", "pk")
    if wanted.sort == "price":
        return products.cheapest_first()
    if wanted.sort == "-price":
        return products.dearest_first()
    if wanted.sort == "popular":
        return products.bestsellers_first()
    if wanted.sort == "rating":
        return products.order_by(*BEST_RATED)
    return products.newest_first()


class CatalogPages(Paginator[Product]):
    """The pages of a filter that ``total`` products match, ready for cards; three queries a page."""

    def __init__(
        self, wanted: CatalogFilter, *, total: int, per_page: int = PRODUCTS_PER_PAGE, **options: Any
    ) -> None:
        super().__init__(cast(Any, _Listed(wanted)), per_page, **options)
        self.total = total

    @property
    def count(self) -> int:
        """How many products there are on all pages; the facets have counted them already."""
        return self.total

    def _get_page(self, object_list: Any, number: int, paginator: Any) -> Page[Product]:
        return Page(dressed(object_list), number, paginator)


class _Listed:
    """The products of a filter, of which pages take slices."""

    def __init__(self, wanted: CatalogFilter) -> None:
        self.wanted = wanted

    def __getitem__(self, part: slice) -> Iterable[Product]:
        wanted = self.wanted if self.wanted.found else looked_up(self.wanted)
        shelf = categories.shelf(wanted.category) if wanted.category else None
        shelves = tuple(categories.subtree(shelf)) if shelf else ()
        name = ("list", wanted, wanted.found and wanted.found.shape, shelves, part.start, part.stop)
        return statements.rows(name, lambda: catalog(wanted)[part])


def popular() -> list[Product]:
    """Return what sells best just now, for somebody who found nothing; three queries."""
    selling = Product.objects.active().listed().filter(is_available=True).bestsellers_first()
    return dressed(cards(selling)[:POPULAR])


def seen(pks: Sequence[int]) -> list[Product]:
    """Return those products, as far as customers may see them, in that order; three queries."""
    found = dressed(cards(Product.objects.active().listed().filter(pk__in=pks)))
    return sorted(found, key=lambda product: pks.index(product.pk))
