"""A parcel, what carrying it costs, and who can be asked."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import httpx

from dbProject.resilience import ServiceFailed


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be carried where."""

    country: str
    """ISO 3166-1 alpha-2."""
    zip_code: str
    weight_grams: int
    value: Decimal
    """Of the goods, by price tags, in the store's currency."""


class QuoteSource(StrEnum):
    """Where a price comes from: the carrier just now, an earlier parcel like this one, or the settings."""

    LIVE = "live"
    REMEMBERED = "remembered"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class CarrierQuote:
    """One service of one carrier; ``price`` is a price tag like those of the goods."""

    carrier: str
    service: str
    name: str
    price: Decimal
    days_min: int
    days_max: int
    source: QuoteSource


class Carrier(Protocol):
    """Somebody who carries parcels and says what that costs."""

    @property
    def code(self) -> str:
        """Return what the settings call it."""

    async def quotes(self, parcel: Parcel, client: httpx.AsyncClient) -> list[CarrierQuote]:
        """Return what is offered, perhaps nothing. Harmless to repeat; the caller limits the time.

        Raises:
            CarrierFailed: There is no answer that can be believed.
            QuestionRefused: The carrier is there, and says no to this question.
        """


class CarrierFailed(ServiceFailed):
    """A carrier gave no answer that can be believed; the customer sees another price instead."""


class CarrierUnreachable(CarrierFailed):
    """A carrier could not be asked, or is out of order: it may do better in a moment."""


class QuestionRefused(Exception):
    """A carrier says that this very question is wrong, which is no reason to leave it alone."""
