"""Private Postgres and Redis on free ports for a command, as root or as anyone; nothing system-wide.

``python -m tests.services [--durable] COMMAND... [--then COMMAND...]`` runs each command with
``DATABASE_URL``, ``REDIS_URL``, ``TMPDIR`` and ``PRIVATE_SERVICES`` set, then ends what is still running
and removes its one folder. The status is that of the first command that failed; after a signal it is 128
plus the signal's number.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg2

from deploy.servers import (
    LAST_RESORT,
    STOP_SECONDS,
    WISHES,
    Guard,
    end,
    free_port,
    postgres_bin,
    redis_bin,
    send,
    unprivileged,
)

PREFIX = "shop-services-"
READY_SECONDS = 30
MAX_CONNECTIONS = 300  # eight test processes, each with a storm of threads
FOR_TESTS = ["-F", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off"]
"""For throw-away data. Nothing is measured in the moment that a test has emptied its table.

``--durable`` starts Postgres without them."""
ELSEWHERE = ("DATABASE_REPLICA_URL", "CACHE_URL", "CELERY_BROKER_URL")
"""What a caller's environment may aim at other servers, where tests would wipe somebody's data."""


class EndedBySignal(Exception):
    """A wish to end reached this process; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Endings:
    """Turns the first wish to end into an exception, at a moment when nothing is half started."""

    def __init__(self) -> None:
        self._number = 0
        self._held_back = False
        for number in WISHES:
            signal.signal(number, self._heard)

    @contextlib.contextmanager
    def held_back(self) -> Iterator[None]:
        """Let the block finish before the exception comes."""
        self._held_back = True
        try:
            yield
        finally:
            self._held_back = False
        if self._number:
            raise EndedBySignal(self._number)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if self._number:
            return  # already on the way out
        self._number = number
        if not self._held_back:
            raise EndedBySignal(number)


def remove_stale() -> None:
    """Remove what a run left whose guard was killed too, or whose machine was switched off."""
    places = {Path(tempfile.gettempdir()), Path(LAST_RESORT)}
    for folder in [folder for place in places for folder in place.glob(f"{PREFIX}*")]:
        with contextlib.suppress(OSError):  # gone by now, or still in use
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for working_folder in glob.glob("/proc/[0-9]*/cwd"):  # Linux only
                    with contextlib.suppress(OSError):
                        if Path(os.readlink(working_folder)).is_relative_to(folder):
                            os.kill(int(working_folder.split("/")[2]), signal.SIGKILL)
                shutil.rmtree(folder)


