"""What goes with what, computed of orders and visits, and swapped in whole, one kind at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from dbProject.behavior.models import CoView
from orders.analytics import dataset, engine
from orders.analytics.errors import DataDamaged, NothingExported
from products.models import Category, Product, Recommendation
from products.services import recommendations
from products.services.recommendations import Ranked

if TYPE_CHECKING:
    from orders.analytics.evaluation import Evaluation

Kind = Recommendation.Kind
LEARNED_FROM = 365
"""Days that have sales, the last ones: what is older says little of today's catalog."""
SEEN_FROM = timedelta(days=90)
KEPT = 12
"""Of each subject."""
SPARE = 12
"""Computed beyond that, as some of them are not for sale any more."""
ALL_AT_ONCE = 5_000


def refresh(kinds: Iterable[str] = Kind.values) -> dict[str, int]:
    """Compute these kinds and put them in the place of the old ones; return how many subjects each has.

    Each is swapped in by itself, as soon as it is computed. Whatever goes wrong, the old ones of what was not
    reached stay. Repeatable.

    Raises:
        NotInstalled, ClusterAway, ClusterDiffers, WorkerDied, DataDamaged: As ``orders.analytics.engine``.
        NothingExported: There are no orders to compute on.
    """
    wanted = [Kind(kind) for kind in kinds]
    lines = _lines()
    if not lines.is_dir() and set(wanted) != {Kind.VIEWED}:
        raise NothingExported
    client: AbstractContextManager[Any] = nullcontext() if wanted == [Kind.VIEWED] else engine.client()
    with _distrusting(), client as connected:
        return {kind.value: recommendations.replace(kind, COMPUTED_BY[kind](connected)) for kind in wanted}


def refresh_where_possible(kind: str) -> int:
    """Do :func:`refresh` for one kind, as the clock wants it; return how many subjects it has.

    Nothing is done, and nothing said, where the packages are not installed or nothing is exported.

    Raises:
        ClusterAway, ClusterDiffers, WorkerDied, DataDamaged: As :func:`refresh`.
    """
    if not engine.is_installed():
        return 0
    with suppress(NothingExported):
        return refresh([kind])[kind]
    return 0


def evaluate(*, months: int = 1, until: date | None = None) -> "Evaluation":
    """Say how good what is bought together would have been in the last ``months`` that were exported.

    Raises:
        NotInstalled, ClusterAway, ClusterDiffers, WorkerDied, DataDamaged: As ``orders.analytics.engine``.
        NothingExported: There are no orders to try it on.
    """
    with _distrusting(), engine.client() as client:
        from orders.analytics import evaluation

        last = evaluation.last_day(_lines())
        if last is None:
            raise NothingExported
        until = until or last + timedelta(days=1)
        return evaluation.evaluate(_lines(), client, parents=_parents(), until=until, months=months)


@contextmanager
def _distrusting() -> Iterator[None]:
    """Have the next export write the day anew whose file is found damaged."""
    try:
        yield
    except DataDamaged as error:
        dataset.distrust(Path(settings.ANALYTICS_DIR), error.facts["file"])
        raise


def _lines() -> Path:
    return Path(settings.ANALYTICS_DIR) / "lines"


def _learned_since() -> date:
    """Return the first of the last days that have sales, which may lie long ago: of an import, say."""
    days = sorted(folder.name.removeprefix("day=") for folder in _lines().glob("day=*"))
    return date.fromisoformat(days[-LEARNED_FROM:][0]) if days else _today()


def _today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


def _parents() -> dict[int, int]:
    """Return a variant's primary key -> its parent's, of all there ever were; one query."""
    variants = Product.all_objects.filter(kind=Product.Kind.VARIANT, parent__isnull=False)
    return dict(variants.values_list("pk", "parent_id").iterator(ALL_AT_ONCE))


def _categories_of_listed() -> dict[int, int]:
    """Return the primary keys of what customers may see, and of their categories; one query."""
    listed = Product.objects.active().listed().order_by()
    return dict(listed.values_list("pk", "category_id").iterator(ALL_AT_ONCE))


def _together(client: Any) -> dict[int, Ranked]:
    from orders.analytics import neighbors

    rule = neighbors.RULE._replace(most=KEPT + SPARE)
    found = neighbors.together(_lines(), client, parents=_parents(), since=_learned_since(), rule=rule)
    return _of_listed(neighbors.by_product(found))


def _viewed(_client: Any) -> dict[int, Ranked]:
    """Return what was seen in the same visits; a visit of three products counts three pairs."""
    from orders.analytics import neighbors

    seen = CoView.objects.filter(day__gte=timezone.now().date() - SEEN_FROM).values("product", "other")
    pairs = seen.order_by().annotate(times=Sum("count")).values_list("product", "other", "times")
    rule = neighbors.RULE._replace(most=KEPT + SPARE)
    return _of_listed(neighbors.by_product(neighbors.of_pairs(pairs.iterator(ALL_AT_ONCE), rule=rule)))


def _trending(client: Any) -> dict[int, Ranked]:
    """Return what is in demand in the whole shop, in each category, and in all that it stands in."""
    from orders.analytics import demand

    categories = _categories_of_listed()
    above = dict(Category.objects.values_list("pk", "parent_id"))
    ranked: dict[int, list[tuple[int, float]]] = {}
    for product, score in demand.rising(_lines(), client, parents=_parents(), until=_today()):
        if product in categories:
            for subject in (Recommendation.WHOLE_SHOP, *_way_up(categories[product], above)):
                ranked.setdefault(subject, []).append((product, score))
    return {subject: products[:KEPT] for subject, products in ranked.items()}


def _way_up(category: int, above: Mapping[int, int | None]) -> list[int]:
    way: list[int] = []
    at: int | None = category
    while at is not None and at not in way:
        way.append(at)
        at = above.get(at)
    return way


def _of_listed(told: Mapping[int, Ranked]) -> dict[int, Ranked]:
    """Keep what customers may see, and of that the best."""
    listed = _categories_of_listed().keys()
    kept = {
        one: [(other, score) for other, score in others if other in listed][:KEPT]
        for one, others in told.items()
        if one in listed
    }
    return {one: others for one, others in kept.items() if others}


COMPUTED_BY: Mapping[Kind, Callable[[Any], Mapping[int, Ranked]]] = {
    Kind.TOGETHER: _together,
    Kind.VIEWED: _viewed,
    Kind.TRENDING: _trending,
}
