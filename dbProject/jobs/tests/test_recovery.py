"""Jobs that crash, or whose message, worker or broker is gone: each is found again, or given up."""

import socket
import time
from functools import partial

import pytest
from celery import current_app
from django.utils import timezone

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from dbProject.jobs.tests.counting import Crash, forget_the_message, lose_the_lease, queued, seen


@pytest.mark.django_db
def test_a_crash_keeps_what_was_reported_and_is_tried_again_after_a_pause():
    job = jobs.start("crash_after_four")
    with pytest.raises(Crash):
        jobs.run_slice(job.pk)

    job.refresh_from_db()
    assert (job.status, job.position, job.attempts) == ("running", 4, 0)
    jobs.run_slice(job.pk)  # too early: does nothing
    assert seen == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_job_that_dies_at_the_same_place_again_and_again_is_given_up():
    job = jobs.start("crash_after_four")
    deaths = 0
    for _ in range(20):
        lose_the_lease(job) if Job.objects.get(pk=job.pk).claim else None
        if not Job.objects.unclaimed(timezone.now()).filter(attempts__lt=jobs.MAX_ATTEMPTS).exists():
            break
        with pytest.raises(Crash):
            jobs.run_slice(job.pk)
        deaths += 1
    jobs.resume()

    job.refresh_from_db()
    assert deaths == 1 + jobs.MAX_ATTEMPTS
    assert (job.status, job.claim) == ("failed", None)
    assert "5 times" in job.failure


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_message_was_lost_is_found_again():
    job = jobs.start("count_to_ten")
    current_app.control.purge()
    assert (jobs.resume(), queued()) == (0, 0)  # still trusting the broker

    forget_the_message(job)
    assert (jobs.resume(), queued()) == (1, 1)
    assert jobs.resume() == 0  # asked for a moment ago


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_killed_worker_is_found_when_its_lease_is_over():
    job = jobs.start("count_to_ten")
    with pytest.raises(RuntimeError), jobs._claimed(job.pk):
        raise RuntimeError  # stands in for a kill; the lease it leaves is made long again below
    current_app.control.purge()
    Job.objects.filter(pk=job.pk).update(claimed_until=timezone.now() + jobs.LEASE)
    forget_the_message(job)
    assert jobs.resume() == 0

    lose_the_lease(job)
    assert jobs.resume() == 1


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_two_seconds_and_no_job(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never says a word
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with current_app.connection_for_write(url=url) as broker:
            hanging = partial(current_app.send_task, connection=broker)
            monkeypatch.setattr(jobs.current_app, "send_task", hanging, raising=False)
            before = time.monotonic()
            job = jobs.start("count_to_ten")
            took = time.monotonic() - before

    assert 1 < took < 3.5  # the socket's timeout of 2 s, and a slow machine
    job.refresh_from_db()
    assert job.status == "queued"


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_no_job(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"redis://127.0.0.1:{gone.getsockname()[1]}/0"
    with current_app.connection_for_write(url=url) as broker:
        away = partial(current_app.send_task, connection=broker)
        monkeypatch.setattr(jobs.current_app, "send_task", away, raising=False)
        before = time.monotonic()
        job = jobs.start("count_to_ten")
        forget_the_message(job)
        assert jobs.resume() == 0
        assert time.monotonic() - before < 2

    job.refresh_from_db()
    assert job.status == "queued"
