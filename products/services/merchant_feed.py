"""What is for sale, as shopping services read it: RSS 2.0 with the elements of Google Merchant Center.

Source: https://support.google.com/merchants/answer/7052112 (product data specification).
Streams as ``exports`` does: a chunk is in memory at a time, whatever the number of products.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.files.storage import default_storage, storages
from django.db.models import QuerySet
from django.utils import timezone

from dbProject import caching, html
from products import pictures
from products.models import Product, ProductAttributeValue, ProductImage
from products.services import exports

FORMAT = "merchant-feed"
CHUNK = 500
LONGEST_TITLE, LONGEST_DESCRIPTION, MOST_PICTURES = 150, 5_000, 10
OPTIONS = {"color", "size", "material", "pattern", "gender", "age_group"}
"""Attributes that have elements of their own, by slug."""
MEASURES = {"mg", "g", "kg", "ml", "cl", "l", "cm", "m"}
"""Units of content that are the same words there."""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FOLDER = "feeds"
KEPT = timedelta(hours=1)
"""How long a file that is no longer the newest is left to whoever is reading it."""
DAY = 86_400  # seconds


def version() -> str | None:
    """Return what stands for the catalog as it is now; None while processes may see different ones."""
    number = caching.version("catalog")
    return f"{settings.RELEASE}-{number}" if number else None


def stream() -> Iterator[bytes]:
    """Yield the feed. It is kept, and until the catalog changes costs no query.

    However many ask at once, each gets all of it; the one that is done last is kept.
    """
    now = version()
    if now and (known := _kept(now)):
        with known:
            yield from known.chunks()
        return
    with TemporaryFile() as copy:
        for part in rows():
            data = part.encode()
            copy.write(data)
            yield data
        if now and now == version():
            _keep(now, copy)


def rows() -> Iterator[str]:
    """Yield the feed in parts; one query, and three for each ``CHUNK`` of products."""
    title, home = _text(settings.STORE_NAME), _text(settings.SITE_URL)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
        f"<title>{title}</title><link>{home}/</link><description>{title}</description>\n"
    )
    paths = exports.category_paths()
    last = 0
    chosen = _for_sale().select_related("brand", "parent").order_by("pk")
    while chunk := list(chosen.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        shown, options = _pictures(chunk), _options(chunk)
        yield "".join(_item(product, paths, shown, options.get(product.pk, {})) for product in chunk)
    yield "</channel></rss>\n"


def _for_sale() -> QuerySet[Product]:
    """Return singles and variants that a customer could buy, or could if there were any left."""
    return Product.objects.for_sale().buyable()


def _item(
    product: Product, paths: Mapping[int, str], shown: Mapping[int, list[str]], options: Mapping[str, str]
) -> str:
    page = product.parent or product
    address = f"{settings.SITE_URL}{page.get_absolute_url()}"
    if product.parent:
        address += f"?{urlencode({'variant': product.sku})}"
    images = shown.get(product.pk) or shown.get(page.pk) or []
    said = html.plain(product.description or page.description) or product.short_description or product.name
    is_measured = product.measure and product.measure_unit in MEASURES
    facts: list[tuple[str, Any]] = [
        ("id", product.sku),
        ("title", product.name[:LONGEST_TITLE]),
        ("description", said[:LONGEST_DESCRIPTION]),
        ("link", address),
        *(("image_link" if place == 0 else "additional_image_link", url) for place, url in enumerate(images)),
        ("availability", "in_stock" if product.stock_quantity > 0 else "out_of_stock"),
        ("price", _money(product.price)),
        ("sale_price", "" if product.sale_price is None else _money(product.sale_price)),
        ("condition", "new"),
        ("brand", product.brand.name),
        ("gtin", product.ean),
        ("mpn", "" if product.ean else product.sku),
        ("product_type", paths[product.category_id]),
        ("item_group_id", product.parent.sku if product.parent else ""),
        ("shipping_weight", f"{product.weight:f} kg" if product.weight else ""),
        (
            "unit_pricing_measure",
            f"{product.measure:f} {product.measure_unit}" if is_measured else "",
        ),
        *options.items(),
    ]
    inside = "".join(f"<g:{name}>{_text(value)}</g:{name}>" for name, value in facts if value)
    return f"<item>{inside}</item>\n"


def _pictures(chunk: list[Product]) -> dict[int, list[str]]:
    """Return the addresses of each product's pictures, the first first, and of its parent's."""
    pks = {product.pk for product in chunk} | {product.parent_id for product in chunk if product.parent_id}
    found: dict[int, list[str]] = {}
    images = ProductImage.objects.filter(product__in=pks).exclude(widths=[])
    for pk, name, widths in images.values_list("product_id", "image", "widths"):
        urls = found.setdefault(pk, [])
        if len(urls) < MOST_PICTURES:
            url = default_storage.url(pictures.rendition_name(name, max(widths), "jpg"))
            urls.append(url if "://" in url else f"{settings.SITE_URL}{url}")
    return found


def _options(chunk: list[Product]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    values = ProductAttributeValue.objects.filter(product__in=chunk, attribute__slug__in=OPTIONS)
    for pk, slug, value in values.values_list("product_id", "attribute__slug", "value"):
        found.setdefault(pk, {})[slug] = value
    return found


def _money(amount: Any) -> str:
    return f"{amount:.2f} {settings.STORE_CURRENCY}"


def _text(value: Any) -> str:
    return escape(NOT_XML.sub("", str(value)))


# Keeping


def _key(now: str) -> str:
    return f"merchant-feed:{now}"


def _kept(now: str) -> File[bytes] | None:
    name = cache.get(_key(now))
    try:
        return storages["jobs"].open(name) if name else None
    except FileNotFoundError:
        return None


def _keep(now: str, copy: IO[bytes]) -> None:
    """Keep a feed that is complete. Its name is told only then, so that nobody reads half of it."""
    copy.seek(0)
    storage = storages["jobs"]
    name = storage.save(f"{FOLDER}/{uuid4().hex}.xml", File(copy))
    cache.set(_key(now), name, timeout=DAY)
    oldest = timezone.now() - KEPT
    for other in storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{other}"
        if path != name and storage.get_modified_time(path) < oldest:
            storage.delete(path)
