"""``{% picture image sizes="…" %}``: a picture in every format and width that exists."""

from typing import TypedDict

from django import template
from django.core.files.storage import default_storage

from products import pictures
from products.models import ProductImage

register = template.Library()

TYPES = {"avif": "image/avif", "webp": "image/webp"}


class Source(TypedDict):
    """One ``<source>``: its MIME type, and its files with their widths."""

    type: str
    srcset: str


@register.inclusion_tag("components/picture.html")
def picture(
    image: ProductImage | str | None,
    sizes: str = "100vw",
    loading: str = "lazy",
    css: str = "",
    alt: str | None = None,
) -> dict[str, object]:
    """Show ``image``, or a placeholder where there is none (``None``, or a template's empty text).

    ``sizes`` says how wide it stands, as in HTML. ``loading="eager"`` is for what is seen first. ``alt``
    replaces its own text: ``alt=""`` where its name stands beside it.
    """
    if not isinstance(image, ProductImage):
        return {"image": None, "css": css}
    name, widths = str(image.image.name), sorted(image.widths)
    jpegs = [width for width in widths if "jpg" in pictures.extensions(width)]
    sources: list[Source] = [
        {"type": mime, "srcset": srcset(name, widths, extension)} for extension, mime in TYPES.items()
    ]
    return {
        "image": image,
        "alt": image.alt_text if alt is None else alt,
        "css": css,
        "sizes": sizes,
        "loading": loading,
        "sources": sources if widths else [],
        "src": url(name, jpegs[-1]) if jpegs else image.image.url,
        "srcset": srcset(name, jpegs, "jpg"),
    }


def srcset(name: str, widths: list[int], extension: str) -> str:
    """Return the ``srcset`` of the picture ``name`` in one format."""
    return ", ".join(f"{url(name, width, extension)} {width}w" for width in widths)


def url(name: str, width: int, extension: str = "jpg") -> str:
    """Return the address of a rendition; ``width`` in pixels."""
    return default_storage.url(pictures.rendition_name(name, width, extension))
