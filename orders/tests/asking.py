"""What tests ask reports: euros of January, or of today, unless they say otherwise."""

from datetime import date

from django.utils import timezone

from orders.selectors.reports import registry
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Period

JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


def ask(first="2026-01-01", last="2026-01-31", *, before=None, **more):
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    before = before and Period(*map(date.fromisoformat, before))
    return Asked(period, before, **{"currency": "EUR", **more})


def answer(slug, *args, **more):
    return registry.REPORTS[slug].answer(ask(*args, **more))


def today(**more):
    day = str(timezone.localdate())
    return ask(day, day, **more)
