"""Bringing everything that is computed of orders up to date: exported, summed, swapped in, kept at hand.

Resumable at every step: days that are exported are in the manifest, days that are summed in ``RolledDay``,
what customers bought and tell in files. As a job it works in slices; a slice begins where these say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from dbProject.jobs.services import Progress, Turn
from dbProject.locks import patience
from orders.analytics import engine
from orders.services.analytics import export, results, rollups, warming
from orders.services.analytics.export import Export
from orders.services.analytics.results import Results
from orders.services.analytics.rollups import Rolled

KIND = "refresh_analytics"
EXPORT, ROLL_UP, RESULTS, WARM = "export", "rollups", "results", "warm"
"""The steps of a job, in their order."""


@dataclass
class Refreshed:
    """What a refresh did."""

    exported: Export = field(default_factory=Export)
    rolled: Rolled = field(default_factory=Rolled)
    results: int = 0


def run(*, everything: bool = False, tell: Callable[[str, int, int], None] = lambda *_: None) -> Refreshed:
    """Export what has changed, compute what follows from it, and swap it in, in one go.

    Args:
        everything: Export and compute all days anew.
        tell: Called with the name of a step, and how much of it is done.

    Raises:
        ShopError: As :mod:`orders.analytics.errors` say; what was computed before is still there.
    """
    done = Refreshed()
    done.exported = export.run(everything=everything, progress=lambda now: tell(EXPORT, now.done, now.total))
    if everything:
        rollups.forget()
    if is_due():
        with engine.client() as client:
            done.rolled = rollups.refresh(client, progress=lambda now: tell(ROLL_UP, now.months, now.total))
            told = results.refresh(client, progress=lambda now: tell(RESULTS, now.done, now.total))
            done.results = told.results
    warming.warm()
    return done


def is_due() -> bool:
    """Say whether what was exported is not what was computed from."""
    return rollups.is_due() or results.is_due()


@patience()
@transaction.atomic
def start(*, by: Any = None, everything: bool = False) -> Job:
    """Have a worker do it; while one does, or will, it is that job.

    Raises:
        Busy: Sums are being swapped in, and that takes long.
    """
    rollups.lock()
    waiting = Job.objects.unfinished().filter(kind=KIND).first()
    return waiting or jobs.start(KIND, params={"everything": everything}, by=by)


def start_if_due() -> Job | None:
    """Start a refresh where orders have changed since the last; nothing where the packages are not here."""
    if not engine.is_installed():
        return None
    return start() if export.is_due() or is_due() else None


def work(turn: Turn) -> Progress:
    """Do a slice of it, as handler of the job: at most a step, and of a step what some seconds allow."""
    position = turn.job.position or {"step": EXPORT, "is_planned": False, "slice": 0}
    step = {EXPORT: _export, ROLL_UP: _roll_up, RESULTS: _results, WARM: _warm}[position["step"]]
    return step(turn, position)


def _export(turn: Turn, position: dict[str, Any]) -> Progress:
    everything = bool(turn.job.params.get("everything"))
    if not position["is_planned"]:
        export.plan(everything=everything)
        position = position | {"is_planned": True}
        turn.report(Progress(position=position))
    before = turn.job.done

    def tell(now: Export) -> None:
        turn.report(Progress(position=position | {"slice": before + now.done},
                             done=before + now.done, total=before + now.total))  # fmt: skip

    done = export.write(should_stop=turn.should_stop, progress=tell)
    if not done.is_finished:
        return Progress(position=position | {"slice": before + done.done},
                        done=before + done.done, total=before + done.total)  # fmt: skip
    if everything:
        rollups.forget()
    if not is_due():
        return Progress(
            position=position, done=before + done.done, total=before + done.done, is_finished=True
        )
    return Progress(position={"step": ROLL_UP, "slice": 0})


def _roll_up(turn: Turn, _position: dict[str, Any]) -> Progress:
    before = turn.job.done

    def progress(now: Rolled) -> Progress:
        return Progress(position={"step": ROLL_UP, "slice": before + now.months},
                        done=before + now.months, total=before + now.total)  # fmt: skip

    with engine.client() as client:
        done = rollups.refresh(
            client,
            should_stop=turn.should_stop,
            progress=lambda now: turn.report(progress(now)),
        )
    return Progress(position={"step": RESULTS, "slice": 0}) if done.is_finished else progress(done)


def _results(turn: Turn, position: dict[str, Any]) -> Progress:
    before = position.get("slice", 0)

    def progress(now: Results) -> Progress:
        return Progress(position={"step": RESULTS, "slice": before + now.done},
                        done=before + now.done, total=before + now.total)  # fmt: skip

    with engine.client() as client:
        done = results.refresh(
            client, should_stop=turn.should_stop, progress=lambda now: turn.report(progress(now))
        )
    if not done.is_finished:
        return progress(done)
    return Progress(position={"step": WARM}, result={"results": done.results})


def _warm(turn: Turn, position: dict[str, Any]) -> Progress:
    ready, total = warming.warm(after=position.get("ready", 0), should_stop=turn.should_stop)
    return Progress(position={"step": WARM, "ready": ready}, done=ready, total=total,
                    result=turn.job.result, is_finished=ready >= total)  # fmt: skip
