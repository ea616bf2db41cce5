"""What commands that import files have in common: where problems go, Ctrl-C, progress, standard input."""

import contextlib
import csv
import shutil
import signal
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from products.readers import Problem, texts

STDIN = "-"
SHOWN = 50
"""Problems that are said aloud; ``--errors`` keeps them all."""
INTERRUPTED = 128 + signal.SIGINT


class Report:
    """Where problems go: some to the terminal, all to the file that was asked for."""

    COLUMNS = ("file", "line", "column", "sku", "reason", "refused")

    def __init__(self, stderr: Any, path: Path | None) -> None:
        self.say: Callable[[str], None] = stderr.write
        self._path = path
        self._sink: TextIO | None = None
        self._count = 0
        self.file = ""

    def __enter__(self) -> "Report":
        if self._path is not None:
            self._sink = self._path.open("w", encoding="utf-8", newline="")
        self._write(self.COLUMNS)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._sink is not None:
            self._sink.close()

    def add(self, problem: Problem) -> None:
        file = f"{self.file}/{problem.source}" if problem.source else self.file
        refused = str(problem.is_refusal).lower()
        self._write((file, problem.line, problem.column, problem.sku, problem.reason, refused))
        self._count += 1
        if self._count <= SHOWN:
            place = ":".join(str(part) for part in (file, problem.line, problem.column) if part)
            word = "refused" if problem.is_refusal else "warning"
            sku = f" ({problem.sku})" if problem.sku else ""
            self.say(f"{place}: {word}{sku}: {problem.reason}")

    def finish(self) -> None:
        if self._count > SHOWN:
            where = f"all are in {self._path}" if self._path else "--errors FILE.csv keeps them all"
            self.say(f"... and {self._count - SHOWN} more problems; {where}.")

    def _write(self, cells: Any) -> None:
        if self._sink is not None:
            csv.writer(self._sink).writerow([texts.neutralized(str(cell)) for cell in cells])


class Interruption:
    """Ctrl-C: the first one lets the batch at hand be finished, the second one takes it back."""

    def __init__(self) -> None:
        self._is_wanted = False
        self._before: Any = None

    def __enter__(self) -> "Interruption":
        with contextlib.suppress(ValueError):  # not the main thread: nobody presses Ctrl-C there
            self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def is_wanted(self) -> bool:
        return self._is_wanted

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._is_wanted:
            raise KeyboardInterrupt
        self._is_wanted = True


def progress() -> Progress:
    """Return a line for each file on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        TextColumn("{task.fields[tally]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )


@contextlib.contextmanager
def path(name: str) -> Iterator[Path]:
    """Offer the file called ``name``; standard input is put into a file first, as it is read twice."""
    if name != STDIN:
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(prefix="import-", suffix=".stdin") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Path(file.name)


@dataclass
class Run:
    """One call of a command that imports: what it says and shows, whether it is to end, how it went."""

    report: Report
    progress: Progress
    interruption: Interruption
    status: int = 0

    def refuse(self, name: str, reason: Any) -> None:
        """Say that a file cannot be read, or not any further."""
        self.report.say(f"{name}: {reason}")
        self.status = 2


class FilesCommand(BaseCommand):
    """Imports files and says what became of every row, also of what is in when it is interrupted."""

    tally: Callable[[], Any]
    """Counts of rows, a dataclass: the sum of all files is said at the end."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="Plain or zipped; - is standard input.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )
        parser.add_argument("--errors", type=Path, metavar="FILE.csv", help="Write every problem there.")

    def import_files(self, run: Run, total: Any, options: dict[str, Any]) -> None:
        """Import ``options["files"]``, until ``run.interruption.is_wanted()``, and count in ``total``."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        total = self.tally()
        with contextlib.ExitStack() as stack:
            try:
                report = stack.enter_context(Report(self.stderr, options["errors"]))
            except OSError as error:
                self.stderr.write(f"{options['errors']}: {error.strerror}")
                raise SystemExit(2) from None
            interruption = stack.enter_context(Interruption())
            shown = stack.enter_context(progress())
            if not shown.disable:
                report.say = partial(shown.console.print, markup=False, highlight=False, soft_wrap=True)
            run = Run(report, shown, interruption)
            with contextlib.suppress(KeyboardInterrupt):  # the second one: the batch at hand is taken back
                self.import_files(run, total, options)
            if interruption.is_wanted():
                report.say("Interrupted. What is counted below is in; to complete the rest, import again.")
                run.status = INTERRUPTED
            report.finish()
        if options["dry_run"]:
            self.stderr.write("Nothing was changed (--dry-run).")
        self.stdout.write(str(total))
        if run.status or total.refused:
            raise SystemExit(run.status or 1)


def adding_to(total: Any) -> Callable[[Any], None]:
    """Return what adds the counts of a file, as they are so far, to those of the files before it."""
    before = {field.name: getattr(total, field.name) for field in fields(total)}

    def add(tally: Any) -> None:
        for name, count in before.items():
            setattr(total, name, count + getattr(tally, name))

    return add
