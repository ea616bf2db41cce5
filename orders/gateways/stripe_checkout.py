"""The gateway to Stripe: Checkout Sessions, whose page is Stripe's, so that no card data reaches the shop.

Facts of its interface: https://docs.stripe.com/api and https://docs.stripe.com/webhooks.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import stripe
from django.conf import settings

from dbProject.resilience import ServiceFailed
from orders.errors import PaymentRefused, WebhookRefused
from orders.gateways import signatures
from orders.gateways.base import Charge, Report, Snapshot, Started, Webhook

T = TypeVar("T")
Object = Mapping[str, Any]
"""An object of Stripe's interface as plain JSON."""
TIME_LIMIT_SECONDS = 2.5
"""For each request, or less where less time is left."""
SIGNATURE = "Stripe-Signature"
PAID_BY_NOW = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
PAGE = 100
"""Objects that Stripe lists at once."""


class StripeCheckout:
    """Implements ``orders.gateways.base.Gateway``. Amounts are in hundredths of the currency."""

    name = "stripe"

    def __init__(self, within_seconds: float = TIME_LIMIT_SECONDS) -> None:
        seconds = min(within_seconds, TIME_LIMIT_SECONDS)
        client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_BASE},
            http_client=stripe.HTTPXClient(timeout=seconds, allow_sync_methods=True),
            max_network_retries=0,  # ours count against the breaker
        )
        self._api: Any = client.v1  # its types want a class of its own for each question

    def start(self, charge: Charge) -> Started:
        ours = {"order_number": charge.order_number, "key": charge.key}
        line = {
            "quantity": 1,
            "price_data": {
                "currency": charge.currency.lower(),
                "unit_amount": _cents(charge.amount),
                "product_data": {"name": f"{settings.STORE_NAME} {charge.order_number}"},
            },
        }
        asked: dict[str, Any] = {
            "mode": "payment",
            "line_items": [line],
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
            "customer_email": charge.email,
            "client_reference_id": charge.order_number,
            "locale": charge.language,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
        }
        session = _ask(lambda: self._api.checkout.sessions.create(asked, _once(charge.key)))
        return Started(session["id"], session["url"])

    def status(self, reference: str) -> Snapshot:
        session = self._session(reference)
        intent = session["payment_intent"]
        if not intent:
            return Snapshot(is_open=session["status"] == "open", reports=[])
        order_number = session["metadata"]["order_number"]
        refunds = self._list(self._api.refunds, payment_intent=intent["id"])
        is_under_way = intent["status"] in {"processing", "requires_capture"}
        return Snapshot(
            is_open=session["status"] == "open" or is_under_way,
            reports=[
                *_moved(intent, order_number, reference),
                *(_refunded(refund, order_number, reference) for refund in refunds if _counts(refund)),
            ],
        )

    def close(self, reference: str) -> None:
        if self._session(reference)["status"] == "open":
            _ask(lambda: self._api.checkout.sessions.expire(reference))

    def capture(self, reference: str) -> Report:
        session = self._session(reference)
        pk = session["payment_intent"]["id"]
        intent = _ask(lambda: self._api.payment_intents.capture(pk, {}, _once(f"capture:{pk}")))
        return _captured(session["metadata"]["order_number"], reference, pk, intent["amount_received"])

    def refund(self, reference: str, *, order_number: str, amount: Decimal, key: str) -> Report:
        asked: dict[str, Any] = {
            "payment_intent": self._session(reference)["payment_intent"]["id"],
            "amount": _cents(amount),
            "metadata": {"order_number": order_number, "key": key},
        }
        made = _ask(lambda: self._api.refunds.create(asked, _once(key)))
        if not _counts(made):
            raise PaymentRefused(f"the refund is {made['status']}", key=key)
        return _refunded(made, order_number, reference)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Webhook:
        given = headers.get(SIGNATURE, "")
        signatures.check(body, given, secret=settings.STRIPE_WEBHOOK_SECRET, now=time.time())
        try:
            event = json.loads(body)
            return Webhook(str(event["id"]), _told(str(event["type"]), event["data"]["object"]))
        except (ValueError, KeyError, TypeError) as broken:
            raise WebhookRefused(f"not an event of Stripe: {broken!r}") from broken

    def movements(self, since: datetime) -> Iterable[Report]:
        created = {"gte": int(since.timestamp())}
        for intent in self._list(self._api.payment_intents, created=created):
            if intent["status"] == "succeeded" and (order_number := _order_number(intent)):
                yield _captured(order_number, "", intent["id"], intent["amount_received"])
        for refund in self._list(self._api.refunds, created=created):
            if _counts(refund) and (order_number := _order_number(refund)):
                yield _refunded(refund, order_number, "")

    def _session(self, reference: str) -> Object:
        expand = {"expand": ["payment_intent"]}
        return _ask(lambda: self._api.checkout.sessions.retrieve(reference, expand))

    def _list(self, what: Any, **wanted: Any) -> list[Object]:
        def look() -> list[Object]:
            return [found.to_dict() for found in what.list({**wanted, "limit": PAGE}).auto_paging_iter()]

        return _answer_of(look)


