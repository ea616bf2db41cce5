"""Asking carriers: all at once, each in its own time limit, none of them trusted to be there."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings

from dbProject import resilience
from dbProject.resilience import Deadline, Retries, ServiceFailed
from orders.carriers import remembered, waiting
from orders.carriers.json_carrier import JsonCarrier
from orders.carriers.quotes import (
    Carrier,
    CarrierQuote,
    CarrierUnreachable,
    Parcel,
    QuestionRefused,
    QuoteSource,
)

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
"""Before the first retry. Somebody is waiting in front of a page."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A carrier of the settings, how long it is waited for, and what it costs when it does not answer."""

    carrier: Carrier
    time_limit_seconds: float
    flat_rate: CarrierQuote | None


def codes() -> list[str]:
    """Return the codes of the carriers in the settings."""
    return list(settings.CARRIERS)


def ask_all(parcel: Parcel, carriers: Iterable[str]) -> dict[str, list[CarrierQuote]]:
    """Ask the carriers with these codes at the same time; return what each offers, cheapest first.

    Never raises for what a carrier does. One that fails is answered for: by its last known quotes for the
    same country and weight band, else by its flat rate, else by nothing. Each quote says which. What a
    carrier has said of this very parcel in the last ten minutes still holds, without asking. Takes as long
    as the slowest carrier, and at most ``CARRIERS_DEADLINE_SECONDS``; so never in a transaction.
    """
    currency = settings.STORE_CURRENCY
    wanted = list(dict.fromkeys(carriers))
    contracts = {code: _contract(code) for code in wanted if code in settings.CARRIERS}
    if not contracts:
        return {code: [] for code in wanted}
    fresh, known = remembered.recall(contracts, parcel=parcel, currency=currency)
    to_ask = [contract for code, contract in contracts.items() if code not in fresh]
    said = waiting.run(lambda client: ask(parcel, to_ask, client)) if to_ask else {}
    remembered.keep(said, parcel=parcel, currency=currency)
    flat = {code: [contract.flat_rate] for code, contract in contracts.items() if contract.flat_rate}
    best = flat | known | fresh | said
    return {code: best.get(code, []) for code in wanted}


async def ask(
    parcel: Parcel, contracts: list[Contract], client: httpx.AsyncClient
) -> dict[str, list[CarrierQuote]]:
    """Return what those carriers say that say something believable."""
    said = await asyncio.gather(*(_ask_one(parcel, contract, client) for contract in contracts))
    return {
        contract.carrier.code: quotes
        for contract, quotes in zip(contracts, said, strict=True)
        if quotes is not None
    }


async def _ask_one(
    parcel: Parcel, contract: Contract, client: httpx.AsyncClient
) -> list[CarrierQuote] | None:
    carrier = contract.carrier
    deadline = Deadline(min(contract.time_limit_seconds, settings.CARRIERS_DEADLINE_SECONDS))
    breaker = resilience.breaker(f"carrier:{carrier.code}")

    async def once() -> list[CarrierQuote]:
        with breaker.guard():
            async with resilience.time_limit(deadline.left(), service=carrier.code):
                return await carrier.quotes(parcel, client)

    retries = Retries(
        on=(CarrierUnreachable,),
        first_pause_seconds=FIRST_PAUSE_SECONDS,
        within_seconds=deadline.left(),
    )
    try:
        return await retries.call_async(once)
    except (ServiceFailed, QuestionRefused) as failed:
        logger.warning("No quotes from a carrier: %s", failed)
        return None


def _contract(code: str) -> Contract:
    terms = settings.CARRIERS[code]
    carrier = JsonCarrier(
        code=code,
        url=terms["url"],
        currency=settings.STORE_CURRENCY,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
        token=terms.get("token", ""),
    )
    return Contract(carrier, terms["time_limit_seconds"], _flat_rate(code, terms.get("flat_rate")))


def _flat_rate(code: str, terms: dict[str, Any] | None) -> CarrierQuote | None:
    if terms is None:
        return None
    return CarrierQuote(
        carrier=code,
        service=terms["service"],
        name=terms["name"],
        price=Decimal(terms["price"]),
        days_min=terms["days_min"],
        days_max=terms["days_max"],
        source=QuoteSource.FLAT,
    )
