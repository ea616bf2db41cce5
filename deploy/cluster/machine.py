"""What this machine offers the cluster: programs, ports, places, and whether somebody answers there."""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from deploy.cluster.processes import NotReady
from deploy.servers import postgres_bin, unprivileged

NoDatabase = psycopg2.OperationalError
ADMINISTRATOR = "shop"
"""The superuser of Postgres, whom no process of the shop is."""
FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below those that outgoing connections are given: who is restarted finds its port free."""
PROGRAMS = ("nginx", "pgbouncer")
"""What the system has to have; Debian's packages have the same names."""
PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


def missing_programs() -> list[str]:
    """Return what is not there."""
    return [name for name in PROGRAMS if not Path(program(name)).is_absolute()]


def program(name: str) -> str:
    """Return where a program is; its name alone if it is nowhere."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *PLACES])) or name


def filled_in(template: Path, **values: object) -> str:
    """Return a template with each ``${NAME}`` filled in, as envsubst would.

    Raises:
        KeyError: A name has no value.
    """
    return re.sub(r"\$\{([A-Z_]+)\}", lambda name: str(values[name[1]]), template.read_text())


@contextlib.contextmanager
def connection(port: int, database: str) -> Iterator[Any]:
    connection = psycopg2.connect(
        host="127.0.0.1", port=port, user=ADMINISTRATOR, dbname=database, connect_timeout=2
    )
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def room_of(folder: Path) -> Path:
    """Return where the accounts of Postgres and PgBouncer may go: the folder, or a place that it links to."""
    account = unprivileged()
    if not subprocess.run(["test", "-x", folder], check=False, cwd="/", **account).returncode:
        return folder
    link = folder / "room"
    if not link.exists():
        link.unlink(missing_ok=True)
        room = Path(tempfile.mkdtemp(prefix="shop-cluster-", dir="/var/tmp"))
        room.chmod(0o755)
        link.symlink_to(room)
    return link.resolve()


def postgres_programs() -> Path:
    programs = postgres_bin()
    if subprocess.run(
        ["test", "-x", programs / "postgres"], check=False, cwd="/", **unprivileged()
    ).returncode:
        raise NotReady(f"{programs} cannot be reached by the account that Postgres runs as.")
    return programs


def plain_environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "") + ":/usr/sbin",
        "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",
    }


def mime_types() -> Path:
    places = [Path(base) / "nginx/mime.types" for base in ("/etc", "/opt/homebrew/etc", "/usr/local/etc")]
    return next((place for place in places if place.exists()), places[0])


def free_ports(*names: str) -> dict[str, int]:
    ports: dict[str, int] = {}
    while len(ports) < len(names):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in ports.values():
                ports[names[len(ports)]] = port
    return ports


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def redis_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False


def is_alive(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def children_of(pid: int | None) -> list[psutil.Process]:
    return psutil.Process(pid).children() if pid else []


def wait_for_the_end_of(processes: list[psutil.Process], *, seconds: float) -> None:
    psutil.wait_procs(processes, timeout=seconds)
