"""What every import format is read into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

Raw = str | Decimal | bool | tuple[str, ...]
"""A value of an attribute: a format that knows types says them by Python's."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Typing(StrEnum):
    """What a format knows of an attribute's type, for the day that the import has to make the attribute."""

    BY_VALUES = "by_values"
    """Text in which anything may hide: a number, yes or no, several options."""
    WORDS = "words"
    """Certainly words: text, or a choice when they are few and short."""
    TEXT = "text"
    CHOICE = "choice"
    """One of several, or some of several when there are more; customers may filter by it."""
    LABELS = "labels"
    """Some of several, too many and too free to filter by."""


class Said(NamedTuple):
    """One value of one attribute."""

    value: Raw
    typing: Typing = Typing.BY_VALUES


class Picture(NamedTuple):
    """A picture by its address (http, https) or its path."""

    source: str
    alt_text: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One product as a file describes it: clean, checked, in the shop's units. What is absent stays as it is.

    ``columns`` maps fields of ``Product`` to their values, where ``None`` and ``""`` are values too: they
    clear the field. Money is in the store's currency, weight in kilograms.
    """

    line: int
    """Of the file, from 1; of a JSON array the number of the item."""
    sku: str
    columns: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    stock_quantity: int | None = None
    category: tuple[str, ...] | None = None
    """Names from the root down."""
    brand: str | None = None
    attributes: Mapping[str, Said] = field(default_factory=lambda: NOTHING)
    """By the attribute's name or slug."""
    spoken_of: frozenset[str] = frozenset()
    """Attributes that the file has a column for: without a value among ``attributes``, theirs is cleared."""
    pictures: tuple[Picture, ...] = ()
    is_parent: bool = False
    parent_sku: str = ""
    """Makes it a variant of that parent, which the import makes if nothing else does."""
    options: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What sets a variant apart from its siblings: attribute -> option, in the file's order."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that is not as it should be, in words for whoever sent the file."""

    line: int
    column: str
    sku: str
    reason: str
    is_refusal: bool = True
    """The row was left out; else the value was, and the row is in."""
    source: str = field(default="", compare=False)
    """The file within an archive."""


Item = Record | Problem
