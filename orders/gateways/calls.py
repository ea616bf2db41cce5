"""Asking a provider: bounded retries around a breaker around the gateway's own time limits."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from dbProject import resilience
from dbProject.resilience import Retries, ServiceFailed
from orders.gateways.base import Gateway

T = TypeVar("T")
PATIENCE_SECONDS = 6.0
"""How long somebody in front of a page is kept waiting for a provider, retries included."""


def gateway(provider: str) -> Gateway:
    """Return the gateway to a provider of ``settings.PAYMENT_GATEWAYS``."""
    made: Gateway = import_string(settings.PAYMENT_GATEWAYS[provider])()
    return made


def call(provider: str, question: Callable[[Gateway], T]) -> T:
    """Ask a provider and return its answer; never in a transaction, whose locks others would wait for.

    Raises:
        ServiceFailed: No answer in time, or the breaker is open: what happened is not known.
        PaymentRefused: The provider said no.
        RuntimeError: It was called inside a transaction.
    """
    with transaction.atomic(durable=True):
        pass  # raises inside a transaction
    asked = gateway(provider)
    breaker = resilience.breaker(f"payment:{provider}")

    def once() -> T:
        with breaker.guard():
            return question(asked)

    return Retries(on=(ServiceFailed,), times=2, within_seconds=PATIENCE_SECONDS).call(once)
