"""What a report on millions of order lines costs: time, memory, and how both grow.

    ./shop bench analytics
    ./shop bench analytics --lines 1000000 10000000

Made-up lines of two years are written to Parquet a day at a time. The same sums (what each day and month came
to: as a whole, by country, category, brand, product and kind of customer) are then computed by the shop's own
code on Dask, with one worker, with two, and on a scheduler with two workers that were started before, as a
cluster is; and by pandas, DuckDB and Polars on the same files. Each runs in processes of its own; what they
and their children hold together is looked at every 50 ms. Whoever holds more than 4 GB is ended.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import django
import psutil

from benchmarks.databases import ROOT
from deploy.servers import free_port

LINES = (1_000_000, 10_000_000, 50_000_000)
MOST_MEGABYTES, STEEPEST = 2_000, 5.5
"""At 50 million lines; and how many times as long as 10 million they may take."""
ENDED_AT_MEGABYTES = 4_000
LONGEST_SECONDS = 1_800
SAMPLED_SECONDS = 0.05
START_SECONDS = 60
LOCAL = {"DJANGO_SETTINGS_MODULE": "dbProject.settings.local", "DASK_SCHEDULER_ADDRESS": ""}


class Cost(NamedTuple):
    """What one way took: seconds, the most that all its processes held together (MB), and what it found."""

    seconds: float
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

    ours: dict[int, Cost] = {}
    missed: list[str] = []
    for wanted in options.lines:
        with tempfile.TemporaryDirectory(prefix="shop-lines-", dir=options.folder) as folder:
            start = time.monotonic()
            lines = order_lines.write(Path(folder), wanted)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet")) / 1e6
            print(
                f"\n{lines:,} lines, {size:,.0f} MB, written in {time.monotonic() - start:.0f} s", flush=True
            )
            costs = measure(Path(folder), lines)
        ours[wanted] = costs["Dask, 2 workers"]
        found = {json.dumps(cost.report, sort_keys=True) for cost in costs.values() if cost.report}
        if len(found) != 1:
            missed.append(f"{lines:,} lines: two ways found different sums")
        most = max(cost.megabytes for name, cost in costs.items() if name.startswith("Dask"))
        if most > MOST_MEGABYTES:
            missed.append(f"{lines:,} lines: {most:,.0f} MB")
    largest = sorted(ours)[-2:]
    if len(largest) == 2:
        fewer, more = largest
        growth, allowed = ours[more].seconds / ours[fewer].seconds, STEEPEST / 5 * more / fewer
        print(f"\n{more / fewer:.0f} times the lines: {growth:.2f} times the time (at most {allowed:.2f})")
        if growth > allowed:
            missed.append(f"time grows {growth:.2f} times")
    print(f"budget: {'; '.join(missed) or 'met'}")
    return bool(missed)


def measure(folder: Path, lines: int) -> dict[str, Cost]:
    """Print and return what each way costs."""
    costs = {}
    print(f"{'':24}{'seconds':>9}{'lines/s':>12}{'peak MB':>9}", flush=True)

    def show(name: str, cost: Cost) -> None:
        costs[name] = cost
        if cost.report is None:
            print(
                f"{name:24}    ended: more than {ENDED_AT_MEGABYTES:,} MB or {LONGEST_SECONDS} s", flush=True
            )
        else:
            rate = lines / cost.seconds
            print(f"{name:24}{cost.seconds:9.1f}{rate:12,.0f}{cost.megabytes:9,.0f}", flush=True)

    show("Dask, 1 worker", run("dask", folder, "--workers", "1"))
    show("Dask, 2 workers", run("dask", folder, "--workers", "2"))
    with cluster(workers=2) as (address, processes):
        show("Dask, a cluster of 2", run("dask", folder, "--address", address, beside=processes))
    for way, name in (("pandas", "pandas"), ("duckdb", "DuckDB"), ("polars", "Polars")):
        show(name, run(way, folder))
    return costs


def run(way: str, folder: Path, *arguments: str, beside: tuple[int, ...] = ()) -> Cost:
    """Let one way compute; ``beside`` are processes that work for it and are not its children."""
    command = [sys.executable, "-m", "benchmarks.analytics_ways", way, str(folder), *arguments]
    start, most = time.monotonic(), 0.0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said)
        while process.poll() is None:
            most = max(most, megabytes(process.pid, *beside))
            if most > ENDED_AT_MEGABYTES or time.monotonic() - start > LONGEST_SECONDS:
                end(process.pid)
                process.wait()
                return Cost(time.monotonic() - start, most, None)
            time.sleep(SAMPLED_SECONDS)
        seconds = time.monotonic() - start
        if process.returncode:
            raise SystemExit(f"{way} ended with status {process.returncode}")
        said.seek(0)
        return Cost(seconds, most, json.loads(said.read().splitlines()[-1]))


def megabytes(*roots: int) -> float:
    """Return what these processes and all their children hold; what they share counts once."""
    total = 0
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            for process in (top := psutil.Process(root)), *top.children(recursive=True):
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    held = process.memory_full_info()
                    total += getattr(held, "pss", held.rss)
    return total / 1e6


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
