"""What every format of past orders is read into."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from products.readers import Problem


class Shape(NamedTuple):
    """What the caller knows of the files: ``currency`` is meant where a row names none."""

    currency: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of a file of past orders, checked, otherwise as it stands."""

    line: int
    """Of the file, from 1."""
    invoice: str
    code: str
    description: str
    quantity: int
    """Units; negative where they came back."""
    unit_price: Decimal
    """At most four decimals; negative in corrections of the books."""
    currency: str
    placed_at: datetime
    """Aware: files say the store's time."""
    customer: str = ""
    """A reference or an e-mail address; empty: a guest."""
    country_name: str = ""
    country: str = ""
    """ISO 3166-1; empty: unknown."""
    is_fee: bool = False
    is_cancellation: bool = False
    member: str = ""
    """The file within an archive."""


Item = PastLine | Problem
