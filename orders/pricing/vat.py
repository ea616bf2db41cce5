"""Value added tax by place and day: what the law says, from a file.

A country is its ISO 3166-1 alpha-2 code (GR for Greece), and a rate is a share of the net price.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("vat_rates.toml")
NO_TAX = Decimal()
NEXT_HIGHER = {"reduced": "standard", "super_reduced": "reduced", "parking": "standard"}
"""What a tax class is taxed as where a country does not have it, in the order in which to look."""
ANOTHER_NAME = {"EL": "GR", "UK": "GB"}
"""Codes that the union uses beside those of ISO 3166. Source: Interinstitutional Style Guide, annex A5."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate. ``valid_to`` is the first day on which it no longer counts, if there is one."""

    country: str
    tax_class: str
    rate: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Territory:
    """A part of a country with rules of its own, known by how its postal codes begin."""

    name: str
    country: str
    zip_codes: tuple[str, ...]
    member: str = ""
    """A code in place of the country's in VAT numbers."""
    is_outside: bool = False
    """No VAT of the union is due there."""
    rates: tuple[Rate, ...] = ()
    """Those that differ from the country's."""


@dataclass(frozen=True, slots=True)
class Table:
    """The file, read."""

    rates: tuple[Rate, ...]
    members: frozenset[str]
    same_as: Mapping[str, str]
    """Country -> the one that it is taxed as a part of."""
    territories: tuple[Territory, ...]


def all_rates() -> tuple[Rate, ...]:
    """Return every rate of every country in the file, those of the past too; territories are not in it."""
    return _table().rates


def legal_rates(day: date, country: str) -> dict[str, Decimal]:
    """Return tax class -> rate of a country as the file has them: classes that it lacks are missing."""
    country = _country(country)
    return _valid((rate for rate in all_rates() if rate.country == country), day)


def rates_on(day: date, country: str, zip_code: str = "") -> dict[str, Decimal]:
    """Return tax class -> rate for goods that go there on ``day``; zero for all where nothing is known.

    Raises:
        LookupError: The file does not reach back to ``day``.
    """
    country = _country(country)
    theirs = [rate for rate in all_rates() if rate.country == country]
    territory = _territory(country, zip_code)
    if not theirs or (territory and territory.is_outside):
        return complete({"standard": NO_TAX})
    found = _valid(theirs, day)
    if not found:
        raise LookupError(f"No VAT rates are known for {country} on {day}.")
    return complete(found | local_rates(day, country, zip_code))


def local_rates(day: date, country: str, zip_code: str) -> dict[str, Decimal]:
    """Return the rates of a territory within ``country`` that differ from the country's; mostly none do."""
    territory = _territory(_country(country), zip_code)
    return _valid(territory.rates, day) if territory else {}


def complete(rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return ``rates`` with every tax class: one that a country lacks is taxed as the next higher one."""
    found = {"zero": NO_TAX, **rates}
    for lacking, instead in NEXT_HIGHER.items():
        found.setdefault(lacking, found[instead])
    return found


def member_state(country: str, zip_code: str = "") -> str:
    """Return the code under which goods that go there are taxed within the union, or "" if it is outside.

    It is how VAT numbers are told apart: XI is Northern Ireland, FR is Monaco too, and Greece is GR here.
    """
    country = _country(country)
    territory = _territory(country, zip_code)
    if territory and (territory.is_outside or territory.member):
        return territory.member
    state = _table().same_as.get(country, country)
    return state if state in _table().members else ""


def is_outside(country: str, zip_code: str = "") -> bool:
    """Say whether no VAT of the union is due on goods that go there."""
    return not member_state(country, zip_code)


def is_export(country: str, zip_code: str = "", *, store_country: str) -> bool:
    """Say whether goods leave the tax territory of the store, so that it charges no VAT."""
    if is_outside(store_country):
        return _country(country) != _country(store_country)
    return is_outside(country, zip_code)


def is_reverse_charge(country: str, zip_code: str = "", *, store_country: str, vat_number: str) -> bool:
    """Say whether the buyer owes the VAT: a business of another member state that is delivered to there.

    ``vat_number`` is as ``vat_numbers.normalized`` returns it, or empty.

    Source: Directive 2006/112/EC, articles 138 and 200.
    """
    there, home = member_state(country, zip_code), member_state(store_country)
    return bool(there and home and there != home) and vat_number[:2] == prefix(there)


def prefix(member: str) -> str:
    """Return how the VAT numbers of a member state begin. Source: Directive 2006/112/EC, article 215."""
    return "EL" if member == "GR" else member


def _country(code: str) -> str:
    code = code.strip().upper()
    return ANOTHER_NAME.get(code, code)


def _territory(country: str, zip_code: str) -> Territory | None:
    """Return the territory that ``zip_code`` is in, also where it is written as FI-22100 or 9000-123."""
    code = re.sub(r"^[A-Z]{1,3}-|[^A-Z0-9]", "", zip_code.strip().upper())
    for territory in _table().territories:
        if territory.country == country and code.startswith(territory.zip_codes):
            return territory
    return None


def _valid(rates: Iterable[Rate], day: date) -> dict[str, Decimal]:
    return {
        rate.tax_class: rate.rate
        for rate in rates
        if rate.valid_from <= day and (rate.valid_to is None or day < rate.valid_to)
    }


@cache
def _table() -> Table:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    rates = {country: _rates(country, periods) for country, periods in content["rates"].items()}
    same_as = content["same_as"]
    for country, other in same_as.items():
        rates[country] = _rates(country, content["rates"][other])
    territories = [
        Territory(
            **{key: value for key, value in entry.items() if key not in {"zip_codes", "rates"}},
            zip_codes=tuple(entry["zip_codes"]),
            rates=_rates(entry["country"], entry.get("rates", [])),
        )
        for entry in content["territories"]
    ]
    return Table(
        rates=tuple(rate for country in sorted(rates) for rate in rates[country]),
        members=frozenset(content["rates"]) - frozenset(content["not_in_the_union"]),
        same_as=same_as,
        territories=tuple(territories),
    )


def _rates(country: str, periods: Iterable[Mapping[str, Any]]) -> tuple[Rate, ...]:
    """Return one row for each class and rate: neighboring periods in which it is the same are one."""
    rows: list[Rate] = []
    last: dict[str, Rate] = {}
    for period in periods:
        now = _classes(period)
        for tax_class in sorted(last.keys() | now.keys()):
            before, share = last.get(tax_class), now.get(tax_class)
            if before is not None and before.rate == share:
                continue
            if before is not None:
                rows[rows.index(before)] = replace(before, valid_to=period["from"])
                del last[tax_class]
            if share is not None:
                last[tax_class] = Rate(country, tax_class, share, period["from"], None)
                rows.append(last[tax_class])
    return tuple(sorted(rows, key=lambda rate: (rate.tax_class, rate.valid_from)))


def _classes(period: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return tax class -> rate in one period of the file."""
    percents = {key: period[key] for key in ("standard", "super_reduced", "parking") if key in period}
    reduced = period.get("reduced", [])
    if reduced:
        percents["reduced"] = max(reduced)
    if len(reduced) == 2:
        percents.setdefault("super_reduced", min(reduced))
    return {tax_class: Decimal(percent) / 100 for tax_class, percent in percents.items()}
