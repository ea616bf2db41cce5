"""Upkeep of the counts."""

from typing import Any

from celery import shared_task

from dbProject.limits import services


@shared_task(expires=3600)  # seconds
def tidy_limits(**_later: Any) -> None:
    services.tidy()
