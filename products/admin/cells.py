"""How things look in the lists of staff."""

from decimal import Decimal

from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dbProject.templatetags.money import money
from products import pictures
from products.models import Product, ProductImage
from products.models.product import IN_STOCK, LOW_STOCK, OUT_OF_STOCK

STOCK_COLORS = {IN_STOCK: "good", LOW_STOCK: "warn", OUT_OF_STOCK: "bad"}


def thumbnail(image: ProductImage | None) -> SafeString:
    """Return the smallest rendition of ``image``, or an empty frame; the text beside it says what it is."""
    if image is None:
        return format_html('<span class="{}"></span>', "shop-thumb")
    return format_html(
        '<img class="shop-thumb" src="{}" alt="" width="40" height="40" loading="lazy">', address(image)
    )


def address(image: ProductImage) -> str:
    """Return where the smallest JPEG of ``image`` is, or the picture itself while there is none."""
    name = str(image.image.name)
    jpegs = [width for width in sorted(image.widths) if "jpg" in pictures.extensions(width)]
    return default_storage.url(pictures.rendition_name(name, jpegs[0], "jpg") if jpegs else name)


def price(product: Product) -> SafeString:
    """Return what a product costs today, with the old price struck, or the range of its variants."""
    if product.has_price_range:
        return format_html(
            '<span class="shop-number">{} \u2013 {}</span>',
            amount(product.price_low),
            amount(product.price_high),
        )
    if product.has_variants:
        return format_html('<span class="shop-number">{}</span>', amount(product.price_low))
    if product.sale_price is None:
        return format_html('<span class="shop-number">{}</span>', amount(product.price))
    return format_html(
        '<span class="shop-number"><s>{}</s> <strong>{}</strong></span>',
        amount(product.price),
        amount(product.sale_price),
    )


def amount(value: Decimal | None) -> str:
    """Return an amount in the store's currency as the reader writes it, or a dash."""
    return "\u2013" if value is None else money(value)


def stock_word(product: Product) -> SafeString:
    """Return the stock word as a badge."""
    word = product.stock_status
    texts = {
        IN_STOCK: pgettext("stock", "In stock"),
        LOW_STOCK: pgettext("stock", "Low"),
        OUT_OF_STOCK: pgettext("stock", "Sold out"),
    }
    return badge(texts[word], STOCK_COLORS[word])


def badge(text: str, color: str) -> SafeString:
    """Return ``text`` on a color: good, warn, bad or plain."""
    return format_html('<span class="shop-badge shop-badge-{}">{}</span>', color, text)


def kind(product: Product) -> str:
    """Say what a row is, where it is not simply a product."""
    if product.has_variants:
        return _("with variants")
    return _("variant") if product.parent_id else ""
