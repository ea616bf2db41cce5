"""What a report on millions of order lines costs: time, memory, and how both grow.

    ./shop bench analytics
    ./shop bench analytics --lines 1000000 10000000

Made-up lines of two years are written to Parquet a day at a time. The same sums (what each day and month came
to: as a whole, by country, category, brand, product and kind of customer) are then computed by the shop's own
code on Dask, with one worker, with two, and on a scheduler with two workers that were started before, as a
cluster is; and by pandas, DuckDB and Polars on the same files. Each runs in processes of its own; what they
and their children hold together, and how long they have computed, is looked at every 50 ms. Whoever holds
more than 4 GB is ended. What 1, 10 and 50 million come to is written to ``benchmarks/results/``, from which
``/architecture/`` shows it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import django
import psutil

from benchmarks import results
from benchmarks.databases import ROOT
from deploy.servers import free_port

LINES = (1_000_000, 10_000_000, 50_000_000)
OURS = ("Dask, 1 worker", "Dask, 2 workers", "Dask, a cluster of 2")
MOST_MEGABYTES, STEEPEST = 2_000, 5.5
"""Of each of ours at 50 million lines; and how many times as long as 10 million it may take."""
ENDED_AT_MEGABYTES = 4_000
LONGEST_SECONDS = 1_800
SAMPLED_SECONDS = 0.05
START_SECONDS = 60
LOCAL = {"DJANGO_SETTINGS_MODULE": "dbProject.settings.local", "DASK_SCHEDULER_ADDRESS": ""}


class Cost(NamedTuple):
    """What one way took, by the clock and of computing, and what it found; nothing if it was ended.

    ``megabytes`` is the most that all its processes held together.
    """

    seconds: float
    computing_seconds: float
    megabytes: float
    report: dict[str, list[int]] | None


def main() -> int:
    """Measure and print; return 1 when a budget is missed or two ways disagree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, nargs="+", default=LINES)
    parser.add_argument("--folder", help="Where the files go meanwhile; 1.3 GB for 50 million lines.")
    options = parser.parse_args()
    os.environ |= LOCAL
    django.setup()
    from benchmarks import order_lines

    costs: dict[int, dict[str, Cost]] = {}
    sizes: dict[int, tuple[int, int]] = {}
    missed: list[str] = []
    for wanted in options.lines:
        with tempfile.TemporaryDirectory(prefix="shop-lines-", dir=options.folder) as folder:
            start = time.monotonic()
            lines = order_lines.write(Path(folder), wanted)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet"))
            sizes[wanted] = lines, size
            took = time.monotonic() - start
            print(f"\n{lines:,} lines, {size / 1e6:,.0f} MB, written in {took:.0f} s", flush=True)
            costs[wanted] = measure(Path(folder), lines)
        found = {json.dumps(cost.report, sort_keys=True) for cost in costs[wanted].values() if cost.report}
        if len(found) != 1:
            missed.append(f"{lines:,} lines: two ways found different sums")
        missed += [
            f"{lines:,} lines, {name}: {costs[wanted][name].megabytes:,.0f} MB"
            for name in OURS
            if costs[wanted][name].megabytes > MOST_MEGABYTES or costs[wanted][name].report is None
        ]
    growth = grown(costs)
    if growth:
        fewer, more = sorted(costs)[-2:]
        allowed = STEEPEST / 5 * more / fewer
        print(f"\n{more / fewer:.0f} times the lines, how many times the time (at most {allowed:.2f}):")
        for name, (times, computing) in growth.items():
            print(f"{name:24}{times:9.2f}    of computing {computing:.2f}")
            if times > allowed:
                missed.append(f"time grows {times:.2f} times with {name}")
    print(f"budget: {'; '.join(missed) or 'met'}")
    if tuple(options.lines) == LINES:
        print(f"written to {results.write('analytics', told(costs, sizes, growth, missed))}")
    return bool(missed)


def grown(costs: Mapping[int, Mapping[str, Cost]]) -> dict[str, tuple[float, float]]:
    """Return how many times as long each of ours takes for the most lines as for the second most."""
    if len(costs) < 2:
        return {}
    fewer, more = (costs[wanted] for wanted in sorted(costs)[-2:])
    return {
        name: (
            more[name].seconds / fewer[name].seconds,
            more[name].computing_seconds / fewer[name].computing_seconds,
        )
        for name in OURS
    }


def told(
    costs: Mapping[int, Mapping[str, Cost]],
    sizes: Mapping[int, tuple[int, int]],
    growth: Mapping[str, tuple[float, float]],
    missed: Sequence[str],
) -> dict[str, Any]:
    """Return what was measured as it is kept; a way that was ended has no figures."""
    from django.conf import settings

    return {
        "worker_memory": settings.ANALYTICS_WORKER_MEMORY,
        "ended_at_megabytes": ENDED_AT_MEGABYTES,
        "sizes": [
            {
                "lines": sizes[wanted][0],
                "bytes": sizes[wanted][1],
                "ways": [
                    {
                        "name": name,
                        **({"seconds": round(cost.seconds, 1),
                            "computing_seconds": round(cost.computing_seconds, 1),
                            "megabytes": round(cost.megabytes)} if cost.report else {}),
                    }
                    for name, cost in costs[wanted].items()
                ],
            }
            for wanted in sorted(costs)
        ],
        "growth": {name: [round(one, 2) for one in times] for name, times in growth.items()},
        "missed": list(missed),
    }  # fmt: skip


