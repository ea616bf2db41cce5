"""Amounts as people read them."""

import re
from decimal import Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language

from dbProject import money as amounts

register = template.Library()

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "PLN": "zł",
    "CZK": "Kč",
    "SEK": "kr",
    "NOK": "kr",
    "DKK": "kr",
}
"""Others are shown by their code (ISO 4217)."""
WRITTEN_DOWN = re.compile(rf"\b(\d{{1,10}}\.\d\d) {re.escape(settings.STORE_CURRENCY)}\b")


@register.filter
def money(amount: Decimal) -> str:
    """Return ``amount`` in the store's currency with the separators of the reader's language: 1,299.00 €."""
    return _in_currency(amounts.rounded(amount), 2, settings.STORE_CURRENCY, get_language())


def in_currency(amount: Decimal, currency: str, *, decimals: int = 2) -> str:
    """Return ``amount`` in a currency (ISO 4217) with the separators of the reader's language."""
    return _in_currency(amount, decimals, currency, get_language())


@register.filter
def with_amounts(text: str) -> str:
    """Return ``text`` with each amount that was written down in no language (160.41 EUR) as ``money``."""
    return WRITTEN_DOWN.sub(lambda found: money(Decimal(found[1])), text)


def round_money(amount: int) -> str:
    """Return a round ``amount`` as a headline says it: 30 €."""
    return _in_currency(Decimal(amount), 0, settings.STORE_CURRENCY, get_language())


@lru_cache(4000)
def _in_currency(amount: Decimal, decimals: int, currency: str, _language: str | None) -> str:
    digits = number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return f"{digits}{NO_BREAK_SPACE}{SYMBOLS.get(currency, currency)}"
