"""What gunicorn does for the shop beside its command line: a folder where all its processes count together.

gunicorn reads this file by itself when it is started in this folder.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
IS_UPGRADE = "GUNICORN_PID"
"""What gunicorn leaves to the one that takes over from it (USR2); the old one still counts in its folder."""


def on_starting(server: Any) -> None:
    """Begin to count from nothing."""
    given = os.environ.get(FOLDER)
    if given and IS_UPGRADE not in os.environ:
        Path(given).mkdir(parents=True, exist_ok=True)
        for file in Path(given).glob("*.db"):
            file.unlink(missing_ok=True)
        return
    server.counted_in = os.environ[FOLDER] = tempfile.mkdtemp(prefix="shop-metrics-")


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    if folder := getattr(server, "counted_in", None):
        shutil.rmtree(folder, ignore_errors=True)
