"""Asking a provider: a place to wait in, bounded retries, a breaker, and time limits, within one deadline."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from dbProject import resilience
from dbProject.resilience import Deadline, Retries, ServiceFailed, ServiceTooSlow
from orders.gateways.base import Gateway

T = TypeVar("T")
PATIENCE_SECONDS = 5.0
"""How long a try may begin for somebody in front of a page. With the last one they wait 7.5 s at most."""
SHORTEST_TRY_SECONDS = 0.5
"""With less time left than this, a try would say more of us than of the provider."""


def patience() -> Deadline:
    """Return the moment until which somebody in front of a page is kept waiting for a provider."""
    return Deadline(PATIENCE_SECONDS)


def gateway(provider: str, *, within_seconds: float = PATIENCE_SECONDS) -> Gateway:
    """Return the gateway to a provider of ``settings.PAYMENT_GATEWAYS``; its calls take so long at most."""
    made: Gateway = import_string(settings.PAYMENT_GATEWAYS[provider])(within_seconds)
    return made


def call(provider: str, question: Callable[[Gateway], T], deadline: Deadline | None = None) -> T:
    """Ask a provider and return its answer; never in a transaction, whose locks others would wait for.

    Args:
        deadline: Of this and other questions together; without one, :func:`patience`.

    Raises:
        ServiceFailed: No answer in time, the breaker is open, or too many wait already: what happened is not
            known.
        PaymentRefused: The provider said no.
        RuntimeError: It was called inside a transaction.
    """
    with transaction.atomic(durable=True):
        pass  # raises inside a transaction
    deadline = deadline or patience()
    name = f"payment:{provider}"
    breaker = resilience.breaker(name, open_seconds=settings.PAYMENT_BREAKER_SECONDS)

    def once() -> T:
        if deadline.left() < SHORTEST_TRY_SECONDS:
            raise ServiceTooSlow(provider, "other questions took all the time")
        with breaker.guard():
            return question(gateway(provider, within_seconds=deadline.left()))

    time_for_tries = deadline.left() - SHORTEST_TRY_SECONDS
    with resilience.bulkhead(name, places=settings.PAYMENT_CALLS_AT_ONCE).enter():
        return Retries(on=(ServiceFailed,), times=2, within_seconds=time_for_tries).call(once)
