"""Days of reports: taken apart into months and days so that each is in once, and compared with others."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.selectors.reports import asked, periods
from orders.selectors.reports.asked import Preset, Unanswerable
from orders.selectors.reports.periods import Grain, Period

pytestmark = pytest.mark.unit
DAYS = st.dates(date(2008, 1, 1), date(2030, 12, 31))
PERIODS = st.builds(
    lambda first, days: Period(first, first + timedelta(days=days)), DAYS, st.integers(0, 2_000)
)


def every_day(period):
    return [period.first + timedelta(days=number) for number in range(period.days)]


@given(PERIODS)
def test_months_and_days_cover_a_period_each_day_once(period):
    months, days = periods.spans(period)

    covered = [day for part in ([months] if months else []) + list(days) for day in every_day(part)]
    assert sorted(covered) == every_day(period)
    assert months is None or months.is_whole_months


@given(PERIODS)
def test_few_rows_make_up_any_period(period):
    months, days = periods.spans(period)

    assert sum(part.days for part in days) <= 60
    assert months is None or len(list(periods.steps(months, Grain.MONTH))) <= period.days / 28


@given(PERIODS)
def test_the_period_before_ends_where_this_one_begins_and_is_as_long(period):
    before = periods.before(period)

    assert before.last + timedelta(days=1) == period.first
    if period.is_whole_months:
        assert before.is_whole_months
        count = len(list(periods.steps(period, Grain.MONTH)))
        assert len(list(periods.steps(before, Grain.MONTH))) == count
    else:
        assert before.days == period.days


@given(PERIODS)
def test_a_year_earlier_is_the_same_days_of_the_year_before(period):
    earlier = periods.year_before(period)

    assert (earlier.first.year, earlier.first.month) == (period.first.year - 1, period.first.month)
    assert earlier.is_whole_months or not period.is_whole_months
    assert abs(earlier.days - period.days) <= 1


@given(PERIODS, st.sampled_from(list(Grain)))
def test_steps_follow_each_other_and_every_day_belongs_to_one(period, grain):
    steps = list(periods.steps(period, grain))

    assert steps == sorted(set(steps))
    assert {periods.step_of(day, grain) for day in every_day(period)} == set(steps)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-01-01", "2026-02-28"), ("2025-11-01", "2025-12-31")),
        (("2026-03-01", "2026-03-30"), ("2026-01-30", "2026-02-28")),
        (("2026-03-05", "2026-03-05"), ("2026-03-04", "2026-03-04")),
    ],
)
def test_whole_months_are_compared_with_whole_months_and_days_with_days(period, before):
    first, last = map(date.fromisoformat, period)

    assert periods.before(Period(first, last)) == Period(*map(date.fromisoformat, before))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("last_7", "2026-02-25", "2026-03-03"),
        ("last_30", "2026-02-02", "2026-03-03"),
        ("this_month", "2026-03-01", "2026-03-03"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_year", "2026-01-01", "2026-03-03"),
        ("all", "2010-12-01", "2011-05-31"),
    ],
)
def test_a_preset_means_days_that_move_on(preset, first, last):
    known = Period(date(2010, 12, 1), date(2011, 5, 31))

    period = asked.period_of(preset, today=date(2026, 3, 3), known=known)

    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize(
    ("compared", "preset", "before"),
    [
        ("before", "last_30", (date(2026, 2, 1), date(2026, 2, 28))),
        ("year", "custom", (date(2025, 3, 1), date(2025, 3, 31))),
        ("nothing", "last_30", None),
        ("before", "all", None),
    ],
)
def test_a_period_is_compared_as_asked_and_all_there_is_with_nothing(compared, preset, before):
    march = Period(date(2026, 3, 1), date(2026, 3, 31))

    assert asked.compared_with(march, compared, preset=preset) == (Period(*before) if before else None)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, date(2026, 1, 1), "first"),
        (date(2026, 1, 1), None, "last"),
        (date(2026, 1, 2), date(2026, 1, 1), "last"),
        (date(1000, 1, 1), date(2026, 1, 1), "first"),
    ],
)
def test_days_that_make_no_sense_are_refused_where_they_were_typed(first, last, field):
    with pytest.raises(Unanswerable) as refused:
        asked.period_of(Preset.CUSTOM, today=date(2026, 1, 1), known=None, first=first, last=last)

    assert refused.value.field == field
