"""``dbProject.jobs.services``: nothing is lost, and a slice that lost its claim writes nothing."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from dbProject.jobs.tests.counting import entered, forget_the_message, lose_the_lease, may_go_on, queued, seen


@pytest.mark.django_db(transaction=True)
def test_a_job_that_not_every_worker_can_do_waits_in_the_queue_of_those_who_can(settings):
    settings.JOB_QUEUES = {"count_to_ten": "heavy"}

    job = jobs.start("count_three_per_slice")
    assert (queued(), queued("heavy")) == (1, 0)
    job = jobs.start("count_to_ten")
    assert (queued(), queued("heavy")) == (1, 1)
    forget_the_message(job)
    assert jobs.resume() == 1
    assert (queued(), queued("heavy")) == (1, 2)

    with current_app.connection_for_read() as broker:
        broker.default_channel.client.delete("heavy")


@pytest.mark.django_db(transaction=True)
def test_a_started_job_is_announced_once_it_is_committed():
    with transaction.atomic():
        jobs.start("count_to_ten")
        assert queued() == 0

    assert queued() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_rolled_back_change_never_was():
    with transaction.atomic():
        jobs.start("count_to_ten")
        transaction.set_rollback(True)

    assert (queued(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_kind_without_a_handler_is_refused():
    with pytest.raises(ValueError, match="JOB_HANDLERS"):
        jobs.start("unheard_of")

    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_slice_that_reaches_the_end_finishes_the_job():
    job = jobs.start("count_to_ten", params={"a": 1})

    jobs.run_slice(job.pk)

    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.percent) == ("succeeded", 10, 10, 100)
    assert (job.claim, job.claimed_until) == (None, None)
    assert job.finished_at is not None
    assert seen == list(range(1, 11))


@pytest.mark.django_db(transaction=True)
def test_a_long_job_asks_for_its_next_slice_and_goes_on_where_it_stopped():
    job = jobs.start("count_three_per_slice")
    steps = []
    while not job.is_finished:
        jobs.run_slice(job.pk)
        job.refresh_from_db()
        steps.append((job.status, job.done, queued()))

    assert steps == [("running", 3, 2), ("running", 6, 3), ("running", 9, 4), ("succeeded", 10, 4)]
    assert seen == list(range(1, 11))


@pytest.mark.django_db
def test_a_slice_ends_when_its_time_is_up(monkeypatch):
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)
    job = jobs.start("count_to_ten")

    jobs.run_slice(job.pk)

    job.refresh_from_db()
    assert (job.status, job.done, seen) == ("running", 0, [])


@pytest.mark.django_db
def test_the_same_message_twice_does_the_work_once():
    job = jobs.start("count_to_ten")

    jobs.run_slice(job.pk)
    jobs.run_slice(job.pk)

    assert seen == list(range(1, 11))


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_slice_once():
    started = [jobs.start("count_to_ten") for _ in range(10)]
    everybody = Barrier(4)

    def work(_) -> None:
        try:
            everybody.wait(20)
            for job in started:
                jobs.run_slice(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert sorted(seen) == sorted(list(range(1, 11)) * 10)
    assert Job.objects.filter(status="succeeded", done=10).count() == 10


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_slice_that_outlived_its_claim_writes_nothing(settings):
    job = jobs.start("wait_inside")

    def work() -> None:
        try:
            jobs.run_slice(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(work)
        assert entered.wait(20)
        lose_the_lease(job)
        settings.JOB_HANDLERS = {"wait_inside": "dbProject.jobs.tests.counting.count_three_per_slice"}
        jobs.run_slice(job.pk)  # another worker takes over
        may_go_on.set()
        late.result(20)

    job.refresh_from_db()
    assert (job.status, job.position, job.done) == ("running", 3, 3)


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_stops_at_its_next_report_and_stays_cancelled():
    job = jobs.start("wait_inside")

    def work() -> None:
        try:
            jobs.run_slice(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slice_ = pool.submit(work)
        assert entered.wait(20)
        assert jobs.cancel(job)
        may_go_on.set()
        slice_.result(20)

    job.refresh_from_db()
    assert (job.status, job.position, job.done, job.claim) == ("cancelled", None, 0, None)
    assert not jobs.cancel(job)


@pytest.mark.django_db
def test_a_refusal_ends_the_job_with_its_reason():
    job = jobs.start("refuse")

    jobs.run_slice(job.pk)

    job.refresh_from_db()
    assert (job.status, job.failure) == ("failed", "This file holds no products.")


@pytest.mark.django_db
def test_what_was_uploaded_goes_when_the_job_is_over(django_capture_on_commit_callbacks):
    job = jobs.start("count_to_ten", file=ContentFile(b"sku,name\n", name="../Price list.CSV"))
    name = job.input_file.name
    assert name == f"input/{job.pk}.csv"
    assert job_files().exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        jobs.run_slice(job.pk)

    assert not job_files().exists(name)


@pytest.mark.django_db
def test_old_jobs_are_forgotten_with_their_files():
    old, new = (jobs.start("count_to_ten") for _ in range(2))
    name = job_files().save(f"results/{old.pk}.csv", ContentFile(b"sku\n"))
    for job in (old, new):
        jobs.run_slice(job.pk)
    Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31), result_file=name)

    assert jobs.tidy() == 1
    assert list(Job.objects.all()) == [new]
    assert not job_files().exists(name)


@pytest.mark.django_db
def test_an_upload_that_no_job_was_made_of_is_dropped_after_a_day():
    kept, dropped, used = (jobs.stage(ContentFile(b"sku", name="a.csv")) for _ in range(3))
    jobs.start("count_to_ten", staged=used)
    yesterday = time.time() - 90_000
    for name in (dropped, used):
        os.utime(job_files().path(name), (yesterday, yesterday))

    jobs.tidy()

    assert [job_files().exists(name) for name in (kept, dropped, used)] == [True, False, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": ""}, "job_has_a_kind"),
        ({"status": "succeeded"}, "job_finished_at_when_finished"),
        ({"claimed_until": timezone.now()}, "job_claimed_while_running"),
        ({"status": "failed", "finished_at": timezone.now()}, "job_failure_has_a_reason"),
    ],
)
def test_the_database_refuses_a_job_that_cannot_be(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Job.objects.create(**{"kind": "count_to_ten"} | fields)


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_does_a_job_of_several_slices(worker):
    job = jobs.start("count_three_per_slice")
    for _ in range(4):
        worker("dbProject.jobs.tasks.run_job")

    deadline = time.monotonic() + 20
    while not Job.objects.get(pk=job.pk).is_finished and time.monotonic() < deadline:
        Event().wait(0.05)

    job.refresh_from_db()
    assert (job.status, seen) == ("succeeded", list(range(1, 11)))
