"""Having reports ready before somebody asks: some read sums over many keys, or many orders."""

from collections.abc import Callable

from django.utils import timezone

from dbProject import repeats
from orders.selectors.reports import goods, marketing, rollups
from orders.selectors.reports.asked import Preset, period_of


@repeats.allowed("once per period that has a name")
def warm(*, after: int = 0, should_stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Have at hand what takes reports long, of every period that has a name, in every currency.

    What is remembered already stays as it is, so it may be repeated. ``after`` so many periods it begins, and
    ``should_stop()`` ends it after one. Returns how many are ready, and of how many.
    """
    today = timezone.localdate()
    periods = [
        (currency, period_of(preset, today=today, known=known))
        for currency in rollups.currencies()
        for known in [rollups.known(currency)]
        for preset in Preset
        if preset != Preset.CUSTOM
    ]
    ready = after
    for currency, period in periods[after:]:
        goods.remember(currency, period)
        marketing.remember(currency, period)
        ready += 1
        if should_stop():
            break
    return ready, len(periods)
