"""The other end of a round trip through the queue."""

from celery import shared_task
from django.core.cache import cache

KEPT_SECONDS = 60


@shared_task(expires=10)  # seconds; nobody waits longer
def echo(*, key: str, **_later: object) -> None:
    cache.set(key, True, timeout=KEPT_SECONDS)
