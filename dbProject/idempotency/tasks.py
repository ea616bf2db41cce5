"""Upkeep of the answers."""

from typing import Any

from celery import shared_task

from dbProject.idempotency import services


@shared_task(expires=3600)  # seconds
def tidy_answers(**_later: Any) -> None:
    services.tidy()
