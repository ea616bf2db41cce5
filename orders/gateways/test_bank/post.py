"""The test bank's postman: its webhooks go out over HTTP, again and again until they are taken."""

import logging
import time

import httpx
from django.conf import settings
from django.urls import reverse

from orders.gateways import signatures
from orders.gateways.test_bank import ledger
from orders.gateways.test_bank.gateway import SIGNATURE, secret

logger = logging.getLogger(__name__)
TIME_LIMIT_SECONDS = 5.0


def deliver(*, site_url: str = "") -> int:
    """Send what is due to the shop at ``site_url``; return how many it took."""
    address = (site_url or settings.SITE_URL) + reverse("payment_webhook", args=["test"])
    accepted = 0
    with httpx.Client(timeout=TIME_LIMIT_SECONDS, trust_env=False) as client:
        for webhook, text in ledger.take_due_webhooks():
            body = text.encode()
            signature = signatures.sign(body, secret=secret(), at=int(time.time()))
            try:
                answer = client.post(address, content=body, headers={SIGNATURE: signature})
                answer.raise_for_status()
            except httpx.HTTPError as error:
                logger.info("The test bank's webhook %s was not taken: %s", webhook, error)
                continue
            ledger.webhook_accepted(webhook)
            accepted += 1
    return accepted
