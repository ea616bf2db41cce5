"""The last known quotes of each carrier for parcels alike: same country, same weight band."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from django.core.cache import cache

from orders.carriers import answers
from orders.carriers.quotes import CarrierFailed, CarrierQuote, Parcel, QuoteSource

SECONDS = 604_800
"""A week: long enough for any outage, short enough for a tariff."""
BANDS = (500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 31_500)
"""Grams up to which a parcel is alike; anything heavier is one more band."""


def keep(quotes: Mapping[str, list[CarrierQuote]], *, parcel: Parcel, currency: str) -> None:
    """Remember what carriers have just said, by code; that they offer nothing, too."""
    if quotes:
        cache.set_many(
            {
                _key(code, parcel, currency): answers.rows_of(found, currency=currency)
                for code, found in quotes.items()
            },
            timeout=SECONDS,
        )


def recall(codes: Iterable[str], *, parcel: Parcel, currency: str) -> dict[str, list[CarrierQuote]]:
    """Return what is known of those of ``codes`` of which something is known."""
    keys = {_key(code, parcel, currency): code for code in codes}
    known = {}
    for key, rows in cache.get_many(list(keys)).items() if keys else ():
        code = keys[key]
        try:
            known[code] = answers.quotes_from(
                rows, carrier=code, currency=currency, source=QuoteSource.REMEMBERED
            )
        except CarrierFailed:  # written by another release: as good as not known
            continue
    return known


def _key(code: str, parcel: Parcel, currency: str) -> str:
    band = bisect_left(BANDS, parcel.weight_grams)
    return f"carrier-quotes:{code}:{parcel.country}:{currency}:{band}"
