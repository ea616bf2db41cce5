"""Adding to the counts of a day, and letting go of old ones."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from dbProject.behavior.models import BehaviorCount, CoView, ProductView, SearchCount
from dbProject.behavior.sources import DIRECT, OTHER

MOST_SOURCES = 200
"""Different sources of a day; whoever makes up more is among the others."""
MOST_SEARCHES = 2_000
"""Different words of a day; what else is searched on that day is not kept."""
ROWS = 500
ADD_STEPS = """
INSERT INTO behavior_counts (day, step, source, count) VALUES {rows}
ON CONFLICT (day, step, source) DO UPDATE SET count = behavior_counts.count + excluded.count
"""
ADD_VIEWS = """
INSERT INTO product_views (day, product, count) VALUES {rows}
ON CONFLICT (day, product) DO UPDATE SET count = product_views.count + excluded.count
"""
ADD_SEARCHES = """
INSERT INTO search_counts (day, words, has_results, count) VALUES {rows}
ON CONFLICT (day, words, has_results) DO UPDATE SET count = search_counts.count + excluded.count
"""
ADD_PAIRS = """
INSERT INTO co_views (day, product, other, count) VALUES {rows}
ON CONFLICT (day, product, other) DO UPDATE SET count = co_views.count + excluded.count
"""


class NotWritten(Exception):
    """Nothing of a batch is in the database, for certain."""


class Batch(NamedTuple):
    """What a process has counted, each with how often.

    By (day, step, source), (day, slug of a product), (day, words, whether anything was found), and (day,
    pk of a product, pk of the one that was looked at after it).
    """

    steps: Counter[tuple[date, str, str]]
    views: Counter[tuple[date, str]]
    searches: Counter[tuple[date, str, bool]] = Counter()
    pairs: Counter[tuple[date, int, int]] = Counter()


def write(batch: Batch) -> None:
    """Add a batch to the counts, all of it or nothing; nine queries at most, whatever is in it.

    Rows are added in the order of their keys, so two processes that write at once wait for each other and
    never both.

    Raises:
        NotWritten: The database refused, or was away, before anything was committed.
    """
    is_added = False
    try:
        with transaction.atomic():
            _add(ADD_STEPS, _within_bounds(batch.steps))
            _add(ADD_VIEWS, _by_product(batch.views))
            _add(ADD_PAIRS, _of_products(batch.pairs))
            _add(ADD_SEARCHES, _few_enough(batch.searches))
            is_added = True
    except Error as error:
        if is_added:  # the commit itself failed: it may have happened or not
            raise
        raise NotWritten(str(error)) from error


def tidy() -> int:
    """Drop counts that are older than ``BEHAVIOR_AGE``; return how many. Repeatable."""
    oldest = timezone.now().date() - settings.BEHAVIOR_AGE
    kinds = (BehaviorCount, ProductView, SearchCount, CoView)
    return sum(kind.objects.filter(day__lt=oldest).delete()[0] for kind in kinds)


def _within_bounds(steps: Mapping[tuple[date, str, str], int]) -> Counter[tuple[date, str, str]]:
    """Return the counts with sources of which the day has too many already taken together; one query."""
    if not steps:
        return Counter()
    days = {day for day, _step, _source in steps}
    known = set(BehaviorCount.objects.filter(day__in=days).values_list("day", "source").distinct())
    bounded: Counter[tuple[date, str, str]] = Counter()
    for (day, step, source), number in sorted(steps.items()):
        is_one_more = (day, source) not in known and source != DIRECT
        if is_one_more and sum(one == day for one, _source in known) >= MOST_SOURCES:
            source = OTHER
        known.add((day, source))
        bounded[day, step, source] += number
    return bounded


def _few_enough(searches: Mapping[tuple[date, str, bool], int]) -> Counter[tuple[date, str, bool]]:
    """Return the counts without words of which the day has too many already; one query."""
    if not searches:
        return Counter()
    days = {day for day, _words, _found in searches}
    known = set(SearchCount.objects.filter(day__in=days).values_list("day", "words").distinct())
    of_day = Counter(day for day, _words in known)
    kept: Counter[tuple[date, str, bool]] = Counter()
    for (day, words, has_results), number in sorted(searches.items()):
        if (day, words) not in known:
            if of_day[day] >= MOST_SEARCHES:
                continue
            known.add((day, words))
            of_day[day] += 1
        kept[day, words, has_results] += number
    return kept


def _by_product(views: Mapping[tuple[date, str], int]) -> Counter[tuple[date, int]]:
    if not views:
        return Counter()
    pks = import_string(settings.BEHAVIOR_PRODUCTS)({slug for _day, slug in views})
    found: Counter[tuple[date, int]] = Counter()
    for (day, slug), number in views.items():
        if slug in pks:  # else it was renamed or removed since
            found[day, pks[slug]] += number
    return found


def _of_products(pairs: Mapping[tuple[date, int, int], int]) -> Counter[tuple[date, int, int]]:
    """Return the pairs of products that there are: what a browser says was seen may be anything."""
    if not pairs:
        return Counter()
    known = import_string(settings.BEHAVIOR_KNOWN)({pk for _day, *both in pairs for pk in both})
    return Counter({key: number for key, number in pairs.items() if {key[1], key[2]} <= known})


def _add(statement: str, counts: Mapping[Any, int]) -> None:
    """Run an upsert for counts whose keys begin with a day, in the order of the keys."""
    rows = [(*key, number) for key, number in sorted(counts.items())]
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        places = ", ".join([f"({', '.join(['%s'] * len(part[0]))})"] * len(part))
        values: list[Any] = []
        for day, *others in part:
            values += [connection.ops.adapt_datefield_value(day), *others]
        with connection.cursor() as cursor:
            cursor.execute(statement.format(rows=places), values)
