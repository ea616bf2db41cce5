"""The gateway to the test bank: as to any other provider, only that the wire is a function call."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.conf import settings
from django.urls import reverse

from dbProject.resilience import ServiceFailed, ServiceTooSlow
from orders.errors import PaymentRefused, WebhookRefused
from orders.gateways import signatures
from orders.gateways.base import Charge, Report, Snapshot, Started, Webhook
from orders.gateways.test_bank import ledger

T = TypeVar("T")
TIME_LIMIT_SECONDS = 2.0
SIGNATURE = "Test-Bank-Signature"
SECRET_SALT = "test-bank"  # noqa: S105 - not a secret: it only keeps this use of the key apart from others


class TestBank:
    """Implements ``orders.gateways.base.Gateway``."""

    __test__ = False  # not a test, whatever it is called
    name = "test"

    def __init__(self, within_seconds: float = TIME_LIMIT_SECONDS) -> None:
        self._seconds = min(within_seconds, TIME_LIMIT_SECONDS)

    def start(self, charge: Charge) -> Started:
        opened = self._over_the_wire(
            "start",
            lambda: ledger.open_payment(
                key=charge.key,
                order_number=charge.order_number,
                cents=_cents(charge.amount),
                currency=charge.currency,
                language=charge.language,
                return_url=charge.return_url,
            ),
        )
        return Started(opened.reference, reverse("test_bank", args=[opened.reference]))

    def status(self, reference: str) -> Snapshot:
        def look() -> Snapshot:
            found = ledger.payment(reference)
            reports = [_report(movement._asdict()) for movement in ledger.movements(reference=reference)]
            return Snapshot(
                is_open=found is not None and found.state not in {ledger.PAID, ledger.CLOSED}, reports=reports
            )

        return self._over_the_wire("status", look)

    def close(self, reference: str) -> None:
        self._over_the_wire("close", lambda: ledger.close(reference))

    def capture(self, reference: str) -> Report:
        return _report(self._over_the_wire("capture", lambda: ledger.capture(reference))._asdict())

    def refund(self, reference: str, *, order_number: str, amount: Decimal, key: str) -> Report:
        cents = _cents(amount)
        return _report(
            self._over_the_wire("refund", lambda: ledger.refund(reference, cents=cents, key=key))._asdict()
        )

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Webhook:
        signatures.check(body, headers.get(SIGNATURE, ""), secret=secret(), now=time.time())
        try:
            told = json.loads(body)
            return Webhook(str(told["id"]), _report(told))
        except (ValueError, KeyError, TypeError) as broken:
            raise WebhookRefused(f"not a message of the test bank: {broken!r}") from broken

    def movements(self, since: datetime) -> Iterable[Report]:
        moved = self._over_the_wire("movements", lambda: ledger.movements(since=since.timestamp()))
        return [_report(row._asdict()) for row in moved if row.kind in {"captured", "refunded"}]

    def _over_the_wire(self, call: str, work: Callable[[], T]) -> T:
        """Do the work of a call, unless the next one of its kind is to go wrong."""
        fault = ledger.take_fault(call)
        if fault == "down":
            raise ServiceFailed("test bank", "nobody is there")
        seconds = float(fault) if fault.replace(".", "", 1).isdigit() else 0.0
        if seconds:
            time.sleep(min(seconds, self._seconds))
        try:
            answer = work()
        except ledger.Refused as refusal:
            raise PaymentRefused(str(refusal)) from refusal
        if fault == "lose" or seconds >= self._seconds:
            raise ServiceTooSlow("test bank", f"no answer within {self._seconds:.1f} s")
        return answer


def secret() -> str:
    """Return what the bank signs its webhooks with."""
    return f"{SECRET_SALT}:{settings.SECRET_KEY}"


def _report(movement: Mapping[str, Any]) -> Report:
    return Report(
        event_id=str(movement["key"]),
        order_number=str(movement["order_number"]),
        reference=str(movement["reference"]),
        kind=str(movement["kind"]),
        amount=Decimal(int(movement["cents"])).scaleb(-2),
    )


def _cents(amount: Decimal) -> int:
    return int(amount * 100)
