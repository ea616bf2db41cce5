"""Any table, read by a mapping that somebody wrote for it in TOML.

For example::

delimiter = ";"            # else found out; likewise encoding
decimal = ","              # where prices like 1.234 occur: what the cents are behind

[columns]                  # our field = their column
sku = "Artikelnummer"
name = "Bezeichnung"
price = "VK brutto"
category = ["Warengruppe", "Untergruppe"]      # several are a path, or words with spaces between
"attr:Color" = "Farbe"

[constants]                # the same for every row
brand = "Acme"
"""

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import texts
from products.readers.fields import FIELDS, records
from products.readers.record import Item, Problem, Said
from products.readers.streams import Blob
from products.readers.tables import Row, Table
from products.readers.values import Separator

ATTRIBUTE = "attr:"
TOGETHER = {"category": " > ", "images": "|"}
"""What stands between several columns of one field; elsewhere a space."""
NAMES = {"delimiter", "encoding", "decimal", "columns", "constants"}


@dataclass(frozen=True)
class Mapping:
    """Which column is which field; the keys of ``columns`` and ``constants`` are ours."""

    columns: Map[str, tuple[str, ...]]
    constants: Map[str, Any]
    delimiter: str = ""
    encoding: str = ""
    decimal: Separator = ""

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """Read a mapping.

        Raises:
            ImportRefused: It cannot be read, or says something that means nothing here.
        """
        try:
            said = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ImportRefused(
                _("The mapping cannot be read: %(error)s.") % {"error": error.strerror}
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ImportRefused(_("The mapping is no TOML: %(error)s.") % {"error": error}) from None
        columns, constants = said.get("columns", {}), said.get("constants", {})
        if unknown := said.keys() - NAMES:
            raise ImportRefused(_("The mapping has an unknown part: %(part)s.") % {"part": min(unknown)})
        for field in (*columns, *constants):
            if field not in FIELDS and not field.startswith(ATTRIBUTE):
                raise ImportRefused(
                    _("The mapping names a field we do not have: %(field)s.") % {"field": field}
                )
        if "sku" not in columns:
            raise ImportRefused(_("The mapping does not say which column is the sku."))
        if said.get("decimal", "") not in ("", ".", ",") or len(said.get("delimiter", ",")) != 1:
            raise ImportRefused(_("In the mapping, delimiter and decimal are one character."))
        try:
            "".encode(said.get("encoding", "utf-8"))
        except LookupError:
            raise ImportRefused(_("The mapping names an unknown encoding.")) from None
        return cls(
            columns={
                field: tuple(column) if isinstance(column, list) else (str(column),)
                for field, column in columns.items()
            },
            constants=constants,
            delimiter=said.get("delimiter", ""),
            encoding=said.get("encoding", ""),
            decimal=cast(Separator, said.get("decimal", "")),
        )


def read(blob: Blob, mapping: Mapping) -> Iterator[Item]:
    """Yield the products in ``blob``.

    Raises:
        ImportRefused: The table lacks a column that the mapping names.
    """
    table = Table(blob, encoding=mapping.encoding, delimiter=mapping.delimiter)
    places: dict[str, list[int]] = {}
    for field, columns in mapping.columns.items():
        for column in columns:
            if column not in table.columns:
                raise ImportRefused(_("The table has no column “%(column)s”.") % {"column": column})
        places[field] = [table.columns.index(column) for column in columns]
    for row in table:
        yield from (row,) if isinstance(row, Problem) else _records(row, places, mapping)


def _records(row: Row, places: Map[str, list[int]], mapping: Mapping) -> Iterator[Item]:
    said: dict[str, Any] = dict(mapping.constants)
    for field, found in places.items():
        cells = [cell for place in found if (cell := row.cells[place].strip())]
        said[field] = TOGETHER.get(field, " ").join(cells) or mapping.constants.get(field, "")
    raw = {field: value for field, value in said.items() if field in FIELDS}
    given = {
        texts.line(field[len(ATTRIBUTE) :]): texts.line(str(value))
        for field, value in said.items()
        if field.startswith(ATTRIBUTE)
    }
    names = {field: " + ".join(columns) for field, columns in mapping.columns.items()}
    attributes = {name: value for name, value in given.items() if value}
    if raw.get("parent_sku"):
        return records(raw, line=row.line, options=attributes, decimal=mapping.decimal, columns=names)
    return records(
        raw,
        line=row.line,
        attributes={name: Said(value) for name, value in attributes.items()},
        spoken_of=frozenset(given),
        decimal=mapping.decimal,
        columns=names,
    )
