"""Our own CSV: columns named like the model's fields, and ``attr:<name>`` for attributes."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import texts
from products.readers.fields import FIELDS, records
from products.readers.formats import Head
from products.readers.record import NOTHING, Item, Problem, Said
from products.readers.streams import Blob
from products.readers.tables import Row, Table

NAME = "csv"
ATTRIBUTE = "attr:"


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format: a table that knows SKUs."""
    return "sku" in head.columns


def read(blob: Blob) -> Iterator[Item]:
    """Yield the products in ``blob``. On a variant's row, the attributes are its options.

    Raises:
        ImportRefused: The table has no column ``sku``.
    """
    table = Table(blob)
    names = [column if column.lower().startswith(ATTRIBUTE) else column.lower() for column in table.columns]
    if "sku" not in names:
        raise ImportRefused(_("The first line names no column “sku”."))
    plain = [(name, place) for place, name in enumerate(names) if name in FIELDS]
    attributes = [
        (texts.line(name[len(ATTRIBUTE) :]), place)
        for place, name in enumerate(names)
        if name.lower().startswith(ATTRIBUTE)
    ]
    spoken_of = frozenset(name for name, _place in attributes)
    known = {place for _name, place in (*plain, *attributes)}
    for place, column in enumerate(table.columns):
        if place not in known and column:
            yield Problem(1, column, "", _("Not a column of ours; left out."), is_refusal=False)
    for row in table:
        yield from (row,) if isinstance(row, Problem) else _records(row, plain, attributes, spoken_of)


def _records(
    row: Row,
    plain: list[tuple[str, int]],
    attributes: list[tuple[str, int]],
    spoken_of: frozenset[str],
) -> Iterator[Item]:
    cells = row.cells
    raw = {name: _cell(cells[place]) for name, place in plain}
    said = {name: cell for name, place in attributes if name and (cell := _cell(cells[place]).strip())}
    if raw.get("parent_sku"):
        return records(raw, line=row.line, options={name: texts.line(cell) for name, cell in said.items()})
    return records(
        raw,
        line=row.line,
        attributes={name: Said(cell) for name, cell in said.items()} if said else NOTHING,
        spoken_of=spoken_of,
    )


def _cell(cell: str) -> str:
    return texts.original(cell) if cell[:1] == "'" else cell
