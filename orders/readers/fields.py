"""One row's cells, as a format found them, checked and turned into a line. Rows are refused, never mended."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from orders.readers import codes
from orders.readers.record import Item, PastLine
from products.readers import Problem, texts

LENGTHS = {"invoice": 40, "code": 100, "description": 300, "customer": 254, "country": 60}
LARGEST = 2**31 - 1
DECIMALS = 4
HIGHEST = Decimal(10**10)
"""Unit prices are below it, either side of 0."""
EARLIEST = 1900
WHOLE = re.compile(r"[+-]?\d{1,12}")
NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")
AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?")
NUMBERED = re.compile(r"(\d+)\.0+")


class Unreadable(ValueError):
    """A cell that cannot be read; the text says why, in words for whoever sent the file."""


def line(
    raw: Mapping[str, str],
    *,
    number: int,
    columns: Mapping[str, str],
    now: datetime,
    is_fee: Callable[[str], bool],
    is_cancellation: Callable[[str], bool],
) -> Iterator[Item]:
    """Yield the line that ``raw`` (field -> cell) says, or every reason why it is refused.

    ``columns`` says what the file calls a field. What is placed after ``now`` is refused.
    """
    found: dict[str, Any] = {}
    problems = []
    for field, read in READERS.items():
        try:
            found[field] = read(raw.get(field, ""))
        except Unreadable as unreadable:
            code = texts.line(raw.get("code", ""))[: LENGTHS["code"]]
            problems.append(Problem(number, columns.get(field, field), code, str(unreadable)))
    if not problems and found["placed_at"] > now:
        reason = _("It is in the future.")
        problems.append(Problem(number, columns.get("placed_at", "placed_at"), found["code"], reason))
    if problems:
        reasons = "; ".join(dict.fromkeys(problem.reason for problem in problems))
        yield Problem(number, problems[0].column, problems[0].sku, reasons)
        return
    yield PastLine(
        line=number,
        country=codes.country(found["country_name"]),
        is_fee=is_fee(found["code"]),
        is_cancellation=is_cancellation(found["invoice"]),
        **found,
    )


def _text(field: str, *, is_needed: bool = False) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = texts.CONTROLS.sub("", cell) if not cell.isprintable() else cell
        if is_needed:
            text = text.strip()
            if not text:
                raise Unreadable(_("The %(field)s is missing.") % {"field": _NAMES[field]()})
        if len(text) > LENGTHS[field]:
            reason = _("The %(field)s has more than %(n)s characters.")
            raise Unreadable(reason % {"field": _NAMES[field](), "n": LENGTHS[field]})
        return text

    return read


_NAMES: Mapping[str, Callable[[], str]] = {
    "invoice": lambda: _("invoice"),
    "code": lambda: _("code"),
    "description": lambda: _("description"),
    "customer": lambda: _("customer"),
    "country": lambda: _("country"),
}


def _quantity(cell: str) -> int:
    text = cell.strip()
    if not WHOLE.fullmatch(text):
        raise Unreadable(_("“%(text)s” is no whole number.") % {"text": text[:50]})
    count = int(text)
    if not -LARGEST <= count <= LARGEST or count == 0:
        raise Unreadable(_("%(text)s units cannot be.") % {"text": text[:50]})
    return count


def _unit_price(cell: str) -> Decimal:
    text = cell.strip()
    if not NUMBER.fullmatch(text):
        raise Unreadable(_("“%(text)s” is no price.") % {"text": text[:50]})
    price = Decimal(text)
    if round(price, DECIMALS) != price:
        raise Unreadable(_("A unit price has at most four decimals; this is %(text)s.") % {"text": text[:50]})
    if abs(price) >= HIGHEST:
        raise Unreadable(_("A unit price is below %(highest)s.") % {"highest": HIGHEST})
    return price


@lru_cache(10_000)
def _placed_at(cell: str) -> datetime:
    text = cell.strip()
    if found := AMERICAN.fullmatch(text):
        month, day, year, hour, minute, second = (int(part or 0) for part in found.groups())
        parts = (year, month, day, hour, minute, second)
    else:
        parts = None
    try:
        at = datetime(*parts) if parts else datetime.fromisoformat(text)  # noqa: DTZ001 -- aware below
        if at.year < EARLIEST:
            raise ValueError
        return at if timezone.is_aware(at) else timezone.make_aware(at)
    except (ValueError, OverflowError):
        reason = _("“%(text)s” is no time; write 2010-12-01 08:26:00.") % {"text": text[:50]}
        raise Unreadable(reason) from None


def _currency(cell: str) -> str:
    code = cell.strip().upper()
    if code not in codes.CURRENCIES:
        raise Unreadable(_("“%(text)s” is no currency with two decimals.") % {"text": cell.strip()[:50]})
    return code


def _customer(cell: str) -> str:
    """Return who bought: spreadsheets write the reference 17850 as 17850.0."""
    text = _text("customer")(cell.strip())
    found = NUMBERED.fullmatch(text)
    return found[1] if found else text


READERS: Mapping[str, Callable[[str], Any]] = {
    "invoice": _text("invoice", is_needed=True),
    "code": _text("code", is_needed=True),
    "description": _text("description"),
    "quantity": _quantity,
    "unit_price": _unit_price,
    "currency": _currency,
    "placed_at": _placed_at,
    "customer": _customer,
    "country_name": _text("country"),
}
