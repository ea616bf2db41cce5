"""What a file format is, and what can be told from the beginning of a file."""

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

from products.errors import ImportRefused
from products.readers.record import Item
from products.readers.streams import Blob
from products.readers.tables import Table


class Format(Protocol):
    """A module of this package. Adding a format is writing one and listing it in ``FORMATS``."""

    NAME: str
    """As ``--format`` calls it."""

    def recognizes(self, head: "Head", /) -> bool:
        """Say whether the file is in this format."""

    def read(self, blob: Blob, /) -> Iterator[Item]:
        """Yield its products and what is wrong with it, holding no more than one product in memory.

        Raises:
            ImportRefused: It is not in this format at all, or damaged from here on.
        """


class Head:
    """The beginning of a file: enough to tell its format."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob

    @cached_property
    def text(self) -> str:
        """Its first characters, without what may stand before them."""
        with self._blob.text() as file:
            return file.read(20_000).lstrip("\ufeff\x00 \t\r\n")

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of its columns in lower case, if it is a table; else none."""
        if self.text.startswith(("{", "[")):
            return frozenset()
        try:
            return frozenset(column.lower() for column in Table(self._blob).columns)
        except ImportRefused:
            return frozenset()
