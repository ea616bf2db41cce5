"""A PgBouncer of a test's own before the tests' Postgres, configured as in production."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from deploy.cluster import machine
from deploy.servers import unprivileged

READY_SECONDS = 30
TEMPLATE = Path(__file__).parents[1] / "deploy/pgbouncer/pgbouncer.ini.template"


@contextmanager
def pgbouncer(database: dict[str, Any]) -> Iterator[int]:
    """Run one before a database, given as Django's settings have it; yield its port."""
    program = machine.program("pgbouncer")
    if not Path(program).is_absolute():
        pytest.fail("This test needs pgbouncer. Debian: sudo apt-get install pgbouncer", pytrace=False)
    (port,) = machine.free_ports("pgbouncer").values()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-", dir="/var/tmp") as folder:
        room = Path(folder)
        room.chmod(0o755)
        (room / "users.txt").write_text(f'"{database["USER"]}" "{database["PASSWORD"]}"\n')
        (room / "pgbouncer.ini").write_text(
            machine.filled_in(
                TEMPLATE,
                DATABASE=database["NAME"],
                POSTGRES_HOST=database["HOST"],
                POSTGRES_PORT=database["PORT"],
                LISTEN_ADDRESS="127.0.0.1",
                LISTEN_PORT=port,
                AUTH_TYPE="trust",
                AUTH_FILE=room / "users.txt",
            )
        )
        process = subprocess.Popen(  # noqa: S603 -- our own file
            [program, "--quiet", room / "pgbouncer.ini"],
            cwd="/",
            env=machine.plain_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **unprivileged(),
        )
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not machine.listens(port):
                assert process.poll() is None, "pgbouncer has ended"
                assert time.monotonic() < deadline, "pgbouncer does not answer"
                time.sleep(0.02)
            yield port
        finally:
            process.kill()
            process.wait()


@contextmanager
def through(port: int, name: str = "pooled") -> Iterator[BaseDatabaseWrapper]:
    """Have the tests' database under another name as well, by way of a PgBouncer, as operations.md says."""
    direct = connections["default"]
    told = {**direct.settings_dict, "HOST": "127.0.0.1", "PORT": port, "DISABLE_SERVER_SIDE_CURSORS": True}
    pooled = type(direct)(told, name)
    connections[name] = pooled
    try:
        yield pooled
    finally:
        pooled.close()
        del connections[name]
