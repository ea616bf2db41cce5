"""Values of reports as people and as programs read them."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from dbProject import money
from dbProject.templatetags.money import NO_BREAK_SPACE, in_currency
from orders.selectors.reports.periods import Grain, Period
from orders.selectors.reports.report import Column, Unit, Value
from products.readers import texts

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
SIGNED = {"revenue_change", "times_change"}
"""Figures that say by how much another has changed."""


def shown(value: Value, column: Column, currency: str, *, grain: str = "") -> str:
    """Return a value in the reader's language, amounts in ``currency`` (ISO 4217) to the cent.

    ``grain`` says whether a day stands for its month.
    """
    if value is None:
        return NOTHING
    if isinstance(value, date):
        return date_format(value, "M Y" if grain == Grain.MONTH else "SHORT_DATE_FORMAT")
    if isinstance(value, str):
        return value
    if column.unit == Unit.MONEY:
        text = in_currency(money.rounded(Decimal(value)), currency)
    elif column.unit == Unit.PERCENT:
        text = f"{_number(value, 1)}{NO_BREAK_SPACE}%"
    else:
        text = _number(value, 1 if isinstance(value, Decimal) else 0)
    sign = "+" if column.name in SIGNED and value > 0 else ""
    return sign + text.replace("-", MINUS, 1)


def _number(value: Decimal | int, decimals: int) -> str:
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return number_format(rounded, decimal_pos=decimals, use_l10n=True, force_grouping=True)


def plain(value: Value) -> str:
    """Return a value for programs: ISO dates, numbers with a point; text that no spreadsheet would run.

    Amounts have two decimals, or four where prices of the past have them.
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        exact = value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
        cents = money.rounded(exact)
        return f"{cents:f}" if cents == exact else f"{exact:f}"
    return str(value) if isinstance(value, int) else texts.neutralized(value)


def days(period: Period) -> str:
    """Return a period in words."""
    if period.first == period.last:
        return date_format(period.first, "DATE_FORMAT")
    ends = {
        "first": date_format(period.first, "DATE_FORMAT"),
        "last": date_format(period.last, "DATE_FORMAT"),
    }
    return _("%(first)s to %(last)s") % ends
