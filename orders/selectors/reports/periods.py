"""Days that a report is about, in the store's time zone, and the sums that cover them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from orders.models import SalesRollup

DAY = timedelta(days=1)
LONGEST = 366 * 20
"""Days that a report is about at most."""


class Grain(StrEnum):
    """How long a step of a report is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from the ``first`` to the ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole_months(self) -> bool:
        return self.first.day == 1 and self.last == month_end(self.last)

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The first instant of it, and the first after it."""
        zone = timezone.get_default_timezone()
        ends = (self.first, self.last + DAY)
        return tuple(datetime.combine(day, time(), zone) for day in ends)  # type: ignore[return-value]


class Spans(NamedTuple):
    """A period as whole months and the days that are left over at its ends, each day of it once."""

    months: Period | None
    days: tuple[Period, ...]


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_later(day: date, months: int) -> date:
    """Return the same day of a month that is so many later, or the last of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def spans(period: Period) -> Spans:
    """Take a period apart, so that at most 60 days of it are read as days."""
    first = period.first if period.first.day == 1 else month_end(period.first) + DAY
    last = period.last if period.last == month_end(period.last) else period.last.replace(day=1) - DAY
    if last < first:
        return Spans(None, (period,))
    ends = (Period(period.first, first - DAY), Period(last + DAY, period.last))
    return Spans(Period(first, last), tuple(end for end in ends if end.first <= end.last))


def rows_of(period: Period) -> Q:
    """Keep the fewest rollups that make up a period: of whole months those of months."""
    months, days = spans(period)
    wanted = Q()
    if months:
        wanted |= Q(grain=SalesRollup.Grain.MONTH, start__range=(months.first, months.last))
    for part in days:
        wanted |= Q(grain=SalesRollup.Grain.DAY, start__range=(part.first, part.last))
    return wanted


def day_rows_of(period: Period) -> Q:
    """Keep the rollups of each day of a period."""
    return Q(grain=SalesRollup.Grain.DAY, start__range=(period.first, period.last))


def before(period: Period) -> Period:
    """Return the period before: as many months where it is whole months, else as many days."""
    last = period.first - DAY
    if period.is_whole_months:
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        return Period(months_later(period.first, -months), last)
    return Period(period.first - timedelta(days=period.days), last)


def year_before(period: Period) -> Period:
    """Return the same days a year earlier; of whole months the whole months."""
    first, last = months_later(period.first, -12), months_later(period.last, -12)
    return Period(first, month_end(last) if period.is_whole_months else last)


def step_of(day: date, grain: str) -> date:
    """Return the first day of the day, week (from Monday) or month that ``day`` belongs to."""
    if grain == Grain.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == Grain.WEEK else day


def steps(period: Period, grain: str) -> Iterator[date]:
    """Yield the first day of each step of a period, the oldest first; a step may begin before it."""
    step = step_of(period.first, grain)
    while step <= period.last:
        yield step
        if grain == Grain.MONTH:
            step = months_later(step, 1)
        else:
            step += timedelta(days=7) if grain == Grain.WEEK else DAY
