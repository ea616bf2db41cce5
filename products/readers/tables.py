"""Tables in text: any delimiter, any line end, rows of any length."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers.record import Problem
from products.readers.streams import HEAD_BYTES, Blob

DELIMITERS = ",;\t|"
CELL_CHARACTERS = 1_000_000
"""A longer cell is a quotation mark that nobody closed."""
COLUMNS = 20_000
BLANK = "\ufeff\x00 \t\r\n"
EXCEL_HINT = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]')

csv.field_size_limit(CELL_CHARACTERS)


class Row(NamedTuple):
    """A row below the header, with as many cells as the header has."""

    line: int
    cells: list[str]


class Table:
    """A table whose first row names its columns. Iterate to get its rows, and problems in their place."""

    def __init__(self, blob: Blob, *, encoding: str = "", delimiter: str = "") -> None:
        """Read the header of ``blob``.

        Raises:
            ImportRefused: It is no text, or has no header that names columns.
        """
        self._blob = blob
        self._encoding = encoding or blob.encoding()
        with blob.text(self._encoding) as file:
            head = file.read(HEAD_BYTES)
        if not head.strip(BLANK):
            raise ImportRefused(_("The file is empty."))
        hint = EXCEL_HINT.match(head)
        self._has_hint = hint is not None
        self.delimiter = delimiter or (hint[1] if hint else sniffed(head))
        with blob.text(self._encoding) as file:
            try:
                header = next((row for row in self._parsed(_Lines(file)) if any(row)), [])
            except csv.Error:
                raise ImportRefused(_("The first line names no columns.")) from None
        self.columns = unique(cell.strip(BLANK) for cell in header)
        if len(self.columns) > COLUMNS:
            raise ImportRefused(_("A table has at most %(n)s columns.") % {"n": COLUMNS})

    def __iter__(self) -> Iterator[Row | Problem]:
        width = len(self.columns)
        is_header = True
        with self._blob.text(self._encoding) as file:
            lines = _Lines(file)
            rows = self._parsed(lines)
            while True:
                line = lines.number + 1
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except csv.Error:
                    reason = _("A cell has more than %(n)s characters; is a quotation mark not closed?")
                    yield Problem(line, "", "", reason % {"n": CELL_CHARACTERS})
                    continue
                if not any(cells):
                    continue
                if is_header:
                    is_header = False
                elif lines.is_over or (not lines.last_is_whole and len(cells) < width):
                    # Over while a row is being read: in a quotation that nobody closed.
                    yield Problem(line, "", "", _("The file ends in the middle of this row."))
                elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
                    reason = _("The row has %(n)s cells, the header %(width)s.")
                    yield Problem(line, "", "", reason % {"n": len(cells), "width": width})
                else:
                    yield Row(line, [*cells[:width], *[""] * (width - len(cells))])

    def _parsed(self, lines: "_Lines") -> Iterator[list[str]]:
        rest = iter(lines)
        if self._has_hint:
            next(rest)
        return csv.reader(rest, delimiter=self.delimiter)


class _Lines:
    """The lines of a file, without NUL characters; it knows how far it came."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.number = 0
        self.last_is_whole = True
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.number += 1
            self.last_is_whole = line[-1] in "\r\n"
            yield line.replace("\x00", "") if "\x00" in line else line
        self.is_over = True


def sniffed(head: str) -> str:
    """Return the delimiter of the table that begins with ``head``: the one its first line has most of."""
    line = next((line for line in re.split(r"[\r\n]+", head) if line.strip(BLANK)), "")
    counts = Counter(re.sub(r'"[^"]*"', "", line))
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])


def unique(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the names of columns; one that another already has gets a number (``Size (2)``)."""
    seen: Counter[str] = Counter()
    named = []
    for column in columns:
        seen[column] += 1
        named.append(f"{column} ({seen[column]})" if column and seen[column] > 1 else column)
    return tuple(named)
