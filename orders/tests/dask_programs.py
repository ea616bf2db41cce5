"""A scheduler and workers as a cluster has them: programs of their own that know nothing of the shop."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import NamedTuple

NEEDED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


class Programs(NamedTuple):
    """A running cluster; a worker stands for its nanny, which starts another when it dies."""

    address: str
    scheduler: subprocess.Popen
    workers: list


def program(*arguments, folder):
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    return subprocess.Popen(  # noqa: S603 -- Dask's own programs
        [sys.executable, "-P", "-m", "dask", *arguments],
        cwd=folder,
        env=environment | {"HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def running(folder, *, workers=2):
    """Start them in a folder from where the shop cannot be imported; end them with the block."""
    file = folder / "scheduler.json"
    loopback = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = program(
        "scheduler", *loopback, "--port", "0", "--scheduler-file", str(file),
        "--dashboard-address", "127.0.0.1:0", folder=folder,
    )  # fmt: skip
    started = [scheduler]
    try:
        address = _address(file)
        started += [
            program(
                "worker", address, *loopback, "--nthreads", "1", "--memory-limit", "700MiB", folder=folder
            )
            for _ in range(workers)
        ]
        yield Programs(address, scheduler, started[1:])
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            with suppress(subprocess.TimeoutExpired):
                one.wait(10)
            one.kill()
            one.wait()


def _address(file):
    import json

    for _ in range(600):
        with suppress(OSError, ValueError):
            return json.loads(file.read_text())["address"]
        time.sleep(0.05)
    raise TimeoutError("no scheduler within 30 s")
