"""Past orders from files: read in batches of whole invoices, each of which is written whole or not at all.

A file may be imported any number of times, by several processes at once, and be interrupted anywhere:
running it again completes it and changes nothing else. Nothing of it moves stock or money, or is told to
anybody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import reset_queries

from orders import readers
from orders.readers import PastLine, Problem
from orders.services.history import batches
from orders.services.history.batches import Numbered
from orders.services.history.survey import Survey
from products.errors import ImportRefused
from products.services.imports import statistics

BATCH_SIZE = 1_000
INVOICE_AT_ONCE = 20_000
"""Lines of one invoice after which a batch is full all the same; what follows is added to its order."""
TABLES = (*statistics.TABLES, "historic_lines", "orders", "order_items", "order_discounts")


@dataclass(frozen=True)
class Source:
    """A file to import. ``name`` is what people call it; ``currency`` is meant where a row names none."""

    path: Path
    format: str = readers.AUTO
    currency: str = ""
    name: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the lines of a file."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    warned: int = 0

    def __str__(self) -> str:
        return (
            f"created={self.created} updated={self.updated} unchanged={self.unchanged} refused={self.refused}"
        )


OnProgress = Callable[[Tally], None]
OnProblem = Callable[[Problem], None]


class Import:
    """Imports files of past orders, one after the other; all of them are looked through first."""

    def __init__(
        self, survey: Survey, sources: Sequence[Source], *, stop: Callable[[], bool] | None = None
    ) -> None:
        """Look through ``sources``, until ``stop`` says True."""
        self._survey = survey
        self._files = 0
        self._created = 0
        self.unpriced = 0
        """Products made so far that have no price, as their lines are in a currency of unknown rate."""
        for source in sources:
            if not (stop and stop()):
                self._look_through(source)

    def _look_through(self, source: Source) -> None:
        try:
            for _format, item in _read(source):
                if isinstance(item, PastLine):
                    self._survey.add(item)
        except ImportRefused:
            return  # to be said when it is imported; what stands before that counts

    def add(
        self,
        source: Source,
        *,
        dry_run: bool = False,
        batch_size: int = BATCH_SIZE,
        on_progress: OnProgress | None = None,
        on_problem: OnProblem | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Tally:
        """Write the lines in ``source`` that are not there yet. Repeating it changes nothing.

        ``dry_run`` does everything and takes it back. After each batch ``on_progress`` hears of all lines so
        far, and ``stop`` may say True to end it there.

        Raises:
            ImportRefused: The file cannot be read, or not any further; what stands before that is in.
        """
        tally = Tally()
        self._files += 1
        reference = (source.name or source.path.name)[:255]
        for batch in self._batches(source, max(1, batch_size)):
            problems = batch.problems
            if batch.lines:
                result = batches.run(
                    batch.lines,
                    source=batch.format,
                    survey=self._survey,
                    reference=reference,
                    dry_run=dry_run,
                )
                tally.created += result.created
                self._created += result.created
                self.unpriced += result.unpriced
                tally.unchanged += result.unchanged
                problems = sorted((*problems, *result.problems), key=lambda problem: problem.line)
            for problem in problems:
                tally.refused += problem.is_refusal
                tally.warned += not problem.is_refusal
                if on_problem:
                    on_problem(problem)
            if settings.DEBUG:
                reset_queries()  # Django remembers every one of them
            if on_progress:
                on_progress(tally)
            if stop and stop():
                break
        return tally

    def finish(self) -> None:
        """Have the tables measured that were filled, where that is worth it."""
        if self._created >= statistics.MANY:
            statistics.gather(TABLES)

    def _batches(self, source: Source, size: int) -> Iterator["_Batch"]:
        """Yield batches that end where an invoice ends."""
        batch = _Batch()
        try:
            for format_name, item in _read(source):
                is_other = bool(batch.lines) and format_name != batch.format
                if is_other or (batch.is_full(size) and batch.may_end_before(item)):
                    yield batch
                    batch = _Batch()
                if isinstance(item, Problem):
                    batch.problems.append(item)
                    continue
                print_ = batches.fingerprint(item)
                occurrence = self._survey.occurrence(item, file=self._files, fingerprint=print_)
                batch.format = format_name
                batch.lines.append(Numbered(item, print_, occurrence))
        except ImportRefused:  # damaged from here on: what came before is whole
            yield batch
            raise
        yield batch


class _Batch:
    """Lines to be written together, and what was wrong with rows between them."""

    def __init__(self) -> None:
        self.format = ""
        self.lines: list[Numbered] = []
        self.problems: list[Problem] = []

    def is_full(self, size: int) -> bool:
        return len(self.lines) + len(self.problems) >= size

    def may_end_before(self, item: PastLine | Problem) -> bool:
        if isinstance(item, Problem) or not self.lines or len(self.lines) >= INVOICE_AT_ONCE:
            return not isinstance(item, Problem) or len(self.problems) >= INVOICE_AT_ONCE
        return item.invoice != self.lines[-1].line.invoice


def _read(source: Source) -> Iterator[tuple[str, PastLine | Problem]]:
    return readers.read(source.path, format_name=source.format, currency=source.currency)
