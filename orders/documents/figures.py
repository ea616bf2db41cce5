"""Amounts, rates and days as the reader's language writes them."""

from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format

MINUS = "\N{MINUS SIGN}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def amount(value: Decimal) -> str:
    """Return an amount without its currency: 1,299.00."""
    digits = number_format(abs(value), decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{MINUS}{digits}" if value < 0 else digits


def rate(share: Decimal) -> str:
    """Return a tax rate as people say it: 19 %, 7.7 %."""
    return f"{number_format(f'{(share * 100).normalize():f}', use_l10n=True)}{NO_BREAK_SPACE}%"


def day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
