"""The relay as a task: poked after a commit, and every 5 s by the schedule."""

from typing import Any

from celery import shared_task

from dbProject.outbox import services


@shared_task(expires=60)  # seconds; after an outage one relay does the work of all that queued up
def relay_outbox(**_later: Any) -> None:
    services.relay_all()


@shared_task(expires=3600)  # seconds
def tidy_outbox(**_later: Any) -> None:
    services.tidy()
