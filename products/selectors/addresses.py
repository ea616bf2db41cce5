"""The addresses of what customers may see, for the site map."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse

from products.models import Brand, Product
from products.selectors import categories

PER_PART = 5_000
"""Addresses; Source: sitemaps.org allows 50,000 and 50 MB."""


def parts() -> int:
    """Return how many parts the products fill; one query."""
    return -(-Product.objects.active().listed().count() // PER_PART)


def products(part: int) -> Iterator[tuple[str, date]]:
    """Return the addresses of one part, the first is 1, with the day of the last change; one query."""
    rows = Product.objects.active().listed().order_by("pk").values_list("slug", "updated_at")
    for slug, updated_at in rows[(part - 1) * PER_PART : part * PER_PART].iterator():
        yield reverse("product_detail", args=[slug]), updated_at.date()


def shelves() -> list[str]:
    """Return the addresses of the home page, the catalog, every category and every brand; one query."""
    brands = Brand.objects.active().order_by("pk").values_list("slug", flat=True)
    return [
        reverse("home"),
        reverse("product_list"),
        *(shelf["url"] for shelf in categories.tree()),
        *(reverse("brand_detail", args=[slug]) for slug in brands),
    ]


def busiest(*, bestsellers: int) -> list[str]:
    """Return where visits begin: at home, the catalog, the menu's categories, and what sells; one query."""
    selling = Product.objects.active().listed().bestsellers_first().values_list("slug", flat=True)
    return [
        reverse("home"),
        reverse("product_list"),
        *(shelf["url"] for entrance in categories.menu() for shelf in (entrance.shelf, *entrance.inside)),
        *(reverse("product_detail", args=[slug]) for slug in selling[:bestsellers]),
    ]


def pks_of(slugs: Collection[str]) -> dict[str, int]:
    """Return slug -> pk of the products that have these addresses now; one query."""
    return dict(Product.objects.filter(slug__in=slugs).values_list("slug", "pk"))


def known(pks: Collection[int]) -> set[int]:
    """Return those that are primary keys of products which lists may show; one query."""
    return set(Product.objects.listed().filter(pk__in=pks).values_list("pk", flat=True))
