"""Our own JSONL: one object per line, with the keys of our CSV. JSON's types say those of attributes."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from products.errors import ImportRefused
from products.readers import texts
from products.readers.fields import FIELDS, records
from products.readers.formats import Head
from products.readers.record import Item, Problem, Raw, Said, Typing
from products.readers.streams import Blob

NAME = "jsonl"
ATTRIBUTE = "attr:"
LINE_CHARACTERS = 10_000_000


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format: lines that are objects."""
    return head.text.startswith("{")


def read(blob: Blob) -> Iterator[Item]:
    """Yield the products in ``blob``.

    Raises:
        ImportRefused: Its first line is no JSON object.
    """
    with blob.text() as file:
        number = 0
        while text := file.readline(LINE_CHARACTERS):
            number += 1
            if not text.strip("\ufeff\x00 \t\r\n"):
                continue
            try:
                item = json.loads(text.strip("\ufeff\x00"), parse_float=Decimal)
            except (ValueError, RecursionError):
                item = None
            if isinstance(item, dict):
                yield from _records(item, number)
            elif number == 1:
                raise ImportRefused(_("The first line is no JSON object."))
            else:
                yield Problem(number, "", "", _("This line is no complete JSON object."))


def _records(item: dict[str, Any], line: int) -> Iterator[Item]:
    raw: dict[str, Any] = {}
    attributes: dict[str, Said] = {}
    spoken_of = []
    for key, given in item.items():
        if key.startswith(ATTRIBUTE):
            name = texts.line(key[len(ATTRIBUTE) :])
            spoken_of.append(name)
            if (said := _said(given)) is not None:
                attributes[name] = said
        elif key not in FIELDS:
            yield Problem(line, key, "", _("Not a key of ours; left out."), is_refusal=False)
        elif isinstance(given, dict) or (isinstance(given, list) and key != "images"):
            yield Problem(line, key, "", _("Left out: not a single value."), is_refusal=False)
        else:
            raw[key] = "" if given is None else given
    if raw.get("parent_sku"):
        options = {name: texts.line(str(said.value)) for name, said in attributes.items()}
        yield from records(raw, line=line, options=options)
    else:
        yield from records(raw, line=line, attributes=attributes, spoken_of=frozenset(spoken_of))


def _said(given: Any) -> Said | None:
    value: Raw
    if isinstance(given, bool | Decimal):
        value = given
    elif isinstance(given, int):
        value = Decimal(given)
    elif isinstance(given, list):
        value = tuple(texts.line(str(part)) for part in given if str(part).strip())
    elif isinstance(given, str):
        value = given.strip()
    else:
        return None
    return Said(value, Typing.WORDS) if value or isinstance(value, bool | Decimal) else None
