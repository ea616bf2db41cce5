"""Countries in words."""

from django import template

from users.countries import NAMES

register = template.Library()


@register.filter
def country(code: str) -> str:
    """Return the country's name in the reader's language; a country that is not known is its code."""
    return str(NAMES.get(code, code))