class Services:
    """Postgres and Redis in a folder of their own."""

    def __init__(self, endings: Endings, *, durable: bool = False) -> None:
        self.durable = durable
        self.endings = endings
        self.account = unprivileged()
        self.servers: list[subprocess.Popen[bytes]] = []
        with endings.held_back():
            self.guard = Guard()
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._place()))
            self.guard.tell("folder", self.folder)
            self.lock = (self.folder / "lock.new").open("wb")  # open, and so locked, as long as we live
            fcntl.flock(self.lock, fcntl.LOCK_EX)
            (self.folder / "lock.new").rename(self.folder / "lock")
        self.folder.chmod(0o755)

    def start(self) -> dict[str, str]:
        """Start both and return the environment that names them."""
        environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        (self.folder / "tmp").mkdir()  # what a killed command leaves behind goes with the folder
        return environment | {
            "DATABASE_URL": self._start_postgres(),
            "REDIS_URL": self._start_redis(),
            "TMPDIR": str(self.folder / "tmp"),
            "PRIVATE_SERVICES": "1",
        }

    def run(self, command: list[Any], *, interactive: bool = True, **how: Any) -> int:
        """Run a command to its end and return its status; a signal to us ends it and all it started.

        Raises:
            EndedBySignal: After the command has ended.
        """
        # A group of its own can be ended as a whole, but could not read from a terminal (--pdb).
        own_group = not (interactive and sys.stdin is not None and sys.stdin.isatty())
        process = None
        try:
            with self.endings.held_back():
                process = subprocess.Popen(command, process_group=0 if own_group else None, **how)
                self.guard.tell("command", -process.pid if own_group else process.pid)
            status = process.wait()
            return 128 - status if status < 0 else status
        except (FileNotFoundError, PermissionError):
            sys.stderr.write(f"There is no command {command[0]} that can be run.\n")
            return 127
        except EndedBySignal as ended:
            if process is not None:
                if own_group or ended.number != signal.SIGINT:  # a terminal's Ctrl-C went to all of its group
                    send(-process.pid if own_group else process.pid, ended.number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
            raise
        finally:
            if process is not None:
                self._end(process, own_group=own_group)

    def stop(self) -> None:
        with self.endings.held_back():
            self.guard.finish(self.servers)

    def _end(self, process: subprocess.Popen[bytes], *, own_group: bool) -> None:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            process.kill()
            process.wait()
        if own_group:  # what the command started and did not end
            end(-process.pid, [signal.SIGTERM, signal.SIGKILL], seconds=2)
        self.guard.tell("command", 0)

    def _start_postgres(self) -> str:
        programs, data = self._reachable(postgres_bin() / "initdb").parent, self._own("postgres")
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",
        }
        make = [programs / "initdb", "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync"]
        with (self.folder / "log").open("ab") as log:
            status = self.run(
                make, interactive=False, stdout=log, stderr=log, cwd="/", env=environment, **self.account
            )
        if status:
            raise SystemExit((self.folder / "log").read_text())

        def command(port: int) -> list[Any]:
            return [
                *(programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port)),
                *("-c", "unix_socket_directories=", "-c", f"max_connections={MAX_CONNECTIONS}"),
                *([] if self.durable else FOR_TESTS),
            ]

        def connect(port: int) -> Any:
            return psycopg2.connect(
                host="127.0.0.1", port=port, user="shop", dbname="postgres", connect_timeout=2
            )

        port, connection = self._serve(
            command, signal.SIGQUIT, connect, psycopg2.OperationalError, env=environment
        )
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE shop")
        connection.close()
        return f"postgres://shop@127.0.0.1:{port}/shop"

    def _start_redis(self) -> str:
        program, data = self._reachable(redis_bin()), self._own("redis")

        def command(port: int) -> list[Any]:
            return [
                *(program, "--port", str(port), "--bind", "127.0.0.1", "--dir", data),
                *("--save", "", "--appendonly", "no"),
            ]

        def ping(port: int) -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7)

        port, _ = self._serve(command, signal.SIGKILL, ping, OSError)
        return f"redis://127.0.0.1:{port}/0"

    def _serve(
        self,
        command: Callable[[int], list[Any]],
        wish: signal.Signals,
        ask: Callable[[int], Any],
        not_yet: type[Exception],
        **how: Any,
    ) -> tuple[int, Any]:
        """Start a server on a free port, again if another program was quicker; return port and answer."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            port = free_port()
            with self.endings.held_back(), (self.folder / "log").open("ab") as log:
                # Apart from our group: Ctrl-C must not take the servers from under the tests that wind up.
                server = subprocess.Popen(
                    command(port), stdout=log, stderr=log, cwd="/", process_group=0, **how, **self.account
                )
                self.servers.append(server)
                self.guard.tell("server", server.pid, int(wish))
            while server.poll() is None and time.monotonic() < deadline:
                try:
                    return port, ask(port)
                except not_yet:
                    time.sleep(0.02)
        raise SystemExit((self.folder / "log").read_text())

    def _place(self) -> str:
        """Return the folder for temporary files, or the last resort if the servers' account is kept out."""
        place = tempfile.gettempdir()
        return place if self._may_enter(Path(place)) else LAST_RESORT

    def _own(self, name: str) -> Path:
        """Make a folder that belongs to the account the servers run as."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])
        return folder

    def _reachable(self, program: Path) -> Path:
        """Return ``program``, copied if the account cannot run it, as with a checkout in root's home."""
        if self._may_enter(program):
            return program
        wheel = next((parent for parent in program.parents if parent.name == "site-packages"), None)
        if wheel is None:
            return Path(shutil.copy(program, self.folder))
        package = program.relative_to(wheel).parts[0]
        for found in wheel.glob(f"{package}*"):  # the wheel's libraries lie beside the package
            shutil.copytree(found, self.folder / "wheels" / found.name, symlinks=True)
        return self.folder / "wheels" / program.relative_to(wheel)

    def _may_enter(self, path: Path) -> bool:
        return not subprocess.run(["test", "-x", path], check=False, cwd="/", **self.account).returncode


def main(arguments: list[str]) -> int:
    """Run the commands between the servers' start and end; return the status for the caller."""
    durable = arguments[:1] == ["--durable"]
    commands: list[list[str]] = [[]]
    for argument in arguments[durable:]:
        if argument == "--then":
            commands.append([])
        else:
            commands[-1].append(argument)
    if not all(commands):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        endings = Endings()
        remove_stale()
        services = Services(endings, durable=durable)
        try:
            environment = services.start()
            statuses = [services.run(list(command), env=environment) for command in commands]
        finally:
            services.stop()
    except EndedBySignal as ended:
        return 128 + ended.number
    return next(filter(None, statuses), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
