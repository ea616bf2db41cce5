"""What tax is due on goods that go somewhere today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from dbProject import caching
from orders.models import TaxRate
from orders.pricing import TaxTerms, vat

RATES_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Rates:
    """What counts in one country: tax class -> share of the net price, and which of them the shop set."""

    country: str
    rates: Mapping[str, Decimal]
    own: frozenset[str]


def terms(*, country: str, zip_code: str, vat_number: str, day: date) -> TaxTerms:
    """Return the tax terms of a delivery to ``country`` (ISO 3166-1 alpha-2) on ``day``.

    ``vat_number`` is that of a business, normalized and checked already, or empty. The shop's own table of
    rates decides, and for what a country of the union has no entry of there the law does; any other country
    is an export, as is a territory outside the union's VAT.
    """
    home = _rates(settings.STORE_COUNTRY, day)
    there = home if country == settings.STORE_COUNTRY else _rates(country, day)
    note = ""
    if not there or vat.is_export(country, zip_code, store_country=settings.STORE_COUNTRY):
        note = _("Export: no VAT is charged; import duties may be due where you are.")
    elif vat.is_reverse_charge(
        country, zip_code, store_country=settings.STORE_COUNTRY, vat_number=vat_number
    ):
        note = _("Reverse charge: the recipient of the goods owes the VAT.")
    return TaxTerms(
        includes_tax=settings.PRICES_INCLUDE_TAX,
        rates={**(there or home), **vat.local_rates(day, country, zip_code)},
        home_rates=home,
        is_exempt=bool(note),
        note=note,
    )


def _rates(country: str, day: date) -> Mapping[str, Decimal]:
    """Return tax class -> share of the net price in ``country`` on ``day``, remembered for 5 minutes.

    Empty for a country of which no rate is known.
    """
    key = f"rates:{country}:{day.isoformat()}"
    found = caching.remember("taxes", key, lambda: _look_up(country, day), seconds=RATES_SECONDS)
    return vat.complete({name: Decimal(rate) for name, rate in found.items()}) if found else {}


def _look_up(country: str, day: date) -> dict[str, str]:
    own = TaxRate.objects.on(day).filter(country=country).order_by("valid_from")
    rates = in_force(country, day, own={row.tax_class: row.rate for row in own})
    return {tax_class: str(rate) for tax_class, rate in rates.items()}


def in_force(country: str, day: date, *, own: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return tax class -> rate, as far as they are known: the law's, and in their place the shop's ``own``.

    Empty without a standard rate, which every other class falls back on.
    """
    law = vat.legal_rates(day, country) if vat.member_state(country) else {}
    found = {**law, **own}
    return found if "standard" in found else {}


def today(countries: Iterable[str], day: date) -> list[Rates]:
    """Return what counts on ``day`` in these countries; one query."""
    own: dict[str, dict[str, Decimal]] = {}
    for row in TaxRate.objects.on(day).order_by("valid_from"):
        own.setdefault(row.country, {})[row.tax_class] = row.rate
    found = []
    for country in countries:
        theirs = own.get(country, {})
        if rates := in_force(country, day, own=theirs):
            found.append(Rates(country, vat.complete(rates), frozenset(theirs)))
    return found
