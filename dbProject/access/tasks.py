"""Upkeep of tokens."""

from typing import Any

from celery import shared_task

from dbProject.access import services


@shared_task(expires=3600)  # seconds
def tidy_tokens(**_later: Any) -> None:
    services.tidy()
