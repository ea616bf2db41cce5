"""What the sum of all exported order lines costs on Dask: for ``/architecture/``, measured when asked for.

The web process that asks loads nothing of it: a process of its own computes, on a cluster of its own or on
the one of the settings, and says what it took.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from django.conf import settings

from orders.analytics import engine

LONGEST_SECONDS = 25
"""After which nothing is said: gunicorn ends a worker that is silent for 30."""
SAMPLED_SECONDS = 0.05


class Trial(NamedTuple):
    """So many ``lines`` by so many ``workers``: seconds, and the most that all of them held together (bytes).

    ``totals`` is what they come to: currency -> ten-thousandths.
    """

    lines: int
    totals: dict[str, int]
    workers: int
    seconds: float
    peak_bytes: int


def has_data() -> bool:
    """Say whether order lines were exported, so that there is something to sum."""
    return next(lines_folder().glob("day=*"), None) is not None


def lines_folder() -> Path:
    """Return where the lines are."""
    return Path(settings.ANALYTICS_DIR) / "lines"


def compare() -> Trial | None:
    """Sum all lines in a process of its own; ``None`` if that fails or takes more than 25 s."""
    asked = [sys.executable, "-m", "orders.analytics.trial"]
    with subprocess.Popen(  # noqa: S603 -- our own file, by this Python
        asked, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            said, _nothing = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    return Trial(**json.loads(said)) if process.returncode == 0 else None


def measure() -> Trial:
    """Sum all lines, and look all the while at what this process and its children hold."""
    from orders.analytics import partial_sums, sums

    with _Watch() as watch, engine.client() as client:
        begin = time.perf_counter()
        total = engine.Shipped(partial_sums.totals)
        cut = sums.pieces(lines_folder())
        futures = {number: client.submit(total, one.days, pure=False) for number, one in enumerate(cut)}
        parts = [part for _number, part in engine.results(client, futures)]
        seconds = time.perf_counter() - begin
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
    lines, amounts = _added(parts)
    return Trial(lines, amounts, workers, seconds, watch.peak_bytes)


def _added(parts: Iterable[dict[str, tuple[int, int]]]) -> tuple[int, dict[str, int]]:
    lines, amounts = 0, dict[str, int]()
    for part in parts:
        for currency, (count, amount) in part.items():
            lines += count
            amounts[currency] = amounts.get(currency, 0) + amount
    return lines, amounts


class _Watch:
    """Samples what this process and all its children hold, for as long as the block lasts."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(SAMPLED_SECONDS):
            self.peak_bytes = max(self.peak_bytes, _held())


def _held() -> int:
    total = 0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            held = process.memory_full_info()
            total += getattr(held, "pss", held.rss)
    return total


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(measure()._asdict()))
