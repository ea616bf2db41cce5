"""Reading what a carrier answers, believing nothing: one doubtful value makes the whole answer worthless."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NoReturn

from dbProject.money import CENT
from orders.carriers.quotes import CarrierFailed, CarrierQuote, QuoteSource

MOST_QUOTES = 20
MOST_PRICE = Decimal("10000.00")
MOST_DAYS = 90
LONGEST_NAME = 80
SERVICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
PRICE = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?", re.ASCII)
"""Also keeps ``NaN``, ``1e3`` and ``-1`` out."""

Rows = Sequence[dict[str, Any]]


def quotes_in(body: bytes, *, carrier: str, currency: str) -> list[CarrierQuote]:
    """Return the quotes in the JSON that a carrier has sent.

    Raises:
        CarrierFailed: Saying what is wrong with it.
    """
    try:
        rows = json.loads(
            body,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repetition,
        )
    except (ValueError, RecursionError) as broken:  # ValueError: also what is not UTF-8
        raise CarrierFailed(carrier, "the answer is not JSON") from broken
    return quotes_from(rows, carrier=carrier, currency=currency, source=QuoteSource.LIVE)


def quotes_from(rows: Any, *, carrier: str, currency: str, source: QuoteSource) -> list[CarrierQuote]:
    """Return the quotes that ``rows`` are, cheapest first.

    Raises:
        CarrierFailed: Saying what is wrong with them.
    """
    if not isinstance(rows, list) or len(rows) > MOST_QUOTES:
        raise CarrierFailed(carrier, f"the answer is no list of at most {MOST_QUOTES} quotes")
    try:
        quotes = [_quote(row, carrier, currency, source) for row in rows]
    except _Wrong as wrong:
        raise CarrierFailed(carrier, f"a quote has {wrong}") from wrong
    if len({quote.service for quote in quotes}) < len(quotes):
        raise CarrierFailed(carrier, "two quotes are for one service")
    return sorted(quotes, key=lambda quote: (quote.price, quote.service))


def rows_of(quotes: Sequence[CarrierQuote], *, currency: str) -> Rows:
    """Return ``quotes`` as plain data that :func:`quotes_from` reads."""
    return [
        {
            "service": quote.service,
            "name": quote.name,
            "price": str(quote.price),
            "currency": currency,
            "days_min": quote.days_min,
            "days_max": quote.days_max,
        }
        for quote in quotes
    ]


class _Number(str):
    """A number as it was written; nothing was rounded or blown up on the way."""

    __slots__ = ()


class _Wrong(Exception):
    """What in a quote cannot be believed."""


def _quote(row: Any, carrier: str, currency: str, source: QuoteSource) -> CarrierQuote:
    if not isinstance(row, dict):
        raise _Wrong("no fields")
    if row.get("currency") != currency:
        raise _Wrong(f"another currency than {currency}")
    service, name = _text(row.get("service")), " ".join(_text(row.get("name")).split())
    if not SERVICE.fullmatch(service):
        raise _Wrong("no usable service")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise _Wrong("no usable name")
    days_min, days_max = _days(row.get("days_min")), _days(row.get("days_max"))
    if days_min > days_max:
        raise _Wrong("days the wrong way round")
    return CarrierQuote(carrier, service, name, _price(row.get("price")), days_min, days_max, source)


def _text(given: Any) -> str:
    return given if isinstance(given, str) and not isinstance(given, _Number) else ""


def _price(given: Any) -> Decimal:
    if not isinstance(given, str) or not PRICE.fullmatch(given):
        raise _Wrong("no price in whole cents")
    price = Decimal(given)
    if price > MOST_PRICE:
        raise _Wrong(f"a price above {MOST_PRICE}")
    return price.quantize(CENT)


def _days(given: Any) -> int:
    number = given if isinstance(given, _Number) or type(given) is int else "?"
    if not re.fullmatch(r"[0-9]{1,2}", str(number), re.ASCII) or int(number) > MOST_DAYS:
        raise _Wrong(f"no number of days from 0 to {MOST_DAYS}")
    return int(number)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found
