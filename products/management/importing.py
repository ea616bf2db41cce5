"""What commands that import files have in common: where problems go, Ctrl-C, progress, standard input."""

import contextlib
import csv
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

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
