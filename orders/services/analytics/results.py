"""What is known of customers, computed in pieces that are kept, and swapped in whole."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from dbProject.locks import patience
from orders.analytics import dataset, engine, loyalty
from orders.analytics.errors import DataDamaged
from orders.analytics.loyalty import Loyalty, Part
from orders.models import AnalysisResult
from orders.services.analytics import export, rollups

STATE = "results"
"""Under which the lock of the rollups says what results were computed from."""
NAMES = ("cohorts", "rfm", "lifetime")
DRAFT_SECONDS = 3_600
"""After which nobody is writing it any more."""


@dataclass
class Results:
    """What a refresh did: ``done`` pieces of work out of ``total``, and how many ``results`` were written."""

    total: int = 0
    done: int = 0
    results: int = 0

    @property
    def is_finished(self) -> bool:
        return self.done == self.total


def is_due() -> bool:
    """Say whether results were computed from other files than those that are there; one query."""
    reach = AnalysisResult.objects.filter(name=rollups.LOCK).values_list("facts", flat=True).first() or {}
    return bool(reach.get(STATE) != rollups.state())


def refresh(
    client: Any,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Results], None] = lambda _done: None,
) -> Results:
    """Compute what is known of customers, a piece at a time, and replace it; ``should_stop()`` ends it.

    Pieces are what was bought on some days, then what each bucket of customers tells. They are kept in files
    below ``ANALYTICS_DIR``, so a rerun does the rest, and of days that did not change there is nothing to do.
    Written are ``cohorts``, ``rfm`` and ``lifetime`` of each currency, whose rows are those of
    :class:`orders.analytics.loyalty.Loyalty`.

    Args:
        client: Of :func:`orders.analytics.engine.client`.

    Raises:
        DataDamaged: A file is broken; it is made anew by the next export, or by the next refresh.
        DiskFull: There is no room.
        ClusterAway, WorkerDied: As the engine says.
        Busy: Another swap takes long.
    """
    root, state = export.root(), rollups.state() or ""
    digests = {day.isoformat(): digest for day, digest in dataset.load(root).digests("lines").items()}
    parts = loyalty.parts(root / "lines", _folder(), digests)
    missing = [part for part in parts if not part.file.exists()]
    told = {number: _folder() / name for number, name in enumerate(loyalty.names_of_stories(parts))}
    untold = [number for number, file in told.items() if not file.exists()]
    done = Results(total=len(missing) + len(untold) + 1)
    from orders.analytics import buyers

    def each(name: Any, found: Any) -> None:
        if isinstance(name, Part):
            _write(name.file, partial(buyers.written, found))
        else:
            _write(told[name], partial(_write_rows, found))

    try:
        with engine.translated():
            for work in (loyalty.bought(client, missing), _stories(client, parts, untold)):
                for name, found in work:
                    each(name, found)
                    done.done += 1
                    progress(done)
                    if should_stop():
                        return done
    except DataDamaged as error:
        dataset.distrust(root, error.facts["file"])
        raise
    known = loyalty.together(json.loads(file.read_text()) for file in told.values())
    done.results = _swap(known, parts, state)
    done.done += 1
    progress(done)
    if (rollups.state() or "") == state:  # else whoever computes what is newer needs files of its own
        _tidy({part.file for part in parts} | set(told.values()))
    return done


def _stories(client: Any, parts: Sequence[Part], untold: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Return what each bucket tells, once what was bought is kept of all days."""
    through = parts[-1].days[-1][0] if parts else ""
    yield from loyalty.stories(client, [part.file for part in parts], untold, through)


def _swap(found: dict[str, Loyalty], parts: Sequence[Part], state: str) -> int:
    """Replace what is known of customers; return how many results there are."""
    through = parse_date(parts[-1].days[-1][0]) if parts else None
    now = timezone.now()
    results = [
        AnalysisResult(
            name=name,
            currency=currency,
            rows=getattr(one, name),
            facts=one.facts,
            through=through or timezone.localdate(),
            computed_at=now,
        )
        for currency, one in found.items()
        for name in NAMES
    ]
    with patience(), transaction.atomic():
        reach = rollups.lock()
        AnalysisResult.objects.filter(name__in=NAMES).delete()
        AnalysisResult.objects.bulk_create(results)
        reach.facts[STATE] = state or None
        reach.save(update_fields=["facts"])
    return len(results)


def _folder() -> Path:
    return export.root() / "bought"


def _write(file: Path, write: Callable[[Path], None]) -> None:
    """Have a file written under another name first: whoever finds it finds it whole."""
    with dataset.room(export.root()):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{uuid4().hex}")
        try:
            write(draft)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


def _write_rows(rows: Any, file: Path) -> None:
    file.write_text(json.dumps(rows))


def _tidy(wanted: set[Path]) -> None:
    """Remove what was kept of days as they were before, and drafts of whoever was killed an hour ago."""
    for file in _folder().glob("*"):
        if file in wanted:
            continue
        with suppress(FileNotFoundError):  # somebody else tidies as well
            if not file.name.startswith(".") or time.time() - file.stat().st_mtime > DRAFT_SECONDS:
                file.unlink()
