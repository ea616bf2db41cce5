"""What somebody asks of a report: which days, compared with what, in which currency and steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.selectors.reports import periods, rollups
from orders.selectors.reports.periods import Grain, Period


class Preset(TextChoices):
    """Days by a name, which are others tomorrow."""

    LAST_7 = "last_7", gettext_lazy("Last 7 days")
    LAST_30 = "last_30", gettext_lazy("Last 30 days")
    LAST_90 = "last_90", gettext_lazy("Last 90 days")
    THIS_MONTH = "this_month", gettext_lazy("This month")
    LAST_MONTH = "last_month", gettext_lazy("Last month")
    THIS_YEAR = "this_year", gettext_lazy("This year")
    ALL = "all", gettext_lazy("All there is")
    CUSTOM = "custom", gettext_lazy("From … to …")


class Compared(TextChoices):
    """What a period is compared with."""

    BEFORE = "before", gettext_lazy("Period before")
    YEAR = "year", gettext_lazy("A year earlier")
    NOTHING = "nothing", gettext_lazy("Nothing")


class Grains(TextChoices):
    """Steps as people choose them."""

    DAY = Grain.DAY.value, gettext_lazy("Days")
    WEEK = Grain.WEEK.value, gettext_lazy("Weeks")
    MONTH = Grain.MONTH.value, gettext_lazy("Months")


class Unanswerable(ValueError):
    """What was asked makes no sense; ``field`` says where, the message why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


TARGET_DAYS = 30
LONGEST_TARGET = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a report. ``before`` is what ``period`` is compared with, if anything."""

    period: Period
    before: Period | None
    currency: str
    grain: str = Grain.DAY
    target_days: int = TARGET_DAYS


def period_of(
    preset: str, *, today: date, known: Period | None, first: date | None = None, last: date | None = None
) -> Period:
    """Return the days that a preset means today; ``known`` are those of which there are sums.

    Raises:
        Unanswerable: Days that were typed are missing, in the wrong order, or too many.
    """
    if preset == Preset.CUSTOM:
        return _typed(first, last)
    if preset == Preset.ALL:
        return known or Period(today, today)
    if preset == Preset.THIS_MONTH:
        return Period(today.replace(day=1), today)
    if preset == Preset.LAST_MONTH:
        end = today.replace(day=1) - periods.DAY
        return Period(end.replace(day=1), end)
    if preset == Preset.THIS_YEAR:
        return Period(today.replace(month=1, day=1), today)
    days = {Preset.LAST_7: 7, Preset.LAST_90: 90}.get(Preset(preset), 30)
    return Period(today - timedelta(days=days - 1), today)


def _typed(first: date | None, last: date | None) -> Period:
    if first is None:
        raise Unanswerable("first", _("Say the first day, for example 2026-01-01."))
    if last is None:
        raise Unanswerable("last", _("Say the last day, for example 2026-01-31."))
    if last < first:
        raise Unanswerable("last", _("The last day is before the first."))
    period = Period(first, last)
    if period.days > periods.LONGEST or first.year < 1990:
        raise Unanswerable("first", _("That is longer ago than any report reaches: 20 years at most."))
    return period


def compared_with(period: Period, compared: str, *, preset: str = "") -> Period | None:
    """Return the period that a word says to compare with; before all there is was nothing."""
    if preset == Preset.ALL:
        return None
    if compared == Compared.YEAR:
        return periods.year_before(period)
    return periods.before(period) if compared == Compared.BEFORE else None


def default_grain(period: Period) -> str:
    """Return steps in which a period can be looked at: 5 to 60 of them, as a rule."""
    if period.days <= 62:
        return Grain.DAY
    return Grain.WEEK if period.days <= 190 else Grain.MONTH


def stored(query: str, *, today: date) -> Asked:
    """Return what a query asks that was valid once; what is not any more is as if it had not been said.

    Two queries.
    """
    given: Mapping[str, str] = dict(parse_qsl(query))
    currencies = rollups.currencies()
    currency = given.get("currency", "")
    currency = currency if currency in currencies else settings.STORE_CURRENCY
    preset = given.get("preset", "")
    preset = preset if preset in Preset.values else Preset.LAST_30
    try:
        period = period_of(
            preset,
            today=today,
            known=rollups.known(currency),
            first=_day(given.get("first", "")),
            last=_day(given.get("last", "")),
        )
    except Unanswerable:
        period = period_of(Preset.LAST_30, today=today, known=None)
    grain = given.get("grain", "")
    target = given.get("target_days", "")
    return Asked(
        period,
        compared_with(period, given.get("compare", Compared.BEFORE), preset=preset),
        currency,
        grain if grain in Grains.values else default_grain(period),
        min(max(int(target), 1), LONGEST_TARGET) if target.isdecimal() and target.isascii() else TARGET_DAYS,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
