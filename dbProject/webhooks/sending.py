"""One message over the wire, to a receiver that may be slow, broken, or not what it seems."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from dbProject import observation, public_hosts
from dbProject.observation import Observation
from dbProject.webhooks.errors import TargetRefused

USER_AGENT = "shop-webhooks/1"
BUSY = {408, 425, 429}
GONE = 410
"""The receiver wants no more messages. Source: Standard Webhooks."""


class Parcel(NamedTuple):
    """What goes where, and as what it is observed on its way."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    seen: Observation


class Outcome(NamedTuple):
    """What came back: ``status`` is None where nothing did, and ``error`` then says why."""

    status: int | None
    milliseconds: int
    response: str = ""
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_silence(self) -> bool:
        """Say whether it is the receiver that is in trouble, rather than what it was told."""
        return self.status is None or self.status >= 500 or self.status in BUSY


def refuse_target(url: str) -> None:
    """Refuse an address that can be no receiver's; where its name leads is looked up at each attempt.

    Raises:
        TargetRefused: No https, a password in it, or an IP address that is not public.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        has_password = parts.username is not None or parts.port == 0
    except ValueError as broken:
        raise TargetRefused from broken
    if settings.WEBHOOKS_TO_PRIVATE_HOSTS and parts.scheme in {"http", "https"} and host:
        return
    is_name = "." in host and not host.endswith((".localhost", ".local", ".internal")) and host[-1:].isalpha()
    if parts.scheme != "https" or has_password or not (is_name or _is_public_ip(host)):
        raise TargetRefused


def send_all(parcels: Iterable[Parcel]) -> list[Outcome]:
    """Send parcels at the same time; each has its own time limit."""
    return asyncio.run(_send_all(list(parcels)))


async def _send_all(parcels: list[Parcel]) -> list[Outcome]:
    async with public_hosts.new_client(USER_AGENT) as client:
        return await asyncio.gather(*(_observed(client, parcel) for parcel in parcels))


async def _observed(client: httpx.AsyncClient, parcel: Parcel) -> Outcome:
    with observation.bound(parcel.seen):  # each is a task of asyncio, which has a context of its own
        return await _send(client, parcel)


async def _send(client: httpx.AsyncClient, parcel: Parcel) -> Outcome:
    began = time.monotonic()
    status, response, error = None, "", ""
    try:
        refuse_target(parcel.url)
        async with asyncio.timeout(settings.WEBHOOK_SECONDS):
            status, response = await _post(client, parcel)
    except (TargetRefused, public_hosts.NotPublic):
        error = "not an address on the public internet"
    except public_hosts.UnknownHost:
        error = "the host is unknown"
    except TimeoutError:
        error = f"no answer within {settings.WEBHOOK_SECONDS:g} s"
    except (httpx.HTTPError, httpx.InvalidURL) as broken:
        error = f"the connection failed: {type(broken).__name__}"
    if status is not None and 300 <= status < 400:
        error = "redirects are not followed"
    return Outcome(status, round((time.monotonic() - began) * 1000), response, error)


async def _post(client: httpx.AsyncClient, parcel: Parcel) -> tuple[int, str]:
    """Return the status and the beginning of the answer; the rest of it is left where it is."""
    request = await public_hosts.pinned(
        client,
        "POST",
        httpx.URL(parcel.url),
        is_allowed=_is_allowed,
        seconds=settings.WEBHOOK_SECONDS,
        headers={"Content-Type": "application/json", "Accept-Encoding": "identity", **parcel.headers},
        content=parcel.body,
    )
    answer = await client.send(request, stream=True)
    try:
        kept = bytearray()
        async for chunk in answer.aiter_raw():
            kept += chunk
            if len(kept) >= settings.WEBHOOK_RESPONSE_CHARACTERS:
                break
    finally:
        await answer.aclose()
    text = bytes(kept[: settings.WEBHOOK_RESPONSE_CHARACTERS]).decode(errors="replace").replace("\0", "")
    return answer.status_code, text


def _is_allowed(ip: str) -> bool:
    return settings.WEBHOOKS_TO_PRIVATE_HOSTS or public_hosts.is_public(ip)


def _is_public_ip(host: str) -> bool:
    try:
        return public_hosts.is_public(host)
    except ValueError:
        return False
