"""VAT numbers: written one way, and refused when they cannot be. Whether one is in use, only VIES knows."""

import re

from stdnum.eu import vat as numbers
from stdnum.exceptions import ValidationError

from orders.errors import VatNumberRefused
from orders.pricing import vat

LONGEST = 40
"""Characters that are looked at, with blanks and signs; the longest number has 14."""


def normalized(number: str, country: str) -> str:
    """Return ``number`` with its prefix and without blanks and signs, its check digits verified.

    Args:
        number: As a person writes it: with the prefix of the country or without, grouped or not.
        country: Where the business is (ISO 3166-1 alpha-2). GB or XI is Northern Ireland here: the rest of
            the kingdom has no VAT numbers of the union.

    Raises:
        VatNumberRefused: It is no number of a business there.
    """
    member = "XI" if country.strip().upper() in {"GB", "UK", "XI"} else vat.member_state(country)
    written = re.sub(r"[^0-9A-Z+*]", "", number[:LONGEST].upper())
    prefix = vat.prefix(member)
    without = re.sub(f"^({prefix}|{member})", "", written)
    if not (member and without):
        raise VatNumberRefused(country)
    try:
        return numbers.validate(prefix + without)
    except ValidationError as error:
        raise VatNumberRefused(country) from error
