"""Jobs as tasks: poked when there is something to do, and looked for by the schedule."""

from typing import Any
from uuid import UUID

from celery import shared_task

from dbProject.jobs import services


@shared_task
def run_job(job_id: str, **_later: Any) -> None:
    services.run_slice(UUID(job_id))


@shared_task(expires=60)  # seconds; after an outage one look does the work of all that queued up
def resume_jobs(**_later: Any) -> None:
    services.resume()


@shared_task(expires=3600)  # seconds
def tidy_jobs(**_later: Any) -> None:
    services.tidy()
