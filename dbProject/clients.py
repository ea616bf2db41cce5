"""From which network address a request comes, as far as the proxies in front can be trusted."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

HOUSEHOLD_BITS = 64
"""What one customer of a network provider has for themselves. Source: RFC 6177."""


def address_of(request: HttpRequest) -> str | None:
    """Return the client's address, or None where the server does not say (a socket).

    ``TRUSTED_PROXY_COUNT`` proxies of ours each append to ``X-Forwarded-For`` whom they heard from. What
    stands further left was written by the client itself, and counts for nothing. It is looked for once: what
    is built for several visitors is built from a request without their headers.
    """
    if not hasattr(request, "client_address"):
        request.client_address = _heard(request)  # type: ignore[attr-defined]
    address: str | None = request.client_address  # type: ignore[attr-defined]
    return address


def _heard(request: HttpRequest) -> str | None:
    count = settings.TRUSTED_PROXY_COUNT
    said = [one for one in request.headers.get("X-Forwarded-For", "").split(",") if one] if count else []
    heard = said[-count] if len(said) >= count > 0 else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(heard.strip())
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def household_of(address: str) -> str:
    """Return what stands for everybody at one connection: the address, of IPv6 the network of it."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/{HOUSEHOLD_BITS}", strict=False))
