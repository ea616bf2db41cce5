"""Addresses as the post wants to read them."""

from collections.abc import Mapping

from django import template

from users import addresses

register = template.Library()


@register.filter
def address_lines(address: Mapping[str, str]) -> list[str]:
    """Return the lines of an address as its country writes them; join them with ``<br>`` or line ends."""
    return addresses.lines(address)
