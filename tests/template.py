"""A database that was migrated once, from which each process of the tests copies its own: in a blink.

Only in the private Postgres of ``tests.services``, where nobody's data is. Its name says of what code it is:
who changes a migration, if only for a moment, is given another one.
"""

import fcntl
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
APPS = ("dbProject", "users", "products", "orders")


def is_wanted():
    return connection.vendor == "postgresql" and "PRIVATE_SERVICES" in os.environ


def name():
    """Return the name of the template of this code; make it if nobody has done so yet."""
    template = f"migrated_{_digest()}"
    with (Path(tempfile.gettempdir()) / f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other processes wait for the first
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
            is_there = cursor.fetchone() is not None
        if not is_there:
            _make(template)
    return template


def _digest():
    code = sha256()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "tests" not in path.parts:
                code.update(path.read_bytes())
    return code.hexdigest()[:16]


def _make(template):
    draft, own = f"{template}_draft", connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {draft}")
        cursor.execute(f"CREATE DATABASE {draft}")
    connection.close()
    connection.settings_dict["NAME"] = draft
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {draft} RENAME TO {template}")
