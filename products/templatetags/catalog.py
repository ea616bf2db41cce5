"""What every page shows of the catalog, and how texts from elsewhere are shown."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from dbProject import html, money
from products import pictures
from products.models import Product, ProductImage
from products.selectors import categories
from products.selectors.products import ProductPage

register = template.Library()

SWATCHES = {
    "cream": "#f3ebd7",
    "oat": "#e1ceb0",
    "stone": "#ada79e",
    "clay": "#c3704f",
    "brick": "#ac4838",
    "blush": "#e4a59e",
    "plum": "#6d3958",
    "mustard": "#deab3f",
    "olive": "#737a41",
    "sage": "#83a687",
    "forest": "#2a5b41",
    "sky": "#7bb3d4",
    "ocean": "#297099",
    "navy": "#273c64",
    "charcoal": "#423c37",
    "steel": "#b7bfc4",
    "copper": "#c07851",
    "brass": "#cdad63",
    "beech": "#dbbb93",
    "oak": "#c29563",
    "walnut": "#704b36",
    "tan": "#b1774a",
    "black": "#1f1f1f",
    "white": "#fafafa",
    "gray": "#8a8a8a",
    "grey": "#8a8a8a",
    "silver": "#c8ccd0",
    "red": "#b93a32",
    "blue": "#2f5fa8",
    "green": "#3d7a4f",
    "yellow": "#e2b93b",
    "orange": "#d97b32",
    "pink": "#dd9aa6",
    "purple": "#75508f",
    "brown": "#76523a",
    "beige": "#d9c7a7",
    "gold": "#c9a54c",
}
"""Names of colors that are drawn beside their words. Others are words only."""
CATALOG, CATEGORIES = "/products/", "/categories/"
"""Where menus lead to."""
UNSAFE = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})
"""What could end a block of data early, as JSON writes it otherwise."""
DESCRIPTIONS_KEPT = 256
"""In each process, as they are shown; of 1 to 5 KB."""
MOST_SWATCHES = 5
"""On a card; what is more is a number."""
LARGEST = 1200
"""Pixels of the picture that leads a search result."""

register.simple_tag(categories.families)
register.simple_tag(categories.menu)


@register.simple_tag(takes_context=True)
def menu_place(context: dict[str, Any]) -> str:
    """Return where the reader is, if the menu may lead there, else empty text."""
    path = context["request"].path if "request" in context else ""
    return path if path == CATALOG or path.startswith(CATEGORIES) else ""


@register.filter
@lru_cache(DESCRIPTIONS_KEPT)
def foreign_html(content: str) -> SafeString:
    """Return ``content`` with the few tags that a product's description may have; lines become paragraphs."""
    cleaned = mark_safe(html.clean(content))  # noqa: S308 -- cleaned here
    return cleaned if "<" in cleaned else mark_safe(linebreaks(cleaned))  # noqa: S308 -- no tag


@register.filter
def swatch(name: str) -> str:
    """Return the color of that name as #rrggbb, or empty text."""
    return SWATCHES.get(name.strip().lower(), "")


@register.inclusion_tag("components/colors.html")
def colors(names: Sequence[str]) -> dict[str, object]:
    """Say in how many colors something comes: by swatches where every one of them is known, else in words."""
    swatches = [swatch(name) for name in names]
    return {
        "swatches": swatches[:MOST_SWATCHES] if all(swatches) else [],
        "more": len(swatches[MOST_SWATCHES:]),
        "count": len(names),
    }


@register.filter
def largest(image: ProductImage) -> str:
    """Return the address of the largest rendition of a picture that every browser can show."""
    widths = [width for width in image.widths if width <= LARGEST]
    if not widths:
        return str(image.image.url)
    extension = "jpg" if "jpg" in pictures.extensions(max(widths)) else "webp"
    return default_storage.url(pictures.rendition_name(str(image.image.name), max(widths), extension))


@register.filter
def smallest(image: ProductImage) -> str:
    """Return the address of the smallest rendition that every mail program can show."""
    widths = [width for width in image.widths if "jpg" in pictures.extensions(width)]
    if not widths:
        return str(image.image.url)
    return default_storage.url(pictures.rendition_name(str(image.image.name), min(widths), "jpg"))


@register.simple_tag
def linked_data(page: ProductPage) -> SafeString:
    """Return what machines read of a product and of the way to it (schema.org), as blocks of data."""
    site, product = settings.SITE_URL, page.product
    way = [
        {"@type": "ListItem", "position": place, "name": shelf["name"], "item": site + shelf["url"]}
        for place, shelf in enumerate(page.path, start=1)
    ]
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.sku,
        "description": product.short_description,
        "brand": {"@type": "Brand", "name": product.brand.name},
        "url": site + product.get_absolute_url(),
        "image": [_absolute(largest(image)) for image in page.images],
        "offers": _offers(product),
    }
    if product.ean:
        about["gtin"] = product.ean
    if product.review_count:  # type: ignore[attr-defined]
        about["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(float(product.avg_rating), 1),  # type: ignore[attr-defined]
            "reviewCount": product.review_count,  # type: ignore[attr-defined]
        }
    crumbs = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": way}
    return mark_safe(_block(about) + (_block(crumbs) if way else ""))  # noqa: S308 -- escaped in _block


def _offers(product: Product) -> dict[str, Any]:
    stock = "InStock" if product.is_in_stock else "OutOfStock"
    offer: dict[str, Any] = {
        "priceCurrency": settings.STORE_CURRENCY,
        "availability": f"https://schema.org/{stock}",
    }
    if product.has_price_range:
        low, high = money.rounded(product.price_low), money.rounded(product.price_high)
        return offer | {"@type": "AggregateOffer", "lowPrice": str(low), "highPrice": str(high)}
    price = product.price_low if product.has_variants else product.effective_price
    return offer | {"@type": "Offer", "price": str(money.rounded(price))}


def _absolute(address: str) -> str:
    return settings.SITE_URL + address if address.startswith("/") else address


@register.filter
def absolute(address: str) -> str:
    """Return an address of ours with the shop's own before it."""
    return _absolute(address)


def _block(data: dict[str, Any]) -> str:
    return f'<script type="application/ld+json">{json.dumps(data).translate(UNSAFE)}</script>'
