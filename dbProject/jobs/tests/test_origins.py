"""A job belongs to the request that began it, whoever resumes it."""

import pytest
from celery import current_app
from django.db import transaction

from dbProject.incidents.models import ErrorOccurrence
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from dbProject.jobs.tests.counting import forget_the_message, lose_the_lease
from tests.faults.processes import wait_until
from tests.observing import observed

TRACEPARENT = f"00-{'ab' * 16}-{'cd' * 8}-01"


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_job_belongs_to_the_request_that_began_it_whoever_resumes_it(worker, log_lines):
    with observed("the-request-of-staff", traceparent=TRACEPARENT), transaction.atomic():
        job = jobs.start("crash_once")
    wait_until(ErrorOccurrence.objects.exists, "it does not crash")
    lose_the_lease(job)
    forget_the_message(job)
    with observed("the-request-of-the-clock", traceparent=TRACEPARENT):
        current_app.send_task("dbProject.jobs.tasks.resume_jobs")
    wait_until(Job.objects.filter(status="succeeded").exists, "it is not resumed")
    worker("dbProject.jobs.tasks.run_job")

    job.refresh_from_db()
    lines = [line for line in log_lines() if line.get("task") == "dbProject.jobs.tasks.run_job"]
    assert {line["request_id"] for line in lines} == {job.request_id} == {"the-request-of-staff"}
    assert {line["trace_id"] for line in lines} == {"ab" * 16}
    assert [line["event"] for line in lines].count("counting") == 4
    error = ErrorOccurrence.objects.get()
    assert (error.request_id, error.trace_id) == ("the-request-of-staff", "ab" * 16)


@pytest.mark.django_db
def test_a_job_without_a_request_has_none():
    assert jobs.start("count_to_ten").request_id == ""