def _ask(question: Callable[[], Any]) -> Object:
    """Return the object that Stripe answers with."""
    answer: Object = _answer_of(lambda: question().to_dict())
    return answer


def _answer_of(question: Callable[[], T]) -> T:
    """Return Stripe's answer; no answer and a no are told apart."""
    try:
        return question()
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.AuthenticationError) as silence:
        raise ServiceFailed("stripe", str(silence)) from silence
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as refusal:
        raise PaymentRefused(str(refusal.user_message or refusal)) from refusal
    except stripe.StripeError as failure:
        raise ServiceFailed("stripe", str(failure)) from failure


def _once(key: str) -> Any:
    return {"idempotency_key": key}


def _order_number(what: Object) -> str:
    """Return the order that an object of Stripe belongs to; empty if it is none of ours."""
    return str((what.get("metadata") or {}).get("order_number", ""))


def _counts(refund: Object) -> bool:
    return refund["status"] in {"succeeded", "pending"}


def _moved(intent: Object, order_number: str, reference: str) -> Iterable[Report]:
    """Yield what a payment says of money taken, promised or declined."""
    if intent["last_payment_error"]:
        yield _declined(intent, order_number, reference)
    if intent["status"] == "requires_capture":
        amount = Decimal(intent["amount_capturable"]).scaleb(-2)
        yield Report(f"authorized:{intent['id']}", order_number, reference, "authorized", amount)
    if intent["status"] == "succeeded":
        yield _captured(order_number, reference, intent["id"], intent["amount_received"])


def _told(kind: str, what: Object) -> Report | None:
    """Return what an event reports, if it is about an order of ours."""
    order_number = _order_number(what)
    if not order_number:
        return None
    if kind in PAID_BY_NOW and what["payment_status"] == "paid":
        return _captured(order_number, what["id"], what["payment_intent"], what["amount_total"])
    if kind == "payment_intent.payment_failed":
        return _declined(what, order_number, "")
    if kind in {"refund.created", "refund.updated"} and _counts(what):
        return _refunded(what, order_number, "")
    return None


def _declined(intent: Object, order_number: str, reference: str) -> Report:
    """Name a refusal by the charge that was tried: a payment may be refused several times."""
    tried = intent["last_payment_error"].get("charge") or intent["id"]
    return Report(f"declined:{tried}", order_number, reference, "declined", Decimal())


def _captured(order_number: str, reference: str, intent: str, cents: int) -> Report:
    return Report(f"captured:{intent}", order_number, reference, "captured", Decimal(cents).scaleb(-2))


def _refunded(refund: Object, order_number: str, reference: str) -> Report:
    """Name a refund by the key it was asked for under; one that was made at Stripe by hand, by its own."""
    key = (refund.get("metadata") or {}).get("key") or refund["id"]
    return Report(key, order_number, reference, "refunded", Decimal(refund["amount"]).scaleb(-2))


def _cents(amount: Decimal) -> int:
    return int(amount * 100)
