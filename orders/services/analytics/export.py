"""Writing orders to Parquet files, in days, where something has changed since the last time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from dbProject import repeats
from dbProject.locks import Busy
from orders.analytics import dataset, engine, facts, reading
from orders.analytics.dataset import Manifest
from orders.analytics.errors import NotInstalled

DAYS_AT_ONCE = 16
"""That are written before the manifest says so."""


@dataclass
class Export:
    """What an export did. ``done`` and ``total`` count days of all datasets; ``rows`` what was read."""

    done: int = 0
    total: int = 0
    written: int = 0
    same: int = 0
    emptied: int = 0
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(facts.DATASETS, 0))

    @property
    def is_finished(self) -> bool:
        return self.done == self.total


def root() -> Path:
    """Return the folder that everything is exported to."""
    return Path(settings.ANALYTICS_DIR)


def is_due() -> bool:
    """Say whether something may have changed since the last export, or one has died."""
    using = reading.database()
    manifest = dataset.load(root())
    newest = reading.newest_change(using)
    if manifest.pending or manifest.read_through != (newest.isoformat() if newest else None):
        return True
    prints = reading.prints(using)
    return any(rows != manifest.prints.get(name, {}) for name, rows in prints.items())


def run(
    *, since: date | None = None, everything: bool = False, progress: Callable[[Export], None] | None = None
) -> Export:
    """Write what has changed since the last export; see :func:`plan` and :func:`write`."""
    plan(since=since, everything=everything)
    return write(progress=progress)


@repeats.allowed("what has changed is asked of several tables in the same words")
def plan(*, since: date | None = None, everything: bool = False) -> int:
    """Find the days that have to be written, and keep them in the manifest; return how many.

    Those are the days of which something has changed since the last time (a quarter of an hour earlier, for
    what was committed late), those whose file is gone or cut short, and what an export that died has left.

    Args:
        since: Write all days from there on as well.
        everything: Write all days.

    Raises:
        NotInstalled: The extra packages are not here.
        Busy: Another export is writing.
        DiskFull: There is no room.
    """
    if not engine.is_installed():
        raise NotInstalled
    using = reading.database()
    with dataset.alone(root()) as is_ours:
        if not is_ours:
            raise Busy
        manifest = dataset.load(root())
        prints = reading.prints(using)
        newest = reading.newest_change(using)
        last = _last(manifest)
        found = _days(manifest, prints, None if everything or since else last, using)
        if since and not everything:
            found = {name: {day for day in days if day >= since} for name, days in found.items()}
            changed = _days(manifest, prints, last, using)
            found = {name: days | changed[name] for name, days in found.items()}
        manifest.pending = {name: sorted(day.isoformat() for day in days) for name, days in found.items()}
        manifest.then_prints, manifest.then_through = prints, newest.isoformat() if newest else None
        dataset.save(root(), manifest)
        return sum(map(len, manifest.pending.values()))


@repeats.allowed("each day is read by itself, so that any number fits into memory")
def write(
    *, should_stop: Callable[[], bool] = lambda: False, progress: Callable[[Export], None] | None = None
) -> Export:
    """Write the days that are planned, until none is left or ``should_stop()``. Killed, it goes on there.

    A day that comes out the same is left alone. Cursors read the rows, from the replica where there is one.

    Raises:
        Busy: Another export is writing.
        DiskFull: There is no room. Days that were written stay, the others are as they were.
    """
    using = reading.database()
    with dataset.alone(root()) as is_ours:
        if not is_ours:
            raise Busy
        manifest = dataset.load(root())
        waiting = iter([(name, day) for name, days in manifest.pending.items() for day in days])
        done = Export(total=sum(map(len, manifest.pending.values())))
        while not done.is_finished:
            for name, day in islice(waiting, DAYS_AT_ONCE):
                _write_day(manifest, name, day, done, using)
                manifest.pending[name].remove(day)
            if not done.is_finished:
                dataset.save(root(), manifest)
            if progress:
                progress(done)
            if should_stop() and not done.is_finished:
                return done
        if manifest.then_through or manifest.then_prints:
            manifest.pending, manifest.read_through, manifest.then_through = {}, manifest.then_through, None
            manifest.prints, manifest.then_prints = manifest.then_prints, {}
            dataset.save(root(), manifest)
    return done


def _last(manifest: Manifest) -> datetime | None:
    """Return the newest change that an export has seen: none at all, or none of an order, are different."""
    if manifest.read_through:
        return parse_datetime(manifest.read_through)
    return datetime(1970, 1, 2, tzinfo=UTC) if manifest.prints else None


def _days(
    manifest: Manifest, prints: Mapping[str, Mapping[str, list[int]]], since: datetime | None, using: str
) -> dict[str, set[date]]:
    """Return the days to write by dataset."""
    found = reading.changed_days(since, using=using)
    gone = dataset.missing(root(), manifest)
    for name, days in found.items():
        before, now = manifest.prints.get(name, {}), prints.get(name, {})
        differing = {day for day in before.keys() | now.keys() if before.get(day) != now.get(day)}
        more = {*differing, *gone[name], *manifest.pending.get(name, ())}
        if since is None:
            more |= {*now, *manifest.days[name]}
        days |= {date.fromisoformat(day) for day in more}
    return found


def _write_day(manifest: Manifest, name: str, day: str, done: Export, using: str) -> None:
    when, before = date.fromisoformat(day), manifest.days[name].get(day)
    with reading.cursors(using):
        found = reading.rows(name, when, using=using)
        entry: dict[str, Any] | None = dataset.write(root(), name, when, found)
    done.done += 1
    if entry is None:
        done.emptied += manifest.days[name].pop(day, None) is not None
        return
    manifest.days[name][day] = entry
    done.rows[name] += entry["rows"]
    if before == entry:
        done.same += 1
    else:
        done.written += 1
