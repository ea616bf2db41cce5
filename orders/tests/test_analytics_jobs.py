"""Analytics in the background: one job at a time, in slices, and in plain words when it cannot go on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from orders import tasks
from orders.analytics import dataset, engine, loyalty
from orders.analytics.errors import DataDamaged
from orders.models import AnalysisResult, HistoricLine, RolledDay, SalesRollup
from orders.selectors.reports import goods, marketing, rollups
from orders.selectors.reports.asked import Preset, period_of
from orders.services.analytics import export, refresh, results

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.integration,
    pytest.mark.xdist_group("dask"),
    pytest.mark.usefixtures("analytics_folder"),
]
FRESHNESS = 2
"""Queries that say when the sums were made: all that is asked where something is remembered."""
PERIODS = 2 * 7
"""In euros, the store's, and in pounds."""
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def historic(price="1", *, days=0):
    return HistoricLine.objects.create(
        source="online_retail", invoice=f"{HistoricLine.objects.count()}", fingerprint="same", code="22423",
        quantity=1, unit_price=Decimal(price), currency="GBP", placed_at=NOON + timedelta(days=days),
        customer="17850",
    )  # fmt: skip


def work_off(job, *, slices=30):
    """Work on a job slice by slice until it ends; return how many that took."""
    for number in range(slices):
        jobs.run_slice(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            return number + 1
    raise AssertionError(f"{job.position} after {slices} slices")


def test_a_job_exports_sums_and_writes_results_in_slices_and_says_how_far_it_is(monkeypatch):
    for days in (0, 30, 60):
        historic(days=days)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)  # each slice is over at once
    monkeypatch.setattr(export, "DAYS_AT_ONCE", 1)
    monkeypatch.setattr(loyalty, "BUCKETS", 2)
    job = refresh.start()
    seen = []
    monkeypatch.setattr(jobs.Turn, "report", spied(jobs.Turn.report, seen))

    slices = work_off(job)

    assert (job.status, job.result) == ("succeeded", {"results": 3})
    assert slices > 10 + PERIODS
    assert {(one.position["step"], one.done, one.total) for one in seen if one.total} >= {
        ("export", 1, 3), ("export", 2, 3), ("export", 3, 3), ("rollups", 1, 3), ("rollups", 3, 3),
        ("results", 1, 6), ("results", 3, 6), ("results", 4, 6), ("results", 5, 6), ("results", 6, 6),
    }  # fmt: skip
    assert (job.position["step"], job.done, job.total) == ("warm", PERIODS, PERIODS)
    assert RolledDay.objects.count() == SalesRollup.objects.filter(grain="day", dimension="all").count() == 3


def spied(report, seen):
    def noted(turn, progress):
        seen.append(progress)
        report(turn, progress)

    return noted


def test_everything_anew_comes_to_an_end_and_to_the_same():
    historic()
    refresh.run()
    rows = list(SalesRollup.objects.order_by("dimension", "grain", "key").values_list("goods", "orders"))

    job = refresh.start(everything=True)
    work_off(job)

    assert job.status == "succeeded"
    assert (
        list(SalesRollup.objects.order_by("dimension", "grain", "key").values_list("goods", "orders")) == rows
    )


def test_the_clock_starts_one_job_where_something_changed_and_none_where_nothing_did():
    tasks.refresh_analytics()
    assert Job.objects.count() == 0
    historic()

    for _ in range(2):
        tasks.refresh_analytics()

    job = Job.objects.get()
    assert (job.kind, str(job.title)) == ("refresh_analytics", "Computing of analytics")
    work_off(job)
    tasks.refresh_analytics()
    assert Job.objects.count() == 1
    historic(days=1)
    tasks.refresh_analytics()
    assert Job.objects.count() == 2


