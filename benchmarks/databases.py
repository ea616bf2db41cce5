"""Databases of a benchmark's own, and management commands on them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent


class Run(NamedTuple):
    """One finished command: how long it took (seconds), its peak memory (MB), and what it said."""

    seconds: float
    megabytes: float
    said: str


@contextmanager
def database() -> Iterator[str]:
    """Make a migrated database, offer its address, and drop it."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        raise SystemExit(
            "DATABASE_URL has to name a Postgres, for example postgres://shop@127.0.0.1:5432/shop"
        )
    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    try:
        manage(url, "migrate", "--verbosity", "0")
        yield url
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.close()


def manage(url: str, *arguments: str | Path) -> Run:
    """Run a management command in a process of its own on the database at ``url``."""
    command = [sys.executable, str(ROOT / "manage.py"), *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as said:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, stdout=said)
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{arguments[0]} ended with status {process.returncode}")
        said.seek(0)
        bytes_per_unit = 1 if sys.platform == "darwin" else 1024
        return Run(seconds, usage.ru_maxrss * bytes_per_unit / 1e6, said.read())
