"""Pictures as files: what is accepted, how they are cleaned, and the renditions that pages load.

Nothing here touches a table or a setting that a process of its own would have to read: the functions that
cost time (:func:`make`, :func:`render_file`) take and return bytes, so that a pool of processes can run them.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from products.errors import PictureRefused

WIDTHS = (320, 480, 800, 1200, 1600)
"""Pixels. A picture that lies between two of them, or below all, is also kept at its own width."""
FIRST_WIDTHS = (480, 800)
"""What a card on a phone and a product page on a desk load: made at once, the rest by a task."""
JPEG_WIDEST = 800
"""Only browsers of before 2021 take the JPEG; the wider ones would be their largest download."""
GROUND = "#e8e4dc"
"""Behind a picture that is partly transparent: a loaded picture does not cover it."""

SIGNATURES = {
    "JPEG": {"jpg", "jpeg"},
    "PNG": {"png"},
    "WEBP": {"webp"},
    "AVIF": {"avif"},
}
"""What a file is by its first bytes -> what its name may end in."""
JPEGS_BY_ANOTHER_NAME = {"MPO"}  # a phone's JPEG with a second picture behind the first

AVIF = {"quality": 55, "speed": 8, "max_threads": 1}  # 38 KB where JPEG takes 148; the workers are processes
WEBP = {"quality": 78, "method": 2}  # 4 takes three times as long for a sixth less
JPEG = {"quality": 80, "progressive": True, "optimize": True}
ORIGINAL_JPEG = {"quality": 90, "subsampling": "4:4:4"}

UNREADABLE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    RuntimeError,  # of the AVIF decoder; includes the warning of a bomb
    AssertionError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""Everything that Pillow's decoders are known to raise for a damaged file."""


class Damaged(Exception):
    """A file whose beginning promised a picture that the rest of it does not hold."""


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


# What is accepted


def check(file: "File[Any] | bytes") -> None:
    """Refuse ``file`` unless it is a picture that the shop accepts; decodes all of it.

    Raises:
        PictureRefused: Saying what is wrong and what is allowed.
    """
    data = read(file)
    try:
        decoded(data)
    except Damaged as broken:
        raise PictureRefused(damaged()) from broken


def read(file: "File[Any] | bytes") -> bytes:
    """Return the bytes of ``file`` if its size, name, signature and header are those of an accepted picture.

    Raises:
        PictureRefused: Saying what is wrong and what is allowed.
    """
    if (len(file) if isinstance(file, bytes) else file.size) > settings.UPLOAD_MAX_BYTES:
        raise PictureRefused(_("This file is larger than %(limit)s MB.") % _limits() + " " + allowed())
    if isinstance(file, bytes):
        data, name = file, ""
    else:
        file.seek(0)
        data, name = file.read(), file.name or ""
        file.seek(0)
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    if name and extension not in settings.UPLOAD_EXTENSIONS["image"]:
        raise PictureRefused(_("This is no picture that the shop can show.") + " " + allowed())
    try:
        with Image.open(BytesIO(data), formats=list(SIGNATURES)) as header:
            kind = "JPEG" if header.format in JPEGS_BY_ANOTHER_NAME else str(header.format)
            pixels = header.width * header.height
            moves = kind != "JPEG" and getattr(header, "is_animated", False)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PictureRefused(_too_many_pixels()) from bomb
    except UNREADABLE as unknown:
        raise PictureRefused(_("This file is no picture.") + " " + allowed()) from unknown
    if name and extension not in SIGNATURES[kind]:
        text = _("This file is named .%(extension)s, but what is in it is a %(kind)s picture.")
        raise PictureRefused(text % {"extension": extension, "kind": kind} + " " + allowed())
    if pixels > settings.PICTURE_MAX_PIXELS:
        raise PictureRefused(_too_many_pixels())
    if moves:
        raise PictureRefused(
            _("This picture moves; the shop shows pictures that stand still.") + " " + allowed()
        )
    return data


def allowed() -> str:
    """Return in one sentence what the shop accepts."""
    text = _("Allowed are JPEG, PNG, WebP and AVIF, up to %(limit)s MB and %(megapixels)s megapixels.")
    return text % _limits()


def damaged() -> str:
    """Return what is said of a picture that ends too early or is broken inside."""
    return _("This picture is damaged or incomplete. Please export it again.") + " " + allowed()


def _too_many_pixels() -> str:
    return _("This picture has more than %(megapixels)s megapixels.") % _limits() + " " + allowed()


def _limits() -> dict[str, int]:
    return {
        "limit": settings.UPLOAD_MAX_BYTES // 1_000_000,
        "megapixels": settings.PICTURE_MAX_PIXELS // 1_000_000,
    }


# What becomes of it


def decoded(data: bytes) -> Image.Image:
    """Return the picture in ``data``: the right way up, in sRGB, RGB or RGBA, with nothing else attached.

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    try:
        with Image.open(BytesIO(data), formats=list(SIGNATURES)) as file:
            file.load()
            return plain(file)
    except UNREADABLE as broken:
        raise Damaged from broken


def plain(image: Image.Image) -> Image.Image:
    """Return ``image`` the right way up, in sRGB, as RGB or RGBA, without metadata."""
    upright = ImageOps.exif_transpose(image)
    profile = upright.info.get("icc_profile")
    if upright.mode.startswith("I"):  # 16 bits of gray
        upright = upright.convert("I").point(lambda level: level / 256).convert("L")
    has_alpha = upright.has_transparency_data
    result = upright.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and cast(tuple[int, int], result.getchannel("A").getextrema())[0] == 255:
        result = result.convert("RGB")
    if profile and upright.mode in {"RGB", "RGBA"}:
        result = _in_srgb(result, profile)
    return Image.frombytes(result.mode, result.size, result.tobytes())


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Translate the colors: without its profile, a wide-gamut picture would look pale."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        translated = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode
        )
    except (ImageCms.PyCMSError, OSError):  # a broken profile is no reason to refuse the picture
        return image
    return translated or image


def make(source: Source) -> Made:
    """Return ``source`` cleaned and rendered at its first widths.

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    if isinstance(source, bytes):
        key, image = digest(source), decoded(source)
    else:
        drawn = source if isinstance(source, Image.Image) else source()
        key, image = key_of(drawn), plain(drawn)
    return Made(key, clean(image), render(image, first_widths(image.width)))


def render_file(content: bytes, widths: list[int]) -> list[Rendition]:
    """Return the kept original ``content`` at each of ``widths`` (pixels).

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    return render(decoded(content), widths)


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
