"""How many errors there were lately, and which."""

from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject.incidents.models import CATEGORIES, SEVERITIES, ErrorCount, ErrorGroup

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
COMMONEST = 10


class Common(NamedTuple):
    """A group, and how often it was seen in a day and in its last hour."""

    pk: int
    exception: str
    place: str
    day: int
    hour: int


class Statistics(NamedTuple):
    """The errors of 24 hours, to five minutes: in all, in the last hour, and the ten most common groups."""

    day: int
    hour: int
    by_severity: list[tuple[Any, int]]
    by_category: list[tuple[Any, int]]
    commonest: list[Common]


def statistics() -> Statistics:
    """Count the errors of the last 24 hours, but those that are ignored; one query."""
    now = timezone.now()
    in_the_last_hour = Q(began_at__gt=now - HOUR)
    rows = (
        ErrorCount.objects.filter(began_at__gt=now - DAY)
        .exclude(group__state=ErrorGroup.State.IGNORED)
        .values_list("group", "group__exception", "group__place", "group__severity", "group__category")
        .annotate(day=Sum("count"), hour=Sum("count", filter=in_the_last_hour, default=0))
        .order_by("-day", "group")
    )
    severities: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    groups: list[Common] = []
    for pk, exception, place, severity, category, day, hour in rows:
        severities[severity] += day
        categories[category] += day
        groups.append(Common(pk, exception, place, day, hour))
    return Statistics(
        day=sum(group.day for group in groups),
        hour=sum(group.hour for group in groups),
        by_severity=[(said, severities[name]) for name, said in reversed(SEVERITIES.items())],
        by_category=[(said, categories[name]) for name, said in CATEGORIES.items() if categories[name]],
        commonest=groups[:COMMONEST],
    )


def in_words(found: Statistics) -> list[str]:
    """Return the lines of a report, in the language that is active."""
    counted = [*found.by_severity, *found.by_category]
    return [
        _("Errors in 24 hours: %(day)d, in the last hour: %(hour)d") % {"day": found.day, "hour": found.hour},
        *(f"{said}: {count}" for said, count in counted if count),
        *(f"{one.day} x {one.exception} · {one.place}" for one in found.commonest),
    ]
