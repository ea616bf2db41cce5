"""Prices, numbers, flags and codes as people and programs write them."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from django.utils.translation import gettext as _

from dbProject import money

HIGHEST_PRICE = Decimal("99999999.99")
HEAVIEST = Decimal("9999999.999")
LARGEST_INTEGER = 2**31 - 1
LONGEST = 20
"""Characters of a number; so many digits, and what units make of them, are exact in Decimal."""
GRAM = Decimal("0.001")

YES = {"true", "yes", "y", "1", "on", "ja", "x", "wahr", "oui", "si", "sí"}
NO = {"false", "no", "n", "0", "off", "nein", "-", "falsch", "non"}

PLAIN_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?")
NUMBER = re.compile(r"-?(?:\d+(?:[.,]\d+)*|[.,]\d+)")
CURRENCY = re.compile(
    r"[€£¥]|(?:us|ca|au)?\$|(?<![^\W\d_])(?:eur|euro|usd|gbp|chf|fr|kr|pln|zł|kč)(?![^\W\d_])\.?",
    re.IGNORECASE,
)
NO_CENTS = re.compile(r"[.,](?:-{1,2}|\u2013|\u2014)$")
SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'\u2019](?=\d{3}(?:\D|$))")
UNITS = {"kg": Decimal(1), "g": GRAM, "lb": Decimal("0.45359237"), "lbs": Decimal("0.45359237"),
         "oz": Decimal("0.028349523125"), "mg": Decimal("0.000001"), "t": Decimal(1000)}  # fmt: skip
"""In kilograms. Source: the international pound and ounce of 1959."""
WEIGHT = re.compile(r"(?P<number>[^a-z]+?)\s*(?P<unit>[a-z]*)\.?", re.IGNORECASE)

Separator = Literal["", ".", ","]


class Unreadable(ValueError):
    """A value that cannot be read; the text says why, in words for whoever sent the file."""


def number(text: str, *, decimal: Separator = "", is_measure: bool = False) -> Decimal:
    """Return the number in ``text``, whichever of ``1,234.50`` ``1.234,50`` ``1 234,50`` it is written like.

    ``decimal`` is the decimal point where it is known. Where it is not, ``1.234`` is a measure to three
    decimals if ``is_measure``, and else refused: a guess between 1.23 and 1,234 would often be wrong.

    Raises:
        Unreadable: It is no number, or could be two.
    """
    if PLAIN_NUMBER.fullmatch(text) and decimal != ",":
        return Decimal(text)
    bare = SPACES.sub("", text.strip().replace("\u2212", "-"))
    if not NUMBER.fullmatch(bare) or len(bare) > LONGEST:
        raise Unreadable(_("“%(text)s” is no number.") % {"text": text[:50]})
    bare = re.sub(r"^(-?)([.,])", r"\g<1>0\2", bare)  # .5
    point = decimal or _point_of(bare, text, is_measure=is_measure)
    whole, _found, fraction = bare.rpartition(point) if point and point in bare else (bare, "", "")
    groups = re.split(r"[.,]", whole)
    is_mixed = point in whole if point else "." in whole and "," in whole
    if is_mixed or any(len(group) != 3 for group in groups[1:]):
        raise Unreadable(_("“%(text)s” is no number.") % {"text": text[:50]})
    return Decimal(f"{''.join(groups)}.{fraction or 0}")


def _point_of(bare: str, text: str, *, is_measure: bool) -> str:
    """Return which character in ``bare`` is the decimal point, or none."""
    dots, commas = bare.count("."), bare.count(",")
    if dots and commas:
        return "." if bare.rfind(".") > bare.rfind(",") else ","
    mark = "." if dots else ","
    if dots + commas != 1:
        return ""  # 1.234.567
    whole, _found, fraction = bare.partition(mark)
    if len(fraction) == 3 and not is_measure and 1 <= len(whole.lstrip("-0")) <= 3:
        reason = _("“%(text)s” could be thousands or three decimals; write it with no decimals or two.")
        raise Unreadable(reason % {"text": text[:50]})
    return mark


def price(raw: object, *, decimal: Separator = "") -> Decimal:
    """Return the amount in ``raw`` to the cent, half a cent away from zero; the currency is taken on trust.

    Raises:
        Unreadable: It is no amount, negative, or over 99,999,999.99.
    """
    text = str(raw).strip()
    if PLAIN_NUMBER.fullmatch(text) and decimal != ",":
        amount = Decimal(text)
    else:
        bare = NO_CENTS.sub("", CURRENCY.sub("", text).strip()).strip()
        try:
            amount = number(bare, decimal=decimal)
        except Unreadable:
            if isinstance(raw, float | int | Decimal) and not isinstance(raw, bool):
                amount = _of_program(raw)
            elif NUMBER.fullmatch(bare):
                raise
            else:
                raise Unreadable(_("“%(text)s” is no price.") % {"text": text[:50]}) from None
        amount = money.rounded(amount)
    if amount < 0:
        raise Unreadable(_("A price cannot be negative."))
    if amount > HIGHEST_PRICE:
        raise Unreadable(_("A price is at most %(highest)s.") % {"highest": HIGHEST_PRICE})
    return amount


def _of_program(raw: float | int | Decimal) -> Decimal:
    """Return a number that JSON wrote, whose point is a point."""
    amount = Decimal(str(raw))
    if not amount.is_finite() or abs(amount) > HIGHEST_PRICE * 10:
        raise Unreadable(_("“%(text)s” is no price.") % {"text": str(raw)[:50]})
    return amount


def weight(raw: object, *, unit: str = "kg") -> Decimal:
    """Return the weight in ``raw`` in kilograms to the gram; ``unit`` is meant where it names none.

    Raises:
        Unreadable: It is no weight, negative, or over 9,999 tons.
    """
    found = WEIGHT.fullmatch(str(raw).strip())
    factor = UNITS.get((found["unit"] or unit).lower()) if found else None
    if found is None or factor is None:
        raise Unreadable(_("“%(text)s” is no weight.") % {"text": str(raw)[:50]})
    kilograms = (number(found["number"], is_measure=True) * factor).quantize(GRAM, rounding=ROUND_HALF_UP)
    if not 0 <= kilograms <= HEAVIEST:
        raise Unreadable(_("A weight is between 0 and %(heaviest)s kg.") % {"heaviest": HEAVIEST})
    return kilograms


def units(raw: object) -> int:
    """Return a number of units, 0 or more.

    Raises:
        Unreadable: It is no whole number, negative, more than a column holds, or could be a thousand.
    """
    text = str(raw).strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    count = number(text)
    if count != count.to_integral_value() or not 0 <= count <= LARGEST_INTEGER:
        raise Unreadable(_("“%(text)s” is no number of units.") % {"text": text[:50]})
    return int(count)


def flag(raw: object) -> bool:
    """Return yes or no.

    Raises:
        Unreadable: It is neither.
    """
    word = str(raw).strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unreadable(_("“%(text)s” is neither yes nor no.") % {"text": word[:50]})


def ean(raw: object) -> str:
    """Return the digits of a GTIN: 8, 12, 13 or 14, or 12 where a spreadsheet ate the leading zero.

    Raises:
        Unreadable: It is none, or its check digit is wrong.
    """
    text = str(raw)
    digits = text.strip().replace(" ", "").replace("-", "")
    if digits.endswith(".0"):
        digits = digits[:-2]
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (8, 11, 12, 13, 14):
        raise Unreadable(_("“%(text)s” is no EAN.") % {"text": text[:50]})
    if not has_check_digit(digits):
        raise Unreadable(_("The check digit of the EAN %(ean)s is wrong.") % {"ean": digits})
    return digits.zfill(12) if len(digits) == 11 else digits


def has_check_digit(digits: str) -> bool:
    """Say whether the last of ``digits`` is right. Source: GS1 General Specifications, section 7.9."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0