def test_what_reports_of_things_read_is_ready_after_a_refresh_and_again_on_the_next_day(
    django_assert_num_queries, monkeypatch
):
    historic()
    work_off(refresh.start())
    known = rollups.known("GBP")
    today = timezone.localdate()

    def are_ready(day):
        for preset in Preset:
            if preset != Preset.CUSTOM:
                period = period_of(preset, today=day, known=known)
                with django_assert_num_queries(2 * FRESHNESS):
                    goods.remember("GBP", period)
                    if period.days > marketing.LIVE_DAYS:
                        marketing.remember("GBP", period)

    are_ready(today)
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
    tasks.refresh_analytics()
    assert Job.objects.count() == 1
    are_ready(today + timedelta(days=1))


def test_without_the_packages_the_clock_starts_nothing(monkeypatch):
    historic()
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)

    tasks.refresh_analytics()

    assert Job.objects.count() == 0


def test_results_that_were_never_written_are_due():
    historic()
    with engine.client() as client:
        export.run()
        refresh.rollups.refresh(client)
    assert not AnalysisResult.objects.filter(name="cohorts").exists()

    done = refresh.run()

    assert (done.rolled.days, done.results) == (0, 3)


def test_results_go_on_where_they_were_ended_and_read_no_day_twice_that_stays_as_it_is(
    analytics_folder, monkeypatch
):
    monkeypatch.setattr(loyalty, "BUCKETS", 3)
    for days in (0, 30, 60):
        historic(days=days)
    export.run()
    done = []
    with engine.client() as client:
        while not done or not done[-1].is_finished:
            done.append(results.refresh(client, should_stop=lambda: True))
            assert AnalysisResult.objects.filter(name="rfm").exists() == done[-1].is_finished
        assert [(one.done, one.total) for one in done] == [(1, left) for left in range(7, 0, -1)]
        assert not results.is_due()
        kept = {file.name for file in (analytics_folder / "bought").glob("*.parquet")}

        historic("5", days=30)
        export.run()
        assert results.is_due()
        again = results.refresh(client)

        assert (again.done, again.results) == (1 + 3 + 1, 3)
        now = {file.name for file in (analytics_folder / "bought").iterdir()}
        assert (len(now), len(kept & now)) == (3 + 3, 2)
        (best,) = [row for row in AnalysisResult.objects.get(name="rfm").rows if row["orders"]]
        assert (best["customers"], best["orders"], best["revenue"]) == (1, 4, "8.0000")


def test_a_kept_file_that_is_broken_is_named_and_made_anew(analytics_folder):
    historic()
    refresh.run()
    file = next((analytics_folder / "bought").glob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    historic(days=40)
    export.run()
    with engine.client() as client:
        with pytest.raises(DataDamaged, match=file.name):
            results.refresh(client)
        assert AnalysisResult.objects.get(name="rfm").facts["orders"] == 1

        results.refresh(client)

    assert AnalysisResult.objects.get(name="rfm").facts["orders"] == 2


def test_a_cluster_that_is_away_fails_the_job_in_words_and_a_rerun_finishes(settings, monkeypatch):
    historic()
    refresh.run()
    before = list(SalesRollup.objects.values_list("pk", flat=True))
    historic(days=1)
    address = settings.DASK_SCHEDULER_ADDRESS
    settings.DASK_SCHEDULER_ADDRESS = "tcp://127.0.0.1:9"
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 1)

    job = refresh.start()
    work_off(job)

    assert job.status == "failed"
    assert "tcp://127.0.0.1:9 does not answer" in job.failure
    assert list(SalesRollup.objects.values_list("pk", flat=True)) == before
    settings.DASK_SCHEDULER_ADDRESS = address
    again = refresh.start()
    assert again != job
    work_off(again)
    assert again.status == "succeeded"
    assert SalesRollup.objects.filter(grain="day", dimension="all").count() == 2


def test_a_full_disk_fails_the_job_in_words_and_the_manifest_of_before_stays(analytics_folder, monkeypatch):
    historic()
    refresh.run()
    before = dataset.load(analytics_folder)
    historic(days=1)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(dataset, "_write", full)
        job = refresh.start()
        work_off(job)

    assert job.status == "failed"
    assert f"The disk of {analytics_folder} is full" in job.failure
    assert dataset.load(analytics_folder).days == before.days
    work_off(refresh.start())
    assert SalesRollup.objects.filter(grain="day", dimension="all").count() == 2
