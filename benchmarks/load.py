"""A web server under load: what it answers, and what it and Postgres spend on it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Self

import psutil
from django.db import connection as database

from benchmarks.databases import ROOT
from deploy.servers import free_port

HOST = "shop.example.com"
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https"}
WORKERS = 2
READY_SECONDS = 30
CONNECTIONS, THREADS = 16, 1
SCRIPT = """
request = function()  -- of somebody else each time: nobody may ask so often
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.1", math.random(255), math.random(255))
  return wrk.format()
end
done = function(summary, latency, requests)
  io.write(string.format("FIGURES %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.status + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one page did under load; times in milliseconds, CPU and bytes per request."""

    rate: float
    bytes: float
    median_ms: float
    p99_ms: float
    app_ms: float
    postgres_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.app_ms + self.postgres_ms


def gunicorn(port: int) -> list[str]:
    """Return how the two web processes are started on ``port`` of loopback.

    Without threads: connections that stay open fall unevenly on processes that have them, and so would the
    figures.
    """
    started = [sys.executable, "-m", "gunicorn", "dbProject.wsgi", "--no-control-socket"]
    return [*started, "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--log-level", "warning"]


class Server:
    """Gunicorn's two workers on ``settings`` and this process's environment."""

    def __init__(self, settings: str, **environment: str) -> None:
        self.port = free_port()
        self._server = subprocess.Popen(
            gunicorn(self.port),
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": settings} | environment,
        )

    def __enter__(self) -> Self:
        """Wait until the port answers and the workers have nothing left to start with."""
        deadline = time.monotonic() + READY_SECONDS
        before = -1.0
        while len(self._workers()) < WORKERS or not answers(self.port) or self._app_seconds() > before + 0.02:
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("gunicorn did not start")
            before = self._app_seconds()
            time.sleep(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    def warm_up(self, path: str) -> None:
        """Ask often enough that both workers have answered, and hold what they will."""
        for number in range(10 * WORKERS):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=READY_SECONDS)
            connection.request("GET", path, headers=HEADERS | {"X-Forwarded-For": f"10.0.0.{number}"})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            if answer.status != 200:
                raise SystemExit(f"{path} was answered with {answer.status}")

    def load(self, path: str, *, seconds: float) -> Load:
        """Ask for ``path`` for so long, over 16 connections."""
        with NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(SCRIPT)
            script.flush()
            app, postgres = self._app_seconds(), _postgres_seconds()
            said = subprocess.run(
                [
                    *("wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{max(1, round(seconds))}s"),
                    *("-s", script.name),
                    *(part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")),
                    f"http://127.0.0.1:{self.port}{path}",
                ],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            app, postgres = self._app_seconds() - app, _postgres_seconds() - postgres
        figures = re.search(r"FIGURES (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", said)
        if figures is None:
            raise SystemExit(f"wrk said\n{said}")
        requests, microseconds, size, median, p99, errors = map(int, figures.groups())
        if errors or not requests:
            raise SystemExit(f"{path}: {errors} of {requests} answers were errors")
        return Load(
            rate=requests / (microseconds / 1e6),
            bytes=size / requests,
            median_ms=median / 1000,
            p99_ms=p99 / 1000,
            app_ms=1000 * app / requests,
            postgres_ms=1000 * postgres / requests,
        )

    def megabytes(self) -> tuple[float, float]:
        """Return what the larger worker holds: its share where pages are shared (Linux), and all of it."""
        found = [worker.memory_full_info() for worker in self._workers()]
        return max(getattr(one, "pss", one.rss) for one in found) / 1e6, max(one.rss for one in found) / 1e6

    def _workers(self) -> list[psutil.Process]:
        return psutil.Process(self._server.pid).children()

    def _app_seconds(self) -> float:
        return sum(sum(worker.cpu_times()[:2]) for worker in self._workers())


def bare_rate(*, seconds: float) -> float | None:
    """Return how many bare pages with 24 rows a second there are; ``None`` without wrk."""
    if shutil.which("wrk") is None:
        return None
    with Server("benchmarks.bare_site") as bare:
        bare.warm_up("/from-rows/")
        return bare.load("/from-rows/", seconds=seconds).rate


def _postgres_seconds() -> float:
    """Return the CPU seconds that Postgres has spent, in processes that have ended as well."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(psutil.Process(cursor.fetchone()[0]).ppid())
    return sum(server.cpu_times()[:4]) + sum(sum(one.cpu_times()[:2]) for one in server.children())


def answers(port: int) -> bool:
    """Say whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
