"""Files from addresses that strangers name: small, in time, and never from inside our own network."""

import asyncio

import httpx

from dbProject import public_hosts
from dbProject.public_hosts import AddressCheck, is_public

SECONDS = 10
REDIRECTS = 3
USER_AGENT = "shop-pictures/1"
TEMPORARY = {408, 425, 429}  # and every 5xx


class DownloadFailed(Exception):
    """Nothing was downloaded; ``is_final`` says that trying again is no use."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


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
    return public_hosts.new_client(USER_AGENT)


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
    if url.scheme not in {"http", "https"} or not url.host:
        raise DownloadFailed("only http and https addresses are fetched", is_final=True)
    try:
        return await public_hosts.pinned(client, "GET", url, is_allowed=is_allowed, seconds=SECONDS)
    except public_hosts.UnknownHost as unknown:
        raise DownloadFailed("the host is unknown", is_final=False) from unknown
    except public_hosts.NotPublic as inside:
        raise DownloadFailed("the address is not on the public internet", is_final=True) from inside


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
