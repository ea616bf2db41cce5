"""Files from addresses that strangers name: small, in time, and never from inside our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable

import httpx

SECONDS = 10
REDIRECTS = 3
USER_AGENT = "shop-pictures/1"
TEMPORARY = {408, 425, 429}  # and every 5xx
NAT64 = ipaddress.ip_network("64:ff9b::/96")

AddressCheck = Callable[[str], bool]
"""Whether the IP address in this text may be connected to."""


class DownloadFailed(Exception):
    """Nothing was downloaded; ``is_final`` says that trying again is no use."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


def is_public(ip: str) -> bool:
    """Say whether ``ip`` belongs to the public internet, also where it is an IPv4 address in disguise."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64 or address.sixtofour or address.teredo:
            return False
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
    return address.is_global and not address.is_multicast


async def download(
    client: httpx.AsyncClient, address: str, *, max_bytes: int, is_allowed: AddressCheck = is_public
) -> bytes:
    """Return what is at ``address``, following a few redirects, each checked like the first address.

    Raises:
        DownloadFailed: Saying why in a few words.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _follow(client, address, max_bytes, is_allowed)
    except TimeoutError as late:
        raise DownloadFailed(f"no answer within {SECONDS} s", is_final=False) from late
    except httpx.InvalidURL as wrong:
        raise DownloadFailed("this is no address", is_final=True) from wrong
    except httpx.HTTPError as broken:
        raise DownloadFailed(f"the connection failed: {type(broken).__name__}", is_final=False) from broken


def new_client() -> httpx.AsyncClient:
    """Return a client that follows nothing and trusts no proxy by itself."""
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, headers={"User-Agent": USER_AGENT})


async def _follow(client: httpx.AsyncClient, address: str, max_bytes: int, is_allowed: AddressCheck) -> bytes:
    url = httpx.URL(address)
    for _hop in range(REDIRECTS + 1):
        request = await _request(client, url, is_allowed)
        response = await client.send(request, stream=True)
        try:
            if not response.has_redirect_location:
                return await _body(response, max_bytes)
            url = url.join(response.headers["Location"])
        finally:
            await response.aclose()
    raise DownloadFailed(f"more than {REDIRECTS} redirects", is_final=True)


async def _request(client: httpx.AsyncClient, url: httpx.URL, is_allowed: AddressCheck) -> httpx.Request:
    """Return a request to the very IP address that was checked: a second lookup might answer another."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise DownloadFailed("only http and https addresses are fetched", is_final=True)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port or 443, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError) as unknown:
        raise DownloadFailed("the host is unknown", is_final=False) from unknown
    found.sort(key=lambda place: place[0] != socket.AF_INET)  # not every network has a way to IPv6
    ips = [str(place[4][0]) for place in found]
    if not all(is_allowed(ip) for ip in ips):
        raise DownloadFailed("the address is not on the public internet", is_final=True)
    return client.build_request(
        "GET",
        url.copy_with(host=ips[0]),
        headers={"Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
        timeout=SECONDS,
    )


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    status = response.status_code
    if status != httpx.codes.OK:
        is_final = status < 500 and status not in TEMPORARY
        raise DownloadFailed(f"the server answered {status}", is_final=is_final)
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > max_bytes:
            raise DownloadFailed(f"larger than {max_bytes // 1_000_000} MB", is_final=True)
    return bytes(content)
