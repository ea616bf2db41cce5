"""The shop as processes on the test's database, each of which can be killed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from signal import SIGKILL
from threading import Event
from time import monotonic

import httpx
import psutil
from celery import current_app
from django.conf import settings
from django.db import connection
from prometheus_client.multiprocess import MultiProcessCollector

from dbProject.metrics import measures
from deploy.servers import Guard, end, free_port
from tests.faults.moments import FOLDER
from tests.faults.patience import DEADLINE_SECONDS

LOOK_EVERY = 0.05
LOGGED = 4_000
"""Letters of what a process has said that are shown when its test fails."""


def wait_until(is_so, what):
    """Wait for ``is_so()`` and return its answer; fail, naming ``what`` did not happen."""
    deadline = monotonic() + DEADLINE_SECONDS
    while not (answer := is_so()):
        assert monotonic() < deadline, f"within {DEADLINE_SECONDS} s: {what}"
        Event().wait(LOOK_EVERY)
    return answer


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Process:
    """One process and its children, in a group of their own."""

    def __init__(self, name, module, *arguments, folder, environment):
        self.name = name
        self._log = folder / f"{name}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own code
                [sys.executable, "-m", module, *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self.pid = self._process.pid

    def kill(self):
        """End it and its children at once, as a machine that loses its power does."""
        is_there = self._process.poll() is None
        family = psutil.Process(self.pid).children(recursive=True) if is_there else []
        end(-self.pid, [SIGKILL], seconds=0)
        self._process.wait()
        wait_until(lambda: not any(map(lives, family)), f"{self.name} does not end")

    def ended(self):
        """Wait until it ends by itself, and return its status."""
        return self._process.wait(DEADLINE_SECONDS)

    def kill_children(self):
        """End only what it has started."""
        for child in psutil.Process(self.pid).children():
            child.kill()

    def said(self):
        return f"--- {self.name}\n{self._log.read_text(errors='replace')[-LOGGED:]}"


class Shop:
    """Web, worker and clock; none runs until it is started, and all are killed in the end."""

    def __init__(self, folder, **environment):
        self._folder = folder
        self._figures = folder / "figures"
        self._guard = Guard()  # kills them should this process be killed
        self._processes = []
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        database = "postgres://{USER}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": database,
            "SITE_URL": self.url,
            FOLDER: str(folder),
            measures.FOLDER: str(self._figures),
            **environment,
        }
        self.browser = httpx.Client(base_url=self.url, timeout=DEADLINE_SECONDS, trust_env=False)

    def start_web(self, *, processes=1, threads=4):
        """Start a web server and wait until it answers; whom we kill it replaces at once (``--preload``)."""
        web = self._start(
            "web",
            "gunicorn",
            "dbProject.wsgi",
            *("-b", self.url.removeprefix("http://"), "--no-control-socket", "--log-level", "warning"),
            *("--workers", str(processes), "--threads", str(threads), "--preload"),
        )
        wait_until(self._answers, "the web server does not answer")
        return web

    def start_worker(self):
        """Start a worker with one process for tasks."""
        quick = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return self._start(
            "worker", "celery", "-A", "dbProject", "worker", "--concurrency", "1", "-l", "warning", *quick
        )

    def start_clock(self):
        """Start the clock; it keeps its times in memory."""
        return self._start("clock", "celery", "-A", "dbProject", "beat", "-S", "celery.beat:Scheduler")

    def start_command(self, name, *arguments):
        """Start ``manage.py NAME``."""
        return self._start(name, "django", name, *arguments)

    def is_connected(self):
        """Say whether a process of ours has a connection to the database still."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return bool(cursor.fetchone()[0])

    def stop_at(self, moment):
        """Ask the next process that comes to ``moment`` (``moments.py``) to stop there."""
        (self._folder / moment).touch()

    def stopped_at(self, moment):
        """Return the pid of the process that has stopped at ``moment``; wait for it."""
        reached = f"{moment} is reached by "
        found = wait_until(lambda: list(self._folder.glob(f"{reached}*")), f"nobody came to {moment}")
        found[0].unlink()
        return int(found[0].name.removeprefix(reached))

    def kill_at(self, moment):
        """Wait until a process has stopped at ``moment``, and kill that one only."""
        os.kill(self.stopped_at(moment), SIGKILL)

    @contextmanager
    def asking(self, path):
        """Ask for a page while the block runs; at its end, raise what came of that if it was no answer."""
        with ThreadPoolExecutor(1) as visitor:
            visit = visitor.submit(self.browser.get, path)
            yield
            visit.result(DEADLINE_SECONDS)

    def poisonings(self):
        """Return how often ``tasks.kill_its_process`` was begun."""
        return len(list(self._folder.glob("poisoned *")))

    def ended(self, task):
        """Return how often ``task`` has ended in which way, as its worker tells Prometheus."""
        if not self._figures.exists():
            return {}
        families = MultiProcessCollector(None, str(self._figures)).collect()
        told = [one for family in families for one in family.samples if one.name == "shop_tasks_total"]
        return {one.labels["state"]: one.value for one in told if one.labels["task"] == task}

    def end(self):
        """Kill everything; print what it said, which pytest shows of a test that failed."""
        self.browser.close()
        for process in self._processes:
            process.kill()
            sys.stdout.write(process.said())
        self._guard.finish([])

    def _start(self, name, module, *arguments):
        process = Process(name, module, *arguments, folder=self._folder, environment=self._environment)
        self._guard.tell("server", -process.pid, int(SIGKILL))
        self._processes.append(process)
        return process

    def _answers(self):
        try:
            return self.browser.get("/health/live").is_success
        except httpx.TransportError:
            return False


def queued():
    """Return how many messages wait in the queue."""
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen(current_app.conf.task_default_queue)


def unacknowledged():
    """Return how many messages workers have taken and not acknowledged."""
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.hlen("unacked")


def lose_the_queue():
    """Empty the broker, as a Redis that burned down."""
    with current_app.connection_for_read() as broker:
        broker.default_channel.client.flushdb()
