"""The countries that addresses may be in, by their names in the reader's language."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Self

from django.utils import translation
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _

NAMES = {
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CY": _("Cyprus"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "DK": _("Denmark"),
    "EE": _("Estonia"),
    "ES": _("Spain"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "GR": _("Greece"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IE": _("Ireland"),
    "IS": _("Iceland"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "LI": _("Liechtenstein"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MT": _("Malta"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "NZ": _("New Zealand"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "SE": _("Sweden"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
    "US": _("United States"),
}
"""ISO 3166-1 alpha-2 -> name. A country that is not here is shown by its code."""


class Choices(BaseChoiceIterator):
    """Countries with their names, as a field of a form takes them without looking through them again."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._named = tuple(named)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._named)

    def __deepcopy__(self, _known: object) -> Self:
        return self


def choices(codes: Iterable[str] = ()) -> Choices:
    """Return ``codes``, or all there are, with their names, sorted by name in the reader's language."""
    return _sorted(tuple(codes) or tuple(NAMES), translation.get_language())


@lru_cache(100)
def _sorted(codes: tuple[str, ...], language: str | None) -> Choices:
    named = ((code, str(NAMES.get(code, code))) for code in codes)
    return Choices(sorted(named, key=lambda pair: pair[1].casefold()))
