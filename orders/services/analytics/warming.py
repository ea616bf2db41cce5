"""Having reports ready before somebody asks: some read sums over many keys, or many orders."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from dbProject import repeats
from dbProject.locks import patience
from orders.models import AnalysisResult
from orders.selectors.reports import goods, marketing, rollups
from orders.selectors.reports.asked import Preset, period_of


@repeats.allowed("once per period that has a name")
def warm(*, after: int = 0, should_stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Have at hand what takes reports long, of every period that has a name, in every currency.

    What is remembered already stays as it is, so it may be repeated. ``after`` so many periods it begins, and
    ``should_stop()`` ends it after one. Returns how many are ready, and of how many. Reports go on showing
    what they had ready until all of it is there anew.

    Raises:
        Busy: Sums are being swapped in, and that takes long.
    """
    today = timezone.localdate()
    fresh = rollups.freshness()
    made = fresh.made if fresh else ""
    periods = [
        (currency, period_of(preset, today=today, known=known))
        for currency in rollups.currencies()
        for known in [rollups.known(currency)]
        for preset in Preset
        if preset != Preset.CUSTOM
    ]
    ready = after
    for currency, period in periods[after:]:
        goods.remember(currency, period, made=made)
        marketing.remember(currency, period)
        ready += 1
        if should_stop():
            break
    if made and fresh and fresh.ready != made and ready >= len(periods):
        _show(made)
    return ready, len(periods)


@patience()
@transaction.atomic
def _show(made: str) -> None:
    """Have reports show what is ready of the sums that were made then, unless others are there by now."""
    row = AnalysisResult.objects.select_for_update().get(name=rollups.SUMS, currency="")
    if row.computed_at.isoformat() == made:
        row.facts[rollups.READY] = made
        row.save(update_fields=["facts"])
