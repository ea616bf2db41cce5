"""Pictures that a file names by their paths."""

from pathlib import Path

from django.utils.translation import gettext as _

from dbProject.uploads import PictureRefused
from products.errors import UnknownProduct
from products.models import Product
from products.readers import Picture, Problem
from products.services import picture_files, pictures
from products.services.imports.batches import Result

OURS = "pictures/"
"""Where the shop keeps its own, as an export names them."""


def add(result: Result, *, folder: Path | None) -> set[int]:
    """Add the pictures that a batch left to be read; return the pks of products that got one.

    A path starts in ``folder``, or names one of the shop's own pictures. What is missing or no picture is
    left out with a warning among the problems of ``result``. Repeating it changes nothing.
    """
    got = set()
    products = Product.objects.in_bulk(result.paths) if result.paths else {}
    for pk, product in products.items():
        line, wanted = result.paths[pk]
        for place, picture in wanted:
            try:
                content = _content(picture, folder)
                row = pictures.add(
                    product, content, alt_text=picture.alt_text, sort_order=place, source=picture.source
                )
            except (PictureRefused, UnknownProduct) as refused:
                reason = _("Left out: %(place)s: %(reason)s")
                text = reason % {"place": picture.source[:100], "reason": refused.detail}
                result.problems.append(Problem(line, "images", product.sku, text, is_refusal=False))
                continue
            if row.source == picture.source:  # else it had that very picture
                got.add(pk)
    return got


def _content(picture: Picture, folder: Path | None) -> bytes:
    """Return the bytes of ``picture``.

    Raises:
        PictureRefused: There is no such file, or it may not be named.
    """
    parts = Path(picture.source).parts
    try:
        if folder is not None and (path := folder / picture.source).is_file():
            return path.read_bytes()
        if picture.source.startswith(OURS) and ".." not in parts and picture_files.exists(picture.source):
            return picture_files.read(picture.source)
    except OSError as error:
        raise PictureRefused(str(error.strerror)) from error
    if folder is None:
        raise PictureRefused(_("Pictures in an uploaded file are named by their addresses."))
    raise PictureRefused(_("There is no such file."))
