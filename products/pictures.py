"""Pictures as files: the original that is kept, and the renditions that pages load.

Nothing here touches a table or a setting that a process of its own would have to read: the functions that
cost time (:func:`make`, :func:`render_file`) take and return bytes, so that a pool of processes can run them.
"""

import hashlib
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import NamedTuple, cast

from PIL import Image

from dbProject import uploads

WIDTHS = (320, 480, 800, 1200, 1600)
"""Pixels. A picture that lies between two of them, or below all, is also kept at its own width."""
FIRST_WIDTHS = (480, 800)
"""What a card on a phone and a product page on a desk load: made at once, the rest by a task."""
JPEG_WIDEST = 800
"""Only browsers of before 2021 take the JPEG; the wider ones would be their largest download."""
GROUND = "#e8e4dc"
"""Behind a picture that is partly transparent: a loaded picture does not cover it."""

AVIF = {"quality": 55, "speed": 8, "max_threads": 1}  # 38 KB where JPEG takes 148; the workers are processes
WEBP = {"quality": 78, "method": 2}  # 4 takes three times as long for a sixth less
JPEG = {"quality": 80, "progressive": True, "optimize": True}
ORIGINAL_JPEG = {"quality": 90, "subsampling": "4:4:4"}


class Cleaned(NamedTuple):
    """A picture without metadata, the right way up; ``width`` and ``height`` in pixels."""

    content: bytes
    extension: str
    width: int
    height: int
    color: str


class Rendition(NamedTuple):
    """One file of one picture at one width (pixels)."""

    width: int
    extension: str
    content: bytes


Source = bytes | Image.Image | Callable[[], Image.Image]
"""An accepted file, a picture in memory, or what draws one (a process takes a partial, but no lambda)."""


class Made(NamedTuple):
    """A picture ready to be stored: its key in the storage, its original, and its first renditions."""

    key: str
    original: Cleaned
    renditions: list[Rendition]


# What becomes of it


def make(source: Source) -> Made:
    """Return ``source`` cleaned and rendered at its first widths.

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    if isinstance(source, bytes):
        key, image = digest(source), uploads.decoded(source)
    else:
        drawn = source if isinstance(source, Image.Image) else source()
        key, image = key_of(drawn), uploads.plain(drawn)
    return Made(key, clean(image), render(image, first_widths(image.width)))


def render_file(content: bytes, widths: list[int]) -> list[Rendition]:
    """Return the kept original ``content`` at each of ``widths`` (pixels).

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    return render(uploads.decoded(content), widths)


def clean(image: Image.Image) -> Cleaned:
    """Return ``image`` encoded as the original that is kept: a JPEG, or a PNG where it is transparent."""
    file = BytesIO()
    if image.mode == "RGBA":
        image.save(file, "PNG")
        return Cleaned(file.getvalue(), "png", image.width, image.height, GROUND)
    image.save(file, "JPEG", **ORIGINAL_JPEG)
    return Cleaned(file.getvalue(), "jpg", image.width, image.height, dominant_color(image))


def dominant_color(image: Image.Image) -> str:
    """Return the color that covers most of ``image``, as #rrggbb."""
    small = image.convert("RGB").resize((64, 64), Image.Resampling.BOX, reducing_gap=2.0).quantize(8)
    _count, index = max(cast(list[tuple[int, int]], small.getcolors()))
    red, green, blue = (small.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def render(image: Image.Image, widths: Iterable[int]) -> list[Rendition]:
    """Return ``image`` at each of ``widths`` (pixels, none wider than it) in each format of that width."""
    renditions, scaled = [], image
    for width in sorted(widths, reverse=True):  # each from the one before: half the time, the same to the eye
        height = max(1, round(image.height * width / image.width))
        scaled = scaled.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for extension in extensions(width):
            file = BytesIO()
            if extension == "avif":
                scaled.save(file, "AVIF", **AVIF)
            elif extension == "webp":
                scaled.save(file, "WEBP", **WEBP)
            else:
                on_white(scaled).save(file, "JPEG", **JPEG)
            renditions.append(Rendition(width, extension, file.getvalue()))
    return renditions


def on_white(image: Image.Image) -> Image.Image:
    """Return ``image`` without transparency, which JPEG does not have."""
    if image.mode == "RGB":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


# Names and widths


def digest(content: bytes) -> str:
    """Return the name that ``content`` has in the storage: 32 hexadecimal digits, 128 bits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:32]


def key_of(image: Image.Image) -> str:
    """Return the name that a picture in memory has in the storage: by its pixels, whoever drew them."""
    return digest(f"{image.mode} {image.size} ".encode() + image.tobytes())


def original_name(key: str, extension: str) -> str:
    """Return where the original of the picture with digest ``key`` is stored."""
    return f"pictures/{key[:2]}/{key}.{extension}"


def rendition_name(original: str, width: int, extension: str) -> str:
    """Return where the rendition of ``original`` at ``width`` pixels is stored."""
    return f"{original.rpartition('.')[0]}-{width}.{extension}"


def planned_widths(width: int) -> list[int]:
    """Return every width in pixels that a picture ``width`` pixels wide will have, ascending."""
    return [*(planned for planned in WIDTHS[:-1] if planned < width), min(width, WIDTHS[-1])]


def first_widths(width: int) -> list[int]:
    """Return the widths in pixels that are made while somebody waits: two, of a small picture one."""
    planned = planned_widths(width)
    return [first for first in planned if first in FIRST_WIDTHS] or planned[-1:]


def extensions(width: int) -> tuple[str, ...]:
    """Return the formats that exist at ``width`` pixels, the best first."""
    return ("avif", "webp", "jpg") if width <= JPEG_WIDEST else ("avif", "webp")
