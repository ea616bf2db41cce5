"""What the counts say: a funnel by source, and its days."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from dbProject.behavior.models import BehaviorCount, SearchCount

Step = BehaviorCount.Step


@dataclass(frozen=True, slots=True)
class Funnel:
    """How often each step was taken by visitors from one source, or from all."""

    source: str
    views: int = 0
    carts: int = 0
    checkouts: int = 0
    bought: int = 0

    @property
    def rate(self) -> float | None:
        """Percent of product views that an order came of; none without views."""
        return 100 * self.bought / self.views if self.views else None

    @classmethod
    def of(cls, source: str, steps: dict[str, int]) -> "Funnel":
        counts = (steps.get(step, 0) for step in (Step.VIEW, Step.CART, Step.CHECKOUT, Step.BOUGHT))
        return cls(source, *counts)


def by_source(*, days: int) -> list[Funnel]:
    """Return the funnel of each source over the last ``days``, today included, most seen first; one query."""
    steps: dict[str, dict[str, int]] = defaultdict(dict)
    for row in _lately(days).values("source", "step").order_by().annotate(times=Sum("count")):
        steps[row["source"]][row["step"]] = row["times"]
    found = [Funnel.of(source, of_source) for source, of_source in steps.items()]
    return sorted(found, key=lambda one: (-one.views, -one.bought, one.source))


def by_day(*, days: int, source: str = "") -> list[tuple[date, Funnel]]:
    """Return each of the last ``days`` with its funnel, the oldest first; one query."""
    rows = _lately(days).filter(source=source) if source else _lately(days)
    steps: dict[date, dict[str, int]] = defaultdict(dict)
    for row in rows.values("day", "step").order_by().annotate(times=Sum("count")):
        steps[row["day"]][row["step"]] = row["times"]
    first = _first(days)
    every = [first + timedelta(days=number) for number in range(days)]
    return [(day, Funnel.of(source, steps[day])) for day in every]


def total(funnels: list[Funnel]) -> Funnel:
    """Return all of them as one."""
    return Funnel(
        "",
        views=sum(one.views for one in funnels),
        carts=sum(one.carts for one in funnels),
        checkouts=sum(one.checkouts for one in funnels),
        bought=sum(one.bought for one in funnels),
    )


@dataclass(frozen=True, slots=True)
class Searched:
    """Words that were searched, how often, and how often nothing was found."""

    words: str
    times: int
    in_vain: int


def steps_between(first: date, last: date) -> dict[str, int]:
    """Return step -> how often it was taken on these days, both included; one query."""
    rows = BehaviorCount.objects.filter(day__range=(first, last)).order_by().values("step")
    return {row["step"]: row["times"] for row in rows.annotate(times=Sum("count"))}


def searches_between(first: date, last: date, *, limit: int, only_in_vain: bool = False) -> list[Searched]:
    """Return what was searched most often on these days, or most often in vain; one query."""
    rows = SearchCount.objects.filter(day__range=(first, last)).order_by().values("words")
    vain = Coalesce(Sum("count", filter=Q(has_results=False)), 0)
    found = rows.annotate(times=Sum("count"), in_vain=vain)
    if only_in_vain:
        found = found.filter(in_vain__gt=0)
    best = found.order_by("-in_vain" if only_in_vain else "-times", "words")[:limit]
    return [Searched(row["words"], row["times"], row["in_vain"]) for row in best]


def _lately(days: int) -> QuerySet[BehaviorCount]:
    return BehaviorCount.objects.filter(day__gte=_first(days))


def _first(days: int) -> date:
    return timezone.now().date() - timedelta(days=days - 1)
