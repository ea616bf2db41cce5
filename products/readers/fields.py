"""One product's fields, as a format found them, checked and turned into a record.

What a field's text means is decided here and nowhere else, so that a format only has to say which of its
columns is which field. Name, SKU and price decide whether a row is in; anything else that cannot be read is
left out with a warning.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.utils.text import slugify
from django.utils.translation import gettext as _

from products.readers import texts, values
from products.readers.record import NOTHING, Item, Picture, Problem, Record, Said

SKU_LENGTH = 100
NAME_LENGTH = 300
SLUG_LENGTH = 255
PART_LENGTH = 100
"""Of the name of a brand or a category."""
ADDRESS_LENGTH = 1000
OPTION_LENGTH = 100
SEPARATOR = "|"


def _text(length: int) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        text = texts.plain(str(raw))
        if len(text) > length:
            raise _Cut(shortened(text, length))
        return text

    return read


def _slug(raw: Any) -> str:
    text = str(raw).strip()
    slug = slugify(text)
    if not slug or len(slug) > SLUG_LENGTH:
        raise values.Unreadable(_("“%(text)s” is no address.") % {"text": text[:50]})
    return slug


def _amount(raw: Any) -> Decimal | None:
    return values.price(raw)


class _Cut(Exception):
    """A text longer than its field; ``kept`` is what fits."""

    def __init__(self, kept: str) -> None:
        super().__init__()
        self.kept = kept


OPTIONAL: Mapping[str, tuple[Callable[[Any], Any], Any]] = {
    "slug": (_slug, ...),
    "ean": (values.ean, ""),
    "short_description": (_text(500), ""),
    "description": (lambda raw: texts.rich(str(raw)), ""),
    "sale_price": (_amount, None),
    "cost_price": (_amount, None),
    "low_stock_threshold": (values.units, ...),
    "weight": (values.weight, None),
    "dimensions": (_text(100), ""),
    "is_active": (values.flag, ...),
    "is_featured": (values.flag, ...),
    "is_digital": (values.flag, ...),
    "meta_title": (_text(200), ""),
    "meta_description": (_text(300), ""),
}
"""How to read a field of ``Product``, and what an empty one means: a value, or ``...`` for leave it."""

FIELDS = frozenset(
    (*OPTIONAL, "sku", "name", "price", "stock_quantity", "category", "brand", "parent_sku", "images", "kind")
)
"""What :func:`records` takes, and what our own formats call their columns."""


def records(
    raw: Mapping[str, Any],
    *,
    line: int,
    attributes: Mapping[str, Said] = NOTHING,
    spoken_of: frozenset[str] = frozenset(),
    pictures: Sequence[Picture] | None = None,
    options: Mapping[str, str] = NOTHING,
    decimal: values.Separator = "",
    columns: Mapping[str, str] = NOTHING,
) -> Iterator[Item]:
    """Yield the warnings that ``raw`` (field -> text or value) deserves, then its record or a refusal.

    ``columns`` says what the file calls a field, where that is something else. A field that is missing or
    ``None`` is not spoken of.
    """
    sku = texts.line(str(raw.get("sku") or ""))
    found: list[Problem] = []

    def complain(field: str, reason: str, *, is_refusal: bool = False) -> None:
        found.append(Problem(line, columns.get(field, field), sku[:SKU_LENGTH], reason, is_refusal))

    if not sku:
        complain("sku", _("The SKU is missing."), is_refusal=True)
    elif len(sku) > SKU_LENGTH:
        complain("sku", _("A SKU has at most %(n)s characters.") % {"n": SKU_LENGTH}, is_refusal=True)
    fields: dict[str, Any] = {}
    if name := texts.plain(str(raw.get("name") or "")):
        if len(name) > NAME_LENGTH:
            complain("name", _("Cut to %(n)s characters.") % {"n": NAME_LENGTH})
        fields["name"] = shortened(name, NAME_LENGTH)
    amount = raw.get("price")
    if amount is not None and str(amount).strip():
        try:
            fields["price"] = values.price(amount, decimal=decimal)
        except values.Unreadable as unreadable:
            complain("price", str(unreadable), is_refusal=True)
    for field, given in raw.items():
        if given is None or field not in OPTIONAL:
            continue
        read, empty = OPTIONAL[field]
        if given == "" or (isinstance(given, str) and not given.strip()):
            if empty is not ...:
                fields[field] = empty
            continue
        try:
            if read is _amount:
                fields[field] = values.price(given, decimal=decimal)
            else:
                fields[field] = read(given)
        except values.Unreadable as unreadable:
            complain(field, _("Left out: %(reason)s") % {"reason": unreadable})
        except _Cut as cut:
            complain(field, _("Cut to %(n)s characters.") % {"n": len(cut.kept)})
            fields[field] = cut.kept
    stock = _stock(raw.get("stock_quantity"), complain)
    shown = _pictures(raw.get("images"), complain) if pictures is None else _checked(pictures, complain)
    kind = str(raw.get("kind") or "").strip().lower()
    yield from found
    if any(problem.is_refusal for problem in found):
        return
    yield Record(
        line=line,
        sku=sku,
        columns=fields,
        stock_quantity=stock,
        category=_path(raw.get("category")),
        brand=texts.plain(str(raw.get("brand") or ""))[:PART_LENGTH].strip() or None,
        attributes=_cleaned(attributes),
        spoken_of=spoken_of,
        pictures=shown,
        is_parent=kind == "parent",
        parent_sku=texts.line(str(raw.get("parent_sku") or ""))[:SKU_LENGTH],
        options={texts.line(name): texts.line(option) for name, option in options.items()},
    )


Complain = Callable[[str, str], None]


def shortened(text: str, length: int) -> str:
    """Return ``text``, cut between words where it is longer than ``length``. Repeatable."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words = head.rpartition(" ")[0]
    return f"{(words if len(words) > length // 2 else head).rstrip(' ,;:-')}…"


