"""Requests to addresses that strangers name: to the public internet only, and to the host that was checked.

Source: OWASP, Server Side Request Forgery Prevention Cheat Sheet.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Mapping

import httpx

NAT64 = ipaddress.ip_network("64:ff9b::/96")

AddressCheck = Callable[[str], bool]
"""Whether the IP address in this text may be connected to."""


class NotPublic(Exception):
    """The host is inside of some network, ours perhaps."""


class UnknownHost(Exception):
    """No such host is known at the moment."""


def is_public(ip: str) -> bool:
    """Say whether ``ip`` belongs to the public internet, also where it is an IPv4 address in disguise."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64 or address.sixtofour or address.teredo:
            return False
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
    return address.is_global and not address.is_multicast


def new_client(user_agent: str) -> httpx.AsyncClient:
    """Return a client that follows nothing and trusts no proxy by itself."""
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, headers={"User-Agent": user_agent})


async def pinned(
    client: httpx.AsyncClient,
    method: str,
    url: httpx.URL,
    *,
    is_allowed: AddressCheck,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> httpx.Request:
    """Return a request to the very IP address that was checked: a second lookup might answer another.

    Raises:
        UnknownHost: Its name leads nowhere.
        NotPublic: One of its addresses is not allowed.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port or 443, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError) as unknown:
        raise UnknownHost(url.host) from unknown
    found.sort(key=lambda place: place[0] != socket.AF_INET)  # not every network has a way to IPv6
    ips = [str(place[4][0]) for place in found]
    if not all(is_allowed(ip) for ip in ips):
        raise NotPublic(url.host)
    return client.build_request(
        method,
        url.copy_with(host=ips[0]),
        headers={**(headers or {}), "Host": url.netloc.decode("ascii")},
        content=content,
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
        timeout=seconds,
    )
