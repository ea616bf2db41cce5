"""Files full of past orders. One module per format; each yields the same lines, one at a time.

The readers know files and nothing of the database: ``services.history`` decides what becomes of a line.
Streams, tables and texts are read as files of products are.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from orders.readers import online_retail, own_csv
from orders.readers.record import Item, PastLine, Shape
from products.errors import ImportRefused
from products.readers import Problem, streams
from products.readers.formats import Head
from products.readers.streams import Blob


class Format(Protocol):
    """A module of this package. Adding a format is writing one and listing it in ``FORMATS``."""

    NAME: str
    """As ``--format`` calls it."""

    def recognizes(self, head: Head, /) -> bool:
        """Say whether the file is in this format."""

    def read(self, blob: Blob, shape: Shape, /) -> Iterator[Item]:
        """Yield its lines and what is wrong with it, holding one line in memory.

        Raises:
            ImportRefused: It is not in this format at all, or damaged from here on.
        """


FORMATS: tuple[Format, ...] = (online_retail, own_csv)
"""In the order in which they are asked whether a file is theirs."""

AUTO = "auto"
NAMES = (AUTO, *(reader.NAME for reader in FORMATS))

__all__ = ["AUTO", "FORMATS", "NAMES", "Item", "PastLine", "Problem", "Shape", "read"]


def read(path: Path, *, format_name: str = AUTO, currency: str = "") -> Iterator[tuple[str, Item]]:
    """Yield the lines in the file at ``path``, plain or in a zip, each with the name of its format.

    ``currency`` is meant where a row names none; without one, each format has its own.

    Raises:
        ImportRefused: It cannot be read, or not any further; the text says why, in one line.
    """
    for blob in streams.blobs(path):
        reader = _format(blob, format_name)
        for item in reader.read(blob, Shape(currency)):
            if not blob.is_member:
                yield reader.NAME, item
            elif isinstance(item, Problem):
                yield reader.NAME, replace(item, source=blob.name)
            else:
                yield reader.NAME, replace(item, member=blob.name)


def _format(blob: Blob, name: str) -> Format:
    head = Head(blob)
    for reader in FORMATS:
        if name == reader.NAME or (name == AUTO and reader.recognizes(head)):
            return reader
    reason = _("This is none of the formats %(names)s.")
    raise ImportRefused(reason % {"names": ", ".join(NAMES[1:])})
