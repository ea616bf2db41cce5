"""A4 sheets of the store: letters, colors, margins, and the few blocks that all documents are made of."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

import fontpkg
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from orders.documents.facts import Seller

LEFT, RIGHT, TOP, BOTTOM = 20.0, 190.0, 18.0, 272.0
"""Where the text may stand, in mm from the upper left corner; the foot is below."""
WIDTH = RIGHT - LEFT
FOOT = 279.0
INK, SOFT, LINE, ACCENT = (23, 34, 29), (82, 87, 77), (213, 208, 198), (29, 92, 75)
SMALL, TEXT, LARGE, TITLE = 7.5, 9.5, 12.0, 20.0
"""Sizes in points."""
LEADING = 0.48
"""Height of a line in mm for each point."""
UNKNOWN = "\N{WHITE SQUARE}"
PAGES = "{pages}"

Align = Literal["L", "R"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``width`` in mm."""

    head: str
    width: float
    align: Align = "R"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one field of a table, and what stands below it, smaller."""

    text: str
    below: str = ""


class Paper(FPDF):
    """Sheets that break by themselves between rows, with the same head and foot on each."""

    def __init__(
        self, *, title: str, subtitle: str, seller: Seller, dated: date, fonts: Sequence[Path] = ()
    ) -> None:
        super().__init__(format="A4")
        self._seller, self._head = seller, (title, subtitle)
        for style, weight in (("", 400), ("B", 700)):
            self.add_font("lato", style, fontpkg.path("Lato", weight))
        for number, path in enumerate(fonts):
            self.add_font(f"more{number}", "", path)
        self.set_fallback_fonts([f"more{number}" for number in range(len(fonts))], exact_match=False)
        self._known = {letter for font in self.fonts.values() for letter in font.cmap}  # type: ignore[union-attr]
        self.set_auto_page_break(False)
        self.set_margins(LEFT, TOP, 210 - RIGHT)
        self.c_margin = 0
        self.alias_nb_pages(PAGES)
        self.set_title(" ".join(filter(None, self._head)))
        self.set_author(seller.name)
        self.set_lang(get_language() or "en")
        self.set_creation_date(datetime.combine(dated, time(), UTC))
        self.add_page()

    # What FPDF calls

    def header(self) -> None:
        """Say who writes and what this is: in full on the first page, in a line on the others."""
        title, subtitle = self._head
        self.ink(ACCENT)
        self.say(LEFT, TOP, self._seller.name, size=LARGE + 2, bold=True)
        self.ink(INK)
        if self.page > 1:
            self.say(RIGHT, TOP + 1, " ".join(filter(None, self._head)), align="R")
            self.set_y(TOP + 14)
            return
        self.say(RIGHT, TOP - 1.6, title, size=TITLE, bold=True, align="R")
        self.say(RIGHT, TOP + 8, subtitle, size=LARGE, align="R")
        self.rule(TOP + 18)
        self.set_y(TOP + 24)

    def footer(self) -> None:
        """Say where the seller is to be found, and which page this is."""
        self.rule(FOOT - 3)
        self.ink(SOFT)
        tax = f"{_('VAT number')} {self._seller.vat_number}" if self._seller.vat_number else ""
        address = " · ".join(filter(None, (*self._seller.address, tax)))
        self.block(LEFT, FOOT, [address], width=WIDTH - 30, size=SMALL)
        pages = _("Page %(page)s of %(pages)s") % {"page": self.page, "pages": PAGES}
        # How many there are is filled in at the end; any digit is as wide as another.
        width = self.get_string_width(pages.replace(PAGES, "0"))
        self.say(RIGHT - width, FOOT, pages, size=SMALL)
        self.ink(INK)

    # Blocks

    def ink(self, color: tuple[int, int, int]) -> None:
        self.set_text_color(*color)

    def rule(self, y: float, *, left: float = LEFT, color: tuple[int, int, int] = LINE) -> None:
        """Draw a hairline to the right margin."""
        self.set_draw_color(*color)
        self.set_line_width(0.2)
        self.line(left, y, RIGHT, y)

    def say(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = TEXT,
        bold: bool = False,
        align: Align = "L",
    ) -> None:
        """Write one line that begins, or with ``align="R"`` ends, at ``x``."""
        self._style(size=size, bold=bold)
        text = self.writable(text)
        self.set_xy(x if align == "L" else x - self.get_string_width(text), y)
        self.cell(h=size * LEADING, text=text)

    def block(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        width: float,
        size: float = TEXT,
        bold: bool = False,
    ) -> float:
        """Write lines, broken where they are too long; return where they end."""
        self._style(size=size, bold=bold)
        self.set_xy(x, y)
        for line in lines:
            self.multi_cell(
                width,
                size * LEADING,
                self.writable(line),
                align="L",
                new_x=XPos.LEFT,
                new_y=YPos.NEXT,
            )
        return self.get_y()

    def labeled(self, x: float, y: float, label: str, lines: Sequence[str], *, width: float) -> float:
        """Write a small label with lines below; return where they end."""
        self.ink(SOFT)
        y = self.block(x, y, [label], width=width, size=SMALL, bold=True) + 1.2
        self.ink(INK)
        return self.block(x, y, lines, width=width)

    def tabulate(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, pad: float = 2.2
    ) -> None:
        """Write a table from here on: a row is never torn, and every page begins with the head."""
        self._head_row(columns)
        for row in rows:
            height = max(map(self._height, row, columns)) + 2 * pad
            if self.get_y() + height > BOTTOM:
                self.add_page()
                self._head_row(columns)
            x, y = LEFT, self.get_y()
            for cell, column in zip(row, columns, strict=True):
                self._cell(x, y + pad, cell, column)
                x += column.width
            self.rule(y + height)
            self.set_y(y + height)

    def room_for(self, height: float) -> None:
        """Begin a new page unless there is so much room on this one."""
        if self.get_y() + height > BOTTOM:
            self.add_page()

    def finished(self) -> bytes:
        return bytes(self.output())

    def writable(self, text: str) -> str:
        """Return ``text`` in letters that are there: what no font knows is marked, and never dropped."""
        text = unicodedata.normalize("NFC", text)
        return "".join(letter if ord(letter) in self._known else self._substitute(letter) for letter in text)

    def _substitute(self, letter: str) -> str:
        """Return the plain form of a letter that is a mere variant, such as those of full width."""
        plain = unicodedata.normalize("NFKC", letter)
        if letter.isspace():
            return " "
        return plain if all(ord(part) in self._known for part in plain) else UNKNOWN

    def _style(self, *, size: float, bold: bool = False) -> None:
        self.set_font("lato", "B" if bold else "", size)

    def _head_row(self, columns: Sequence[Column]) -> None:
        x, y = LEFT, self.get_y()
        self.ink(SOFT)
        for column in columns:
            edge = x if column.align == "L" else x + column.width
            self.say(edge, y, column.head, size=SMALL, bold=True, align=column.align)
            x += column.width
        self.ink(INK)
        self.set_y(y + SMALL * LEADING + 1.6)
        self.rule(self.get_y(), color=SOFT)

    def _cell(self, x: float, y: float, cell: Cell, column: Column) -> None:
        if column.align == "R":
            self.say(x + column.width, y, cell.text, align="R")
            return
        y = self.block(x, y, [cell.text], width=column.width - 4, bold=bool(cell.below))
        if cell.below:
            self.ink(SOFT)
            self.block(x, y + 0.4, [cell.below], width=column.width - 4, size=SMALL + 0.5)
            self.ink(INK)

    def _height(self, cell: Cell, column: Column) -> float:
        if column.align == "R":
            return TEXT * LEADING
        below = self._measured(cell.below, column, size=SMALL + 0.5) + 0.4 if cell.below else 0.0
        return self._measured(cell.text, column, size=TEXT, bold=bool(cell.below)) + below

    def _measured(self, text: str, column: Column, *, size: float, bold: bool = False) -> float:
        self._style(size=size, bold=bold)
        height = self.multi_cell(
            column.width - 4,
            size * LEADING,
            self.writable(text),
            align="L",
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return float(height)  # type: ignore[arg-type]
