"""What the shop asks of a payment provider, and what it is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol


class Charge(NamedTuple):
    """What a customer is asked to pay. ``key`` makes asking twice the same as asking once."""

    key: str
    order_number: str
    amount: Decimal
    """Gross, in ``currency``."""
    currency: str
    """ISO 4217."""
    email: str
    language: str
    return_url: str
    """Where the customer comes back to, whatever happened."""


class Started(NamedTuple):
    """A payment that the provider waits for: its own name of it, and the page that the customer goes to."""

    reference: str
    url: str


class Report(NamedTuple):
    """One thing that happened to a payment.

    ``event_id`` names what happened, not the message about it: a webhook, an answer and a poll that tell the
    same thing carry the same one.
    """

    event_id: str
    order_number: str
    reference: str
    kind: str
    """A ``PaymentEvent.Kind``: authorized, captured, declined or refunded."""
    amount: Decimal


class Snapshot(NamedTuple):
    """All that happened to a payment so far, and whether its page still takes money."""

    is_open: bool
    reports: list[Report]


class Webhook(NamedTuple):
    """A message whose signature is right; ``report`` is None if it says nothing that the shop books."""

    event_id: str
    report: Report | None


class Gateway(Protocol):
    """A payment provider.

    Calls raise ``ServiceFailed`` (``dbProject.resilience``) when there was no answer, after which nobody
    knows what happened, and ``PaymentRefused`` when the answer was no. Each is harmless to repeat: a key, or
    the payment's own name, makes the second call find what the first has done. Made with the seconds that one
    call may take.
    """

    name: str

    def start(self, charge: Charge) -> Started:
        """Open a payment, or find the one that was opened with the same key."""

    def status(self, reference: str) -> Snapshot:
        """Tell what happened to a payment."""

    def close(self, reference: str) -> None:
        """Let the page of a payment take no more cards. Raises ``PaymentRefused`` where it has taken one."""

    def capture(self, reference: str) -> Report:
        """Take the money of a payment that is authorized."""

    def refund(self, reference: str, *, order_number: str, amount: Decimal, key: str) -> Report:
        """Give ``amount`` back; under the same ``key`` only once."""

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Webhook:
        """Read a message of the provider.

        Raises:
            WebhookRefused: It is not the provider's, or too old, or of the future.
        """

    def movements(self, since: datetime) -> Iterable[Report]:
        """Tell what was captured and refunded since then, for the reconciliation."""
