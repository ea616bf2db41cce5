"""Carriers that speak the JSON of docs/carriers.md."""

from dataclasses import dataclass, field

import httpx

from orders.carriers import answers
from orders.carriers.quotes import (
    CarrierFailed,
    CarrierQuote,
    CarrierUnreachable,
    Parcel,
    QuestionRefused,
)

MOST_BYTES = 64_000
"""Twenty quotes are about 3,000."""
OUT_OF_ORDER = 500
WILL_NOT_CARRY = 422
ABOUT_US = {401, 403, 407, 408, 425, 429}
"""Refusals that the next question would meet as well; other 4xx are about this one."""


@dataclass(frozen=True, slots=True)
class JsonCarrier:
    """A carrier behind one address; prices in ``currency``, with tax or without like the price tags."""

    code: str
    url: str
    currency: str
    prices_include_tax: bool
    token: str = field(default="", repr=False)

    async def quotes(self, parcel: Parcel, client: httpx.AsyncClient) -> list[CarrierQuote]:
        """Ask, and return what can be believed.

        Raises:
            CarrierUnreachable: No connection, or it broke, or the carrier is out of order.
            CarrierFailed: The answer makes no sense.
            QuestionRefused: The carrier is there, and says no to this question.
        """
        try:
            async with client.stream(
                "POST", self.url, json=self._question(parcel), headers=self._headers()
            ) as response:
                body = await self._body(response)
        except httpx.HTTPError as broken:
            raise CarrierUnreachable(self.code, f"the connection failed: {type(broken).__name__}") from broken
        return answers.quotes_in(body, carrier=self.code, currency=self.currency)

    def _question(self, parcel: Parcel) -> dict[str, str | int | bool]:
        return {
            "country": parcel.country,
            "zip_code": parcel.zip_code,
            "weight_grams": parcel.weight_grams,
            "value": str(parcel.value),
            "currency": self.currency,
            "prices_include_tax": self.prices_include_tax,
        }

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def _body(self, response: httpx.Response) -> bytes:
        status = response.status_code
        if status == WILL_NOT_CARRY:
            return b"[]"
        if status >= OUT_OF_ORDER:
            raise CarrierUnreachable(self.code, f"the carrier answered {status}")
        if 400 <= status < OUT_OF_ORDER and status not in ABOUT_US:
            raise QuestionRefused(f"{self.code}: the carrier answered {status}")
        if status != httpx.codes.OK:  # a redirect, too: the address is the one in the settings
            raise CarrierFailed(self.code, f"the carrier answered {status}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise CarrierFailed(self.code, "the answer is compressed")  # a few bytes may unpack to gigabytes
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise CarrierFailed(self.code, f"the answer is longer than {MOST_BYTES} bytes")
        return bytes(body)
