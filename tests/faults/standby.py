"""A streaming copy of the tests' Postgres, which lags behind for as long as a test wants."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from signal import SIGQUIT

import psycopg2
import pytest
from django.db import connection

from deploy.servers import LAST_RESORT, free_port, postgres_bin, unprivileged
from tests.faults.processes import wait_until
from tests.services import MAX_CONNECTIONS

LAG = "1h"


class Standby:
    """A replica on loopback that applies nothing of what is committed later, until it may catch up."""

    def __init__(self, url, port, process):
        self.url = url
        self._port = port
        self._process = process

    def catch_up(self):
        """Apply everything, and what comes from now on at once."""
        with connection.cursor() as primary:
            primary.execute("SELECT pg_current_wal_insert_lsn()::text")
            (position,) = primary.fetchone()
        self._ask("ALTER SYSTEM SET recovery_min_apply_delay = 0")
        self._ask("SELECT pg_reload_conf()")
        there = f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"
        wait_until(lambda: self._ask(there), "the replica does not catch up")

    def lag(self):
        """Apply nothing of what is committed from now on."""
        self._ask(f"ALTER SYSTEM SET recovery_min_apply_delay = '{LAG}'")
        self._ask("SELECT pg_reload_conf()")

    def answers(self):
        try:
            return self._ask("SELECT pg_is_in_recovery()")
        except psycopg2.OperationalError:
            return False

    def stop(self):
        """End it as a machine that loses its power does."""
        self._process.send_signal(SIGQUIT)  # its children end with it, as they would not with SIGKILL
        self._process.wait()

    def _ask(self, statement):
        replica = psycopg2.connect(host="127.0.0.1", port=self._port, user="shop", dbname="postgres")
        replica.autocommit = True
        try:
            with replica.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            replica.close()


@contextmanager
def standby():
    """Copy the server that the tests run on as it is now, and let the copy follow it an hour late."""
    programs = postgres_bin()
    if not (programs / "pg_basebackup").exists():
        pytest.skip("these binaries of Postgres have no pg_basebackup")
    at, account, port = connection.settings_dict, unprivileged(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="shop-standby-", dir=LAST_RESORT))
    if account:
        os.chown(folder, account["user"], account["group"])
    process, log = None, (folder / "log").open("wb")
    how = {"cwd": "/", "stdout": log, "stderr": log, **account}
    try:
        source = ["-h", at["HOST"], "-p", str(at["PORT"]), "-U", "shop"]
        copy = ["-R", "-X", "stream", "-c", "fast", "--no-sync"]
        subprocess.run([programs / "pg_basebackup", "-D", folder / "data", *source, *copy], check=True, **how)  # noqa: S603 -- our own
        serve = [programs / "postgres", "-D", folder / "data", "-F", "-h", "127.0.0.1", "-p", str(port)]
        there = ["-c", "unix_socket_directories=", "-c", f"max_connections={MAX_CONNECTIONS}"]
        process = subprocess.Popen([*serve, *there], **how)  # noqa: S603 -- our own
        replica = Standby(f"postgres://shop@127.0.0.1:{port}/{at['NAME']}", port, process)
        wait_until(replica.answers, "the replica does not start")
        replica.lag()
        yield replica
    finally:
        if process is not None:
            replica.stop()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
