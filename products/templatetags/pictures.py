"""``{% picture image sizes="…" %}``: a picture in every width, and one for browsers of before 2020."""

from functools import lru_cache
from typing import Any, NamedTuple, TypedDict

from django import template
from django.core.files.storage import default_storage
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from products import pictures
from products.models import ProductImage

register = template.Library()

KEPT = 2_048
"""Pictures in each process, of about 1 KB."""
TYPES = {"avif": "image/avif", "webp": "image/webp"}


class Source(TypedDict):
    """One ``<source>``: its MIME type, and its files with their widths."""

    type: str
    srcset: str


@register.simple_tag
def picture(
    image: ProductImage | str | None,
    sizes: str = "100vw",
    loading: str = "lazy",
    css: str = "",
    alt: str | None = None,
) -> SafeString:
    """Show ``image``, or a placeholder where there is none (``None``, or a template's empty text).

    ``sizes`` says how wide it stands, as in HTML. ``loading="eager"`` is for what is seen first. ``alt``
    replaces its own text: ``alt=""`` where its name stands beside it.
    """
    return markup(image, sizes=sizes, loading=loading, css=css, alt=alt)


def markup(
    image: ProductImage | str | None,
    *,
    sizes: str,
    loading: str = "lazy",
    css: str = "",
    alt: str | None = None,
) -> SafeString:
    """Return what :func:`picture` shows."""
    if not isinstance(image, ProductImage):
        return _drawn(None, css=css)
    shown = Shown(str(image.image.name), tuple(sorted(image.widths)), image.color, image.width, image.height)
    alt = image.alt_text if alt is None else alt
    return _drawn(shown, css=css, sizes=sizes, loading=loading, alt=alt)


class Shown(NamedTuple):
    """All that is shown of a picture: the name of its file, its renditions, and what holds its place."""

    name: str
    widths: tuple[int, ...]
    color: str
    width: int
    height: int


@lru_cache(KEPT)
def _drawn(image: Shown | None, *, css: str, sizes: str = "", loading: str = "", alt: str = "") -> SafeString:
    context: dict[str, Any] = {"image": image, "css": css}
    if image is not None:
        name, widths = image.name, list(image.widths)
        jpegs = [width for width in widths if "jpg" in pictures.extensions(width)]
        sources: list[Source] = [
            {"type": mime, "srcset": srcset(name, widths, extension)} for extension, mime in TYPES.items()
        ]
        context |= {
            "alt": alt,
            "sizes": sizes,
            "loading": loading,
            "sources": sources if widths else [],
            "src": url(name, jpegs[-1]) if jpegs else default_storage.url(name),
        }
    return mark_safe(get_template("components/picture.html").render(context))  # noqa: S308 -- a template's


def srcset(name: str, widths: list[int], extension: str) -> str:
    """Return the ``srcset`` of the picture ``name`` in one format."""
    return ", ".join(f"{url(name, width, extension)} {width}w" for width in widths)


def url(name: str, width: int, extension: str = "jpg") -> str:
    """Return the address of a rendition; ``width`` in pixels."""
    return default_storage.url(pictures.rendition_name(name, width, extension))
