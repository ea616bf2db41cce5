"""What people upload: whether it is what it says, and how it is cleaned before it is kept.

What is kept of a picture is drawn anew from its pixels: neither metadata nor a second file that hides in or
behind it gets that far.
"""

import struct
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from threading import Lock
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from dbProject.errors import ErrorCategory, ShopError

PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/avif"
"""What a browser offers to choose."""
SIGNATURES = {
    "JPEG": {"jpg", "jpeg"},
    "PNG": {"png"},
    "WEBP": {"webp"},
    "AVIF": {"avif"},
}
"""What a file is by its first bytes -> what its name may end in."""
JPEGS_BY_ANOTHER_NAME = {"MPO"}  # a phone's JPEG with a second picture behind the first

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


_decoding = Lock()
"""A process decodes one at a time: of 25 megapixels a JPEG or PNG takes 100 MB meanwhile, a WebP 385."""


class PictureRefused(ShopError):
    """A file that is no picture the shop accepts; the text says what is allowed."""

    code = "picture_refused"
    status = 400
    category = ErrorCategory.VALIDATION


class PictureField(forms.FileField):
    """A picture to upload; what the shop cannot take is said at the field, and the rest of the form stays."""

    widget = forms.FileInput(attrs={"accept": PICTURE_TYPES})

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is not None:
            try:
                check_picture(file)
            except PictureRefused as refused:
                raise ValidationError(refused.detail, code=refused.code) from refused
        return file


def check_picture(file: "File[Any] | bytes") -> None:
    """Refuse ``file`` unless it is a picture that the shop accepts; decodes all of it, once.

    Raises:
        PictureRefused: Saying what is wrong and what is allowed.
    """
    data = read_picture(file)
    try:
        with _decoding, Image.open(BytesIO(data), formats=list(SIGNATURES)) as image:
            image.load()
    except UNREADABLE as broken:
        raise PictureRefused(damaged()) from broken


def read_picture(file: "File[Any] | bytes") -> bytes:
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


def decoded(data: bytes, *, longest: int = 0) -> Image.Image:
    """Return the picture in ``data``: the right way up, in sRGB, RGB or RGBA, with nothing else attached.

    Of a large one at most ``longest`` pixels a side, unless that is 0: a JPEG is then not even decoded whole.

    Raises:
        Damaged: The file ends too early or is broken inside.
    """
    try:
        with _decoding, Image.open(BytesIO(data), formats=list(SIGNATURES)) as file:
            return plain(_shrunk(file, longest) if longest else file)
    except UNREADABLE as broken:
        raise Damaged from broken


def _shrunk(file: Image.Image, longest: int) -> Image.Image:
    if file.mode.startswith("I"):  # few, and Pillow cannot average them
        return file
    if file.mode in {"P", "1"}:
        file = file.convert("RGBA" if file.has_transparency_data else "RGB")
    file.thumbnail((longest, longest))
    return file


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
