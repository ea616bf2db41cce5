"""Files full of products. One module per format; each yields the same records, one at a time.

The readers know files and nothing of the database: ``services.imports`` decides what becomes of a record.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import icecat, mapped, own_csv, own_jsonl, shopify, streams, woocommerce
from products.readers.formats import Format, Head
from products.readers.record import Item, Picture, Problem, Raw, Record, Said, Typing
from products.readers.streams import Blob

FORMATS: tuple[Format, ...] = (icecat, own_jsonl, shopify, woocommerce, own_csv)
"""In the order in which they are asked whether a file is theirs."""

AUTO = "auto"
NAMES = (AUTO, *sorted(reader.NAME for reader in FORMATS))

__all__ = [
    "AUTO",
    "FORMATS",
    "NAMES",
    "Item",
    "Picture",
    "Problem",
    "Raw",
    "Record",
    "Said",
    "Typing",
    "read",
]


def read(path: Path, *, format_name: str = AUTO, mapping: Path | None = None) -> Iterator[Item]:
    """Yield the products in the file at ``path``, plain or in a zip, and what is wrong with it.

    ``mapping`` is a TOML file that says which columns of a CSV are which fields (see ``mapped``).

    Raises:
        ImportRefused: It cannot be read, or not any further; the text says why, in one line.
    """
    for blob in streams.blobs(path):
        if mapping is not None:
            items = mapped.read(blob, mapped.Mapping.load(mapping))
        else:
            items = _format(blob, format_name).read(blob)
        for item in items:
            yield replace(item, source=blob.name) if blob.is_member and isinstance(item, Problem) else item


def _format(blob: Blob, name: str) -> Format:
    head = Head(blob)
    for reader in FORMATS:
        if name == reader.NAME or (name == AUTO and reader.recognizes(head)):
            return reader
    if name != AUTO:
        raise ImportRefused(_("There is no format “%(name)s”.") % {"name": name})
    reason = _("This is none of the formats %(names)s. Another table can be read with a mapping.")
    raise ImportRefused(reason % {"names": ", ".join(NAMES[1:])})