def _stock(raw: Any, complain: Complain) -> int | None:
    if raw is None or not str(raw).strip():
        return None
    try:
        return values.units(raw)
    except values.Unreadable as unreadable:
        if str(raw).strip().startswith("-"):
            complain("stock_quantity", _("Less than none is left; taken as 0."))
            return 0
        complain("stock_quantity", _("Left out: %(reason)s") % {"reason": unreadable})
        return None


def _cleaned(attributes: Mapping[str, Said]) -> Mapping[str, Said]:
    """Return ``attributes`` without characters that cannot be stored."""
    if all(name.isprintable() and str(said.value).isprintable() for name, said in attributes.items()):
        return attributes
    cleaned = {}
    for name, (value, typing) in attributes.items():
        if isinstance(value, tuple):
            value = tuple(part for part in map(texts.line, value) if part)
        elif isinstance(value, str):
            value = texts.lines(value)
        if value != "" and value != ():
            cleaned[texts.line(name)] = Said(value, typing)
    return cleaned


def _path(raw: Any) -> tuple[str, ...] | None:
    """Return ``Audio > Headphones`` as names."""
    if not raw:
        return None
    names = raw if isinstance(raw, tuple) else str(raw).split(">")
    path = (texts.plain(name).replace(">", "")[:PART_LENGTH].strip() for name in names)
    return tuple(name for name in path if name) or None


def _pictures(raw: Any, complain: Complain) -> tuple[Picture, ...]:
    if not raw:
        return ()
    several = [str(source) for source in raw] if isinstance(raw, list | tuple) else str(raw).split(SEPARATOR)
    return _checked([Picture(source) for source in several], complain)


def _checked(pictures: Sequence[Picture], complain: Complain) -> tuple[Picture, ...]:
    """Return those of ``pictures`` that are an address or a path, each once."""
    kept: dict[str, Picture] = {}
    for source, alt_text in pictures:
        place = texts.line(source)
        if place.lower().startswith(("http://", "https://", "//")):
            place = quote(f"https:{place}" if place.startswith("//") else place, safe="%/:=&?~#+!$,;'@()*[]")
        if len(place) > ADDRESS_LENGTH or ("://" in place and not place.lower().startswith("http")):
            complain("images", _("Left out: “%(place)s” is no address.") % {"place": place[:50]})
        elif place:
            kept.setdefault(place, Picture(place, shortened(texts.plain(alt_text), 300)))
    return tuple(kept.values())
