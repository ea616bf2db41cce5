"""``{% card product %}``: a product in a list, as it looks everywhere."""

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from products.templatetags.pictures import markup

register = template.Library()

SIZES = "(min-width: 75em) 17rem, (min-width: 45em) 30vw, 46vw"
KEPT = 1_024
"""Cards in each process, of 2 to 3 KB."""


class Card(NamedTuple):
    """All that a card shows, in the names of :class:`Product`; what is not here is on no card."""

    slug: str
    name: str
    short_description: str
    picture: SafeString
    price: Decimal
    sale_price: Decimal | None
    price_low: Decimal
    has_variants: bool
    has_price_range: bool
    stock_status: str
    review_count: int
    avg_rating: float | None
    colors: tuple[str, ...]

    @property
    def is_on_sale(self) -> bool:
        return self.sale_price is not None

    @property
    def url(self) -> str:
        return reverse("product_detail", args=[self.slug])


@register.simple_tag
def card(product: Any) -> SafeString:
    """Show ``product``, as ``selectors.catalog.dressed`` returns it. What looks the same is drawn once."""
    covers = product.cover_images
    shown = Card(
        slug=product.slug,
        name=product.name,
        short_description=product.short_description,
        picture=markup(covers[0] if covers else None, sizes=SIZES, alt=""),
        price=product.price,
        sale_price=product.sale_price,
        price_low=product.price_low,
        has_variants=product.has_variants,
        has_price_range=product.has_price_range,
        stock_status=product.stock_status,
        review_count=product.review_count,
        avg_rating=product.avg_rating,
        colors=tuple(product.colors),
    )
    return _drawn(shown, translation.get_language(), settings.STORE_CURRENCY)


@lru_cache(KEPT)
def _drawn(shown: Card, _language: str, _currency: str) -> SafeString:
    return mark_safe(get_template("components/card.html").render({"product": shown}))  # noqa: S308 -- a template's
