"""Having reports ready before somebody asks: some read sums over many keys, or many orders."""

from django.utils import timezone

from dbProject import repeats
from orders.selectors.reports import goods, marketing, rollups
from orders.selectors.reports.asked import Preset, period_of


@repeats.allowed("once per period that has a name")
def warm() -> int:
    """Have at hand what takes reports long, of every period that has a name, in every currency.

    What is remembered already stays as it is, so it may be repeated. Returns how many periods there are.
    """
    today = timezone.localdate()
    periods = [
        (currency, period_of(preset, today=today, known=known))
        for currency in rollups.currencies()
        for known in [rollups.known(currency)]
        for preset in Preset
        if preset != Preset.CUSTOM
    ]
    for currency, period in periods:
        goods.remember(currency, period)
        marketing.remember(currency, period)
    return len(periods)