def measure(folder: Path, lines: int) -> dict[str, Cost]:
    """Print and return what each way costs."""
    costs = {}
    print(f"{'':24}{'seconds':>9}{'computing':>11}{'lines/s':>12}{'peak MB':>9}", flush=True)

    def show(name: str, cost: Cost) -> None:
        costs[name] = cost
        if cost.report is None:
            print(
                f"{name:24}    ended: more than {ENDED_AT_MEGABYTES:,} MB or {LONGEST_SECONDS} s", flush=True
            )
        else:
            rate = lines / cost.seconds
            took = f"{cost.seconds:9.1f}{cost.computing_seconds:11.1f}"
            print(f"{name:24}{took}{rate:12,.0f}{cost.megabytes:9,.0f}", flush=True)

    alone, two, apart = OURS
    show(alone, run("dask", folder, "--workers", "1"))
    show(two, run("dask", folder, "--workers", "2"))
    with cluster(workers=2) as (address, processes):
        show(apart, run("dask", folder, "--address", address, beside=processes))
    for way, name in (("pandas", "pandas"), ("duckdb", "DuckDB"), ("polars", "Polars")):
        show(name, run(way, folder))
    return costs


def run(way: str, folder: Path, *arguments: str, beside: tuple[int, ...] = ()) -> Cost:
    """Let one way compute; ``beside`` are processes that work for it and are not its children."""
    command = [sys.executable, "-m", "benchmarks.analytics_ways", way, str(folder), *arguments]
    watch = Watch(beside)
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said)
        while process.poll() is None:
            watch.look(process.pid)
            if watch.megabytes > ENDED_AT_MEGABYTES or time.monotonic() - start > LONGEST_SECONDS:
                end(process.pid)
                process.wait()
                return Cost(time.monotonic() - start, watch.seconds, watch.megabytes, None)
            time.sleep(SAMPLED_SECONDS)
        seconds = time.monotonic() - start
        if process.returncode:
            raise SystemExit(f"{way} ended with status {process.returncode}")
        said.seek(0)
        return Cost(seconds, watch.seconds, watch.megabytes, json.loads(said.read().splitlines()[-1]))


class Watch:
    """Looks at what processes and all their children hold, and at how long they have computed since."""

    def __init__(self, beside: Sequence[int]) -> None:
        self.megabytes = 0.0
        self._beside = beside
        self._computed: dict[int, float] = {}
        self._before: dict[int, float] = {}
        for process in _families(beside):
            with suppress(psutil.NoSuchProcess):
                self._before[process.pid] = _computed(process)

    @property
    def seconds(self) -> float:
        """Of computing; that of the last moments of whoever has ended is missing."""
        return sum(took - self._before.get(pid, 0.0) for pid, took in self._computed.items())

    def look(self, root: int) -> None:
        """Look once; what processes share counts once."""
        total = 0
        for process in _families((root, *self._beside)):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                self._computed[process.pid] = _computed(process)
                held = process.memory_full_info()
                total += getattr(held, "pss", held.rss)
        self.megabytes = max(self.megabytes, total / 1e6)


def _families(roots: Sequence[int]) -> Iterator[psutil.Process]:
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            top = psutil.Process(root)
            yield from (top, *top.children(recursive=True))


def _computed(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def end(root: int) -> None:
    """Kill a process and all its children."""
    with suppress(psutil.NoSuchProcess):
        for process in *(top := psutil.Process(root)).children(recursive=True), top:
            with suppress(psutil.NoSuchProcess):
                process.kill()


@contextmanager
def cluster(*, workers: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Start a scheduler and so many workers as those of a cluster; yield its address and their pids."""
    from django.conf import settings

    from orders.analytics import engine

    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory(prefix="shop-dask-") as scratch:
        schedule = [
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            address.rpartition(":")[2],
            "--no-dashboard",
        ]
        work = ["worker", address, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"]
        work += ["--memory-limit", settings.ANALYTICS_WORKER_MEMORY, "--local-directory", scratch]
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=scratch,
                env=os.environ | engine.ALLOCATOR,
                **quiet,
            )
            for command in (schedule, work)
        ]
        try:
            await_workers(address, workers)
            yield address, tuple(process.pid for process in started)
        finally:
            for process in reversed(started):
                end(process.pid)
                process.wait()


def await_workers(address: str, workers: int) -> None:
    """Wait until all of them are there."""
    from distributed import Client

    with Client(address, timeout=START_SECONDS) as client:
        client.wait_for_workers(workers, timeout=START_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
