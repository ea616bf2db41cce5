"""The relay as a task, poked after a commit and every 5 s by the schedule; and what consumers are."""

from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.conf import settings

from dbProject.outbox import services


def consumer(run: Callable[..., None]) -> Any:
    """Make ``run`` the task that consumes an event.

    The outbox repeats it until it is finished, patiently, and gives up in the end. So Celery does not: what
    kills its process would come back at once, for ever. It is ended before its claim ends.
    """
    return shared_task(max_retries=0, reject_on_worker_lost=False, time_limit=settings.OUTBOX_CLAIM_SECONDS)(
        run
    )


@shared_task(expires=60)  # seconds; after an outage one relay does the work of all that queued up
def relay_outbox(**_later: Any) -> None:
    services.relay_all()


@shared_task(expires=3600)  # seconds
def tidy_outbox(**_later: Any) -> None:
    services.tidy()
