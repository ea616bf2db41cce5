"""The items of a JSON array of any size, one after the other."""

import json
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from products.errors import ImportRefused

PIECE_CHARACTERS = 262_144
ITEM_CHARACTERS = 10_000_000
"""A longer item is a quotation mark that nobody closed."""
SPACE = " \t\r\n"


def items(file: IO[str]) -> Iterator[Any]:
    """Yield the items of the array in ``file``, holding one piece of the file and one item.

    Raises:
        ImportRefused: It is no JSON array, or is damaged from some item on; the text says which.
    """
    text = _Text(file)
    if text.next() != "[":
        raise ImportRefused(_("This is no JSON array of products."))
    mark = text.skip()
    if text.next() == "]":
        return
    number = 0
    while mark != "]":
        try:
            item = text.item()
        except (ValueError, RecursionError):
            raise ImportRefused(_damaged(number)) from None
        number += 1
        yield item
        if text.next() not in (",", "]"):
            raise ImportRefused(_damaged(number))
        mark = text.skip()


class _Text:
    """A file of which only the piece around the current place is in memory."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._piece = ""
        self._place = 0
        self._decoder = json.JSONDecoder()

    def next(self) -> str:
        """Return the next character that is no space, without moving past it; nothing at the end."""
        while True:
            while self._place < len(self._piece):
                if self._piece[self._place] not in SPACE:
                    return self._piece[self._place]
                self._place += 1
            if not self._more():
                return ""

    def skip(self) -> str:
        """Move past the next character and return it."""
        self._place += 1
        return self._piece[self._place - 1]

    def item(self) -> Any:
        """Read a value; ValueError when there is none, or only the beginning of one."""
        self.next()
        while True:
            try:
                item, end = self._decoder.raw_decode(self._piece, self._place)
            except ValueError:
                if not self._more():
                    raise
                continue
            if end == len(self._piece) and self._more():
                continue  # 12 may be the beginning of 123
            self._place = end
            return item

    def _more(self) -> bool:
        """Read on, twice as much each time, keeping what is not used up; say whether there was anything."""
        rest = self._piece[self._place :]
        if len(rest) > ITEM_CHARACTERS:
            return False
        read = self._file.read(max(PIECE_CHARACTERS, len(rest)))
        self._piece, self._place = rest + read, 0
        return bool(read)


def _damaged(number: int) -> str:
    if not number:
        return _("This is no JSON array of products.")
    return _("The file is damaged or incomplete after its product no. %(n)s.") % {"n": number}
