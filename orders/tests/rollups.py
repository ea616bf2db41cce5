"""Sums of sales as a test wants them, whole days and months."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from orders.models import SalesRollup

AMOUNTS = ("listed", "discount", "goods", "delivery", "back", "tax")
COUNTS = ("orders", "units", "units_back")


def add(*days, dimension="all", key="", currency="EUR"):
    """Write down days, each ``(date, {figure: value})``, and the months that they make up."""
    sums = defaultdict(lambda: defaultdict(Decimal))
    for day, figures in days:
        start = date.fromisoformat(day)
        for grain, first in (("day", start), ("month", start.replace(day=1))):
            for name, value in figures.items():
                sums[grain, first][name] += Decimal(value)
    SalesRollup.objects.bulk_create(
        SalesRollup(
            grain=grain,
            start=start,
            currency=currency,
            dimension=dimension,
            key=key,
            **{name: figures[name] for name in AMOUNTS},
            **{name: int(figures[name]) for name in COUNTS},
        )
        for (grain, start), figures in sums.items()
    )
