"""Swapping in sums of days: what pages of reports read, written whole or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from dbProject import repeats
from dbProject.locks import patience
from orders.analytics import dataset, engine, sums
from orders.analytics.errors import DataDamaged
from orders.models import AnalysisResult, RolledDay, SalesRollup
from orders.services.analytics.export import root

LOCK = "rollups"
"""The name of the result that says how far rollups reach; its row is the lock of whoever swaps."""
MONEY = ("listed", "discount", "goods", "delivery", "back", "tax")
ROWS_AT_ONCE = 2_000
LONGEST_KEY = 100
"""Characters; of a longer one the end is a digest."""


@dataclass
class Rolled:
    """What a refresh did. ``days`` are those that were written, of ``months`` done out of ``total``."""

    total: int = 0
    months: int = 0
    days: int = 0
    rows: int = 0
    overtaken: list[str] = field(default_factory=list)
    """Months whose days were exported anew meanwhile: whoever did that computes them."""

    @property
    def is_finished(self) -> bool:
        return self.months == self.total


def state() -> str | None:
    """Return what tells whether any day of the exported lines has changed; ``None`` where there are none."""
    found = sorted(_digests().items())
    return sha256(repr(found).encode()).hexdigest()[:16] if found else None


def is_due() -> bool:
    """Say whether a day was exported that is not what its rollups were computed from; one query."""
    return _known_digests() != _digests()


def forget() -> None:
    """Have all days computed anew; what was computed stays until then."""
    RolledDay.objects.all().delete()


def refresh(
    client: Any,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Rolled], None] = lambda _done: None,
) -> Rolled:
    """Compute what has changed and swap it in, a month at a time, until all are done or ``should_stop()``.

    Changed has a day whose file did, or on which other customers are new: those of a day depend on all days
    before. Killed in between, months are old or new, and a rerun does the rest. Two at once end right: what
    is older than the export that is there is not written.

    Args:
        client: Of :func:`orders.analytics.engine.client`.

    Raises:
        DataDamaged: A file is broken; the next export writes its day anew.
        Busy: Another swap takes long.
        ClusterAway, WorkerDied: As the engine says.
    """
    path = root() / "lines"
    try:
        with engine.translated():
            return _refresh(client, path, should_stop, progress)
    except DataDamaged as error:
        dataset.distrust(root(), error.facts["file"])
        raise


def _refresh(
    client: Any, path: Path, should_stop: Callable[[], bool], progress: Callable[[Rolled], None]
) -> Rolled:
    digests = _digests()
    customers = sums.Customers(client, sums.pieces(path))
    news = customers.digests(sorted({f"{day:%Y-%m}" for day in digests}))
    wanted = {day: (digest, news.get(day.isoformat(), "")) for day, digest in digests.items()}
    known = _known()
    changed = {day for day in wanted.keys() | known.keys() if wanted.get(day) != known.get(day)}
    by_month: dict[str, set[date]] = {}
    for day in changed:
        by_month.setdefault(f"{day:%Y-%m}", set()).add(day)
    done = Rolled(total=len(by_month))
    for month in sorted(by_month.keys() - {f"{day:%Y-%m}" for day in wanted}):
        _swap(month, by_month[month], {}, [], done)
    for month, table in sums.rollups(path, client, months=by_month, customers=customers):
        _swap(month, by_month[month], wanted, table.to_batches(ROWS_AT_ONCE), done)
        progress(done)
        if should_stop() and not done.is_finished:
            break
    return done


@repeats.allowed("rows are written some thousand at a time, months one by one")
def _swap(
    month: str, days: set[date], wanted: Mapping[date, tuple[str, str]], batches: Iterable[Any], done: Rolled
) -> None:
    """Replace the rows of some ``days`` and of their ``month``, unless they are of an export of before."""
    first = date.fromisoformat(f"{month}-01")
    with patience(), transaction.atomic():
        lock()
        done.months += 1
        of_month = {day: digest for day, (digest, _news) in wanted.items() if f"{day:%Y-%m}" == month}
        if of_month != {day: digest for day, digest in _digests().items() if f"{day:%Y-%m}" == month}:
            done.overtaken.append(month)
            return
        SalesRollup.objects.filter(grain=SalesRollup.Grain.DAY, start__in=days).delete()
        SalesRollup.objects.filter(grain=SalesRollup.Grain.MONTH, start=first).delete()
        for batch in batches:
            rows = [row for row in map(_row, batch.to_pylist()) if row.grain == "month" or row.start in days]
            SalesRollup.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
            done.rows += len(rows)
        RolledDay.objects.filter(day__in=days).delete()
        RolledDay.objects.bulk_create(
            RolledDay(day=day, digest=wanted[day][0], news=wanted[day][1])
            for day in sorted(days & wanted.keys())
        )
        done.days += len(days)
        through = RolledDay.objects.order_by("-day").values_list("day", flat=True).first()
        AnalysisResult.objects.filter(name=LOCK, currency="").update(
            through=through or first, computed_at=timezone.now()
        )


def lock() -> AnalysisResult:
    """Wait for whoever swaps, until the transaction ends; the row is made by the first who ever does."""
    AnalysisResult.objects.get_or_create(
        name=LOCK,
        currency="",
        defaults={"rows": [], "through": timezone.localdate(), "computed_at": timezone.now()},
    )
    return AnalysisResult.objects.select_for_update().get(name=LOCK, currency="")


def _row(row: Mapping[str, Any]) -> SalesRollup:
    key = row["key"]
    if len(key) > LONGEST_KEY:
        key = f"{key[: LONGEST_KEY - 17]}~{sha256(key.encode()).hexdigest()[:16]}"
    amounts = {name: Decimal(row[name]).scaleb(-4) for name in MONEY}
    more = {name: row[name] for name in ("grain", "currency", "dimension", "orders", "units", "units_back")}
    return SalesRollup(start=date.fromisoformat(row["start"]), key=key, **more, **amounts)


def _digests() -> dict[date, str]:
    return dataset.load(root()).digests("lines")


def _known() -> dict[date, tuple[str, str]]:
    rows = RolledDay.objects.values_list("day", "digest", "news")
    return {day: (digest, news) for day, digest, news in rows}


def _known_digests() -> dict[date, str]:
    return {day: digest for day, (digest, _news) in _known().items()}
