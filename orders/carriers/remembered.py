"""What carriers have said lately: for this very parcel, and for parcels alike (country and weight band)."""

import json
from bisect import bisect_left
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.cache import cache

from orders.carriers import answers
from orders.carriers.quotes import CarrierFailed, CarrierQuote, Parcel, QuoteSource

FRESH_SECONDS = 600
"""A customer sees one price from the first look at the delivery to the order, and waits for it once."""
SECONDS = 604_800
"""A week: long enough for any outage, short enough for a tariff."""
BANDS = (500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 31_500)
"""Grams up to which a parcel is alike; anything heavier is one more band."""

Quotes = dict[str, list[CarrierQuote]]
"""By the carrier's code."""


class Recollection(NamedTuple):
    """What is still known: ``fresh`` of this very parcel, ``known`` of parcels alike."""

    fresh: Quotes
    known: Quotes


def recall(codes: Collection[str], *, parcel: Parcel, currency: str) -> Recollection:
    """Return what is known of these carriers, by one read."""
    exact = {_exact(code, parcel, currency): code for code in codes}
    alike = {_alike(code, parcel, currency): code for code in codes}
    found = cache.get_many([*exact, *alike])
    return Recollection(
        fresh=_quotes(found, exact, currency, QuoteSource.LIVE),
        known=_quotes(found, alike, currency, QuoteSource.REMEMBERED),
    )


def keep(said: Mapping[str, list[CarrierQuote]], *, parcel: Parcel, currency: str) -> None:
    """Remember what carriers have just said; that they offer nothing, too."""
    if not said:
        return
    rows = {code: answers.rows_of(quotes, currency=currency) for code, quotes in said.items()}
    cache.set_many({_exact(code, parcel, currency): rows[code] for code in said}, timeout=FRESH_SECONDS)
    cache.set_many({_alike(code, parcel, currency): rows[code] for code in said}, timeout=SECONDS)


def _quotes(found: dict[str, Any], keys: dict[str, str], currency: str, source: QuoteSource) -> Quotes:
    quotes = {}
    for key in keys.keys() & found.keys():
        try:
            quotes[keys[key]] = answers.quotes_from(
                found[key], carrier=keys[key], currency=currency, source=source
            )
        except CarrierFailed:  # written by another release: as good as not known
            continue
    return quotes


def _exact(code: str, parcel: Parcel, currency: str) -> str:
    text = json.dumps([parcel.country, parcel.zip_code, parcel.weight_grams, str(parcel.value), currency])
    return f"carrier-fresh:{code}:{sha256(text.encode()).hexdigest()}"


def _alike(code: str, parcel: Parcel, currency: str) -> str:
    band = bisect_left(BANDS, parcel.weight_grams)
    return f"carrier-quotes:{code}:{parcel.country}:{currency}:{band}"
