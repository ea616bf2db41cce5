"""Steps, counted in the process's memory and written down every few seconds: a page pays for no query."""

import logging
from collections import Counter
from datetime import date
from threading import Lock

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from dbProject import batches, observation
from dbProject.behavior import searching, services, sources
from dbProject.behavior.models import BehaviorCount
from dbProject.behavior.services import Batch
from dbProject.observation import Observation

logger = logging.getLogger(__name__)
PAGE = "product_detail"
SEEN = {200, 304}
"""A browser that has the page still asks whether it holds, and shows it."""
MOST_KEYS = 10_000
"""Different counts that a process holds while the database is away."""

_lock = Lock()
_steps: Counter[tuple[date, str, str]] = Counter()
_views: Counter[tuple[date, str]] = Counter()
_pairs: Counter[tuple[date, int, int]] = Counter()
_searches: Counter[tuple[date, str, bool]] = Counter()


def observe(request: HttpRequest, response: HttpResponseBase, seen: Observation) -> None:
    """Count that a product was seen or something searched, also where the page came from memory."""
    found = searching.found(response)
    if found is not None and request.method == "GET":
        _add_search(request, has_results=found > 0)
    if seen.route != PAGE or response.status_code not in SEEN or request.method != "GET":
        return
    match = request.resolver_match
    if match is None or not sources.is_person(request):
        return
    _add(BehaviorCount.Step.VIEW, sources.source_of(request), slug=match.kwargs["slug"])


def count(step: str) -> None:
    """Count a step of whoever's request this is; what no visitor has asked for is nobody's step."""
    seen = observation.current()
    request = seen.request if seen is not None else None
    if request is None or not sources.is_person(request):
        return
    source = sources.source_of(request)
    session = getattr(request, "session", None)
    if step == BehaviorCount.Step.CART and source != sources.DIRECT and session is not None:
        session.setdefault(sources.OF_SESSION, source)
    _add(step, source)


def count_next(request: HttpRequest, *, product: int, after: int) -> None:
    """Count that whoever asks looked at ``product`` right after another; primary keys."""
    if product == after or not sources.is_person(request):
        return
    batches.wake()
    with _lock:
        if _size() < MOST_KEYS:
            _pairs[timezone.now().date(), after, product] += 1


@batches.register
def write() -> None:
    """Write down what was counted, or keep it for the next time if it certainly was not.

    A process that is killed loses what it has counted since the last time. When nobody can tell whether a
    batch was committed, because the database went away in that very moment, it is not written again: a count
    that is a little short is better than one that is doubled.
    """
    batch = _taken()
    if not any(batch):
        return
    try:
        services.write(batch)
    except services.NotWritten as error:
        logger.warning("What people do waits to be written down: %s", error)
        _put_back(batch)


def forget() -> None:
    """Begin anew; for tests."""
    _taken()


def _add(step: str, source: str, *, slug: str = "") -> None:
    batches.wake()
    today = timezone.now().date()
    with _lock:
        if _size() >= MOST_KEYS:
            return
        _steps[today, str(step), source] += 1
        if slug:
            _views[today, slug] += 1


def _add_search(request: HttpRequest, *, has_results: bool) -> None:
    words = searching.words(request.GET.get("q", ""))
    if not words or not sources.is_person(request):
        return
    batches.wake()
    today = timezone.now().date()
    with _lock:
        if len(_searches) < MOST_KEYS:
            _searches[today, words, has_results] += 1


def _size() -> int:
    return len(_steps) + len(_views) + len(_pairs)


def _taken() -> Batch:
    global _steps, _views, _searches, _pairs
    with _lock:
        batch = Batch(_steps, _views, _searches, _pairs)
        _steps, _views, _searches, _pairs = Counter(), Counter(), Counter(), Counter()
    return batch


def _put_back(batch: Batch) -> None:
    with _lock:
        if len(batch.steps) + len(batch.views) + len(batch.pairs) + _size() < MOST_KEYS:
            _steps.update(batch.steps)
            _views.update(batch.views)
            _pairs.update(batch.pairs)
        if len(batch.searches) + len(_searches) < MOST_KEYS:
            _searches.update(batch.searches)
