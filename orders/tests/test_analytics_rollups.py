"""Sums of what was sold: computed where something changed, and swapped in whole, whatever comes between."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from orders.analytics import dataset, engine, sums
from orders.models import (
    HistoricLine,
    Order,
    RolledDay,
    SalesRollup,
)
from orders.selectors.reports import registry
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Period
from orders.services import status, timeline
from orders.services.analytics import export, refresh, rollups
from orders.tests.factories import OrderFactory
from orders.tests.past_sales import NOON, a_past, asked_of_lines, figures, historic, rolled
from products.tests.factories import ProductFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.integration,
    pytest.mark.xdist_group("dask"),
    pytest.mark.usefixtures("analytics_folder"),
]


def test_only_what_has_changed_is_computed_and_a_second_time_nothing():
    a_past(4, days=40)
    first = refresh.run()
    before = {row.pk for row in SalesRollup.objects.all()}
    assert (
        first.rolled.days
        == RolledDay.objects.count()
        == HistoricLine.objects.dates("placed_at", "day").count()
    )

    again = refresh.run()

    assert (again.exported.total, again.rolled.total, again.results) == (0, 0, 0)
    assert {row.pk for row in SalesRollup.objects.all()} == before
    historic(2, "1.0001", invoice="new", placed_at=datetime(2026, 1, 20, 9, tzinfo=UTC), customer="")
    third = refresh.run()
    assert (third.rolled.days, third.rolled.months) == (1, 1)
    kept = SalesRollup.objects.filter(pk__in=before)
    assert not kept.filter(grain="day", start=date(2026, 1, 20)).exists()
    assert not kept.filter(grain="month", start=date(2026, 1, 1)).exists()
    assert kept.filter(grain="day").exclude(start=date(2026, 1, 20)).count() == (
        SalesRollup.objects.filter(grain="day").exclude(start=date(2026, 1, 20)).count()
    )
    assert {key[:2]: row.goods for key, row in rolled("day").items()} == {
        key: asked[2] for key, asked in asked_of_lines("day").items()
    }


def test_a_month_of_which_nothing_is_left_has_no_sums():
    historic()
    historic(1, "1", placed_at=NOON - timedelta(days=60))
    refresh.run()
    HistoricLine.objects.filter(placed_at__lt=NOON).delete()

    refresh.run()

    assert {key[0] for key in rolled("day")} == {NOON.date()}
    assert {key[0] for key in rolled("month")} == {date(2026, 3, 1)}
    assert RolledDay.objects.count() == 1


def test_what_is_older_than_the_export_that_is_there_is_not_swapped_in(monkeypatch):
    historic()
    export.run()
    compute = sums.rollups

    def overtaken(*arguments, **named):
        for month, table in compute(*arguments, **named):
            historic(1, "1", invoice="later")
            export.run()
            yield month, table

    monkeypatch.setattr(sums, "rollups", overtaken)
    with engine.client() as client:
        done = rollups.refresh(client)
    assert done.overtaken == ["2026-03"]
    assert not SalesRollup.objects.exists()
    monkeypatch.setattr(sums, "rollups", compute)

    refresh.run()

    assert rolled()[NOON.date(), "GBP", ""].orders == 2


def test_stopped_after_a_month_a_rerun_does_the_rest():
    for month in (1, 2, 3):
        historic(month, "1", placed_at=datetime(2026, month, 3, tzinfo=UTC))
    export.run()
    with engine.client() as client:
        done = rollups.refresh(client, should_stop=lambda: True)
        assert (done.months, done.total) == (1, 3)
        assert len(rolled("month")) == 1
        rest = rollups.refresh(client)

    assert (rest.months, rest.total) == (2, 2)
    assert sorted(row.goods for row in rolled("month").values()) == [1, 2, 3]


def test_an_order_cancelled_after_it_was_paid_stays_on_its_day_and_goes_back_on_the_day_of_that():
    order = OrderFactory(status="confirmed", units={ProductFactory(price=50): 2})
    placed = timezone.now() - timedelta(days=10)
    Order.objects.filter(pk=order.pk).update(created_at=placed)
    kept = OrderFactory(status="confirmed")
    Order.objects.filter(pk=kept.pk).update(created_at=placed - timedelta(days=40))
    refresh.run()
    of_day = rolled()[placed.date(), "EUR", ""]
    assert (of_day.orders, of_day.units, of_day.goods) == (1, 2, 100)

    status.cancel(order, actor=timeline.SHOP)
    done = refresh.run()

    assert done.rolled.days == 1
    today = timezone.localdate()
    assert rolled()[placed.date(), "EUR", ""].pk == of_day.pk
    back = rolled()[today, "EUR", ""]
    assert (back.orders, back.units, back.units_back, back.goods, back.back) == (0, 0, 2, 0, 100)
    assert back.tax == -of_day.tax
    period = Period(placed.date(), today)
    whole = registry.REPORTS["gross-to-net"].answer(Asked(period, None, "EUR")).total.values
    assert (whole["goods"], whole["back"], whole["revenue"], whole["net"]) == (100, -100, 0, 0)
    (row,) = registry.REPORTS["bestsellers"].answer(Asked(period, None, "EUR")).rows
    assert [row.values[name] for name in ("revenue", "units", "units_back", "orders")] == [0, 2, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_end_right():
    a_past(5, lines=120)
    export.run()
    together = Barrier(2)
    refused = []

    def compute():
        try:
            with engine.client() as client:
                together.wait(30)
                rollups.refresh(client)
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert refused == []
    assert {key[:2]: row.goods for key, row in rolled("month").items()} == {
        key: asked[2] for key, asked in asked_of_lines("month").items()
    }


def test_a_broken_file_is_named_old_sums_stay_and_a_rerun_finishes(analytics_folder):
    historic()
    refresh.run()
    before = {key: figures(row) for key, row in rolled().items()}
    historic(1, "1", invoice="more", placed_at=NOON + timedelta(days=1))
    export.run()
    (file,) = analytics_folder.glob("lines/day=2026-03-15/*.parquet")
    content = bytearray(file.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 30] = b"\0" * 30
    file.write_bytes(content)

    with pytest.raises(Exception, match="day=2026-03-15") as refusal:
        refresh.run()

    assert refusal.type.code == "analytics_data_damaged"
    assert {key: figures(row) for key, row in rolled().items()} == before
    refresh.run()
    assert len(rolled()) == 2
    assert dataset.is_intact(analytics_folder, dataset.load(analytics_folder), "lines", date(2026, 3, 15))


def test_the_command_says_what_it_did(analytics_folder):
    historic()
    said = StringIO()

    call_command("refresh_analytics", stdout=said)

    assert said.getvalue() == (
        "Exported 1 days, 1 of them changed.\n"
        "Computed 1 days in 1 months: 12 sums, and 3 results of customers.\n"
    )
    assert Path(analytics_folder / "lines").exists()
