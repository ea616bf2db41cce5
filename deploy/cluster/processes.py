"""Processes that are kept running: who ends unasked is started again, and all end together."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

LOOK_SECONDS = 0.1
"""Between two looks whether everybody lives and answers."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
"""Before somebody who keeps ending is started again; each time twice as long, until they have lived."""
LIVED_SECONDS = 10.0


class NotReady(Exception):
    """A process did not come up; the message names its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start, how to see that it serves, and how it is asked to end."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    folder: Path
    """Where it runs."""
    answers: Callable[[], bool]
    ending: signal.Signals = signal.SIGTERM
    ending_seconds: float = 30.0
    account: Mapping[str, Any] = field(default_factory=dict)
    """Popen's arguments for another account than ours."""


class Crew:
    """Programs that run until they are stopped. Use it from one thread; another looks after the programs."""

    def __init__(self, logs: Path, register: Path, tell: Callable[[int], None]) -> None:
        """Take the folder of the logs, the file that says who runs (:func:`sweep`), and who hears of pids."""
        self._logs, self._register, self._tell = logs, register, tell
        self._programs: dict[str, Program] = {}
        self._batches: list[tuple[str, ...]] = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._on_purpose: set[str] = set()
        self._lock = threading.RLock()
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="crew", daemon=True)
        self._watch.start()

    @property
    def names(self) -> list[str]:
        return list(self._programs)

    def program(self, name: str) -> Program:
        """Return what was started under a name."""
        return self._programs[name]

    def start(self, *programs: Program, seconds: float = 60.0) -> None:
        """Start programs together and wait until all of them answer.

        Raises:
            NotReady: One of them does not, within so many seconds.
        """
        with self._lock:
            if new := tuple(program.name for program in programs if program.name not in self._programs):
                self._batches.append(new)
            for program in programs:
                self._programs[program.name] = program
                self._on_purpose.discard(program.name)
                self._launch(program)
        for program in programs:
            self.wait_for(program.name, seconds=seconds)

    def wait_for(self, name: str, *, seconds: float = 60.0) -> None:
        """Wait until a program answers.

        Raises:
            NotReady: It does not, within so many seconds.
        """
        deadline = time.monotonic() + seconds
        while not (self.pid(name) and self._programs[name].answers()):
            if time.monotonic() > deadline:
                raise NotReady(f"{name} does not answer; see {self.log(name)}\n{self._said(name)}")
            self.pause()

    def pause(self) -> None:
        """Wait a moment, as between two looks."""
        self._is_over.wait(LOOK_SECONDS)

    def pid(self, name: str) -> int | None:
        """Return the process that a program runs in, or None while it does not run."""
        process = self._running.get(name)
        return process.pid if process is not None and process.poll() is None else None

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a program's first process, if it runs."""
        if pid := self.pid(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def hang(self, name: str) -> None:
        """Stop a program and its children where they are: connections stay open, and nobody answers."""
        for process in self._family(name):
            process.suspend()

    def go_on(self, name: str) -> None:
        """Let a program that hangs go on."""
        for process in self._family(name):
            process.resume()

    def kill(self, name: str, *, stays_dead: bool = False) -> None:
        """End a program and its children at once, as a lost machine does; then it is started again."""
        with self._lock:
            if stays_dead:
                self._on_purpose.add(name)
            family = self._family(name)
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self._running[name].wait()
            psutil.wait_procs(family, timeout=10)
            self._keep_books()

    def stop(self, *names: str) -> None:
        """Ask programs to end, all at once, and wait for it; who takes too long is killed."""
        with self._lock:
            self._on_purpose.update(names)
            for name in names:
                self.go_on(name)
                self.send(name, self._programs[name].ending)
        for name in names:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running[name].wait(self._programs[name].ending_seconds)
            self.kill(name, stays_dead=True)

    def restart(self, name: str) -> None:
        """Stop a program, start it again and wait until it answers."""
        self.stop(name)
        self.start(self._programs[name])

    def end(self) -> None:
        """Stop everything: who was started together ends together, the last first."""
        for batch in reversed(self._batches):
            self.stop(*(name for name in batch if name in self._running))
        self._is_over.set()
        self._watch.join()
        self._register.unlink(missing_ok=True)

    def _launch(self, program: Program) -> None:
        with self.log(program.name).open("ab") as log:
            self._running[program.name] = subprocess.Popen(
                [str(part) for part in program.command],
                cwd=program.folder,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                **program.account,
            )
        self._tell(self._running[program.name].pid)
        self._started_at[program.name] = time.monotonic()
        self._keep_books()

    def _look_after(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            with self._lock:
                for name, process in list(self._running.items()):
                    if process.poll() is not None and name not in self._on_purpose:
                        self._bring_back(name)

    def _bring_back(self, name: str) -> None:
        now = time.monotonic()
        if name not in self._due:
            has_lived = now - self._started_at[name] > LIVED_SECONDS
            pause = FIRST_PAUSE_SECONDS if has_lived else self._pauses.get(name, FIRST_PAUSE_SECONDS)
            self._pauses[name] = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self._due[name] = now + pause
        if now >= self._due[name]:
            del self._due[name]
            self._launch(self._programs[name])

    def _family(self, name: str) -> list[psutil.Process]:
        pid = self.pid(name)
        if pid is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            return [process, *process.children(recursive=True)]
        return []

    def _said(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")[-3000:] if self.log(name).exists() else ""

    def _keep_books(self) -> None:
        rows = {}
        for name in self._running:
            with contextlib.suppress(psutil.NoSuchProcess, TypeError):
                pid = self.pid(name)
                rows[name] = [pid, psutil.Process(pid).create_time() if pid else 0]
        new = self._register.with_suffix(".new")
        new.write_text(json.dumps(rows))
        new.replace(self._register)


def sweep(register: Path) -> None:
    """Kill whom a crew has left behind that was killed itself, as its register has them."""
    rows: dict[str, list[float]] = json.loads(register.read_text()) if register.exists() else {}
    since = {int(pid): created for pid, created in rows.values() if pid}
    for process in psutil.process_iter(["create_time"]):
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess, psutil.AccessDenied):
            group = os.getpgid(process.pid)
            # Its leader is one of theirs, or whoever is left of a group of theirs whose leader has gone.
            if group in since and process.info["create_time"] >= since[group] - 1:
                process.kill()
    register.unlink(missing_ok=True)
