"""Amounts as people read them."""

from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.formats import number_format

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


@register.filter
def money(amount: Decimal) -> str:
    """Return ``amount`` in the store's currency with the separators of the reader's language: 1,299.00 €."""
    return _in_currency(amounts.rounded(amount), decimals=2)


def round_money(amount: int) -> str:
    """Return a round ``amount`` as a headline says it: 30 €."""
    return _in_currency(Decimal(amount), decimals=0)


def _in_currency(amount: Decimal, *, decimals: int) -> str:
    digits = number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return f"{digits}{NO_BREAK_SPACE}{SYMBOLS.get(settings.STORE_CURRENCY, settings.STORE_CURRENCY)}"
