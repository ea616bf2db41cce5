"""Where computing is done: on the cluster of ``DASK_SCHEDULER_ADDRESS``, or one made here for a while."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Timer
from types import ModuleType
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from orders.analytics.errors import (
    ClusterAway,
    ClusterDiffers,
    DataDamaged,
    DiskFull,
    NotInstalled,
    WorkerDied,
)

CONNECT_SECONDS = 10
START_SECONDS = 60
CLOSE_SECONDS = 10
LONELY_SECONDS = 30
"""How long a computation waits for the first worker, or for one to come back."""
PACKAGES = ("dask", "distributed", "cloudpickle", "pyarrow", "pandas")
"""What both sides have to have in the same version: data and functions travel between them."""
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "VIRTUAL_ENV")
"""All that workers made here get of the environment: none of the shop's secrets."""
ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc"}
"""Holds a fifth less at ten million lines than Arrow's own choice, and takes no longer."""
CONFIG: Mapping[str, Any] = {
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
    "distributed.diagnostics.nvml": False,
    "distributed.scheduler.allowed-failures": 2,  # more than one kill of a worker is not yet its task's fault
    "distributed.scheduler.http.routes": [],  # nothing to see, nothing to reach
    "distributed.scheduler.no-workers-timeout": "60s",
    "distributed.worker.http.routes": [],
    "distributed.worker.memory.target": 0.5,  # of a worker's memory; from there on data goes to disk
    "distributed.worker.memory.spill": 0.6,
    "distributed.worker.memory.pause": False,  # one that waits for memory gets none back by waiting
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.profile.enabled": False,
}
"""Set here and for workers made here; a cluster of its own keeps what it was started with."""
_packing = Lock()


def is_installed() -> bool:
    """Say whether the packages of ``requirements-analytics.txt`` are here; imports none of them."""
    return all(find_spec(name) for name in ("distributed", "pyarrow"))


def can_be_asked() -> bool:
    """Say whether a job that computes would find somebody who can: this process, or workers of a queue."""
    return bool(settings.ANALYTICS_QUEUE) or is_installed()


@contextmanager
def client(
    *, address: str | None = None, workers: int | None = None, memory: str | None = None
) -> Iterator[Any]:
    """Lend a ``distributed.Client`` to the block; what was started for it ends with it, however it ends.

    Failures of the cluster, of files and of disks leave the block as one of these, whatever Dask calls them.

    Args:
        address: Of a scheduler; of the settings if left out. Empty: a cluster of ``workers`` processes is
            started here, each with ``memory``, on the loopback interface alone.

    Raises:
        NotInstalled: The extra packages are not here.
        ClusterAway: Nobody answers there within 10 s, there is no worker, or the cluster went away.
        ClusterDiffers: It runs other versions.
        WorkerDied: One piece of work has ended several workers.
        DataDamaged: A file cannot be read.
        DiskFull: There is no room for what is written.
    """
    if not is_installed():
        raise NotInstalled
    import dask
    import distributed  # noqa: F401 -- first: its defaults would go with the settings of the block

    address = settings.DASK_SCHEDULER_ADDRESS if address is None else address
    memory = memory or settings.ANALYTICS_WORKER_MEMORY
    with dask.config.set(CONFIG), translated(address):
        if address:
            with _connected(address) as connected:
                yield connected
        else:
            made = _local_cluster(workers or settings.ANALYTICS_WORKERS, memory)
            with made as address, _connected(address) as connected:
                yield connected


@contextmanager
def translated(address: str | None = None) -> Iterator[None]:
    """Say in the shop's words what goes wrong inside; stands around what reads results. Needs Dask."""
    from distributed import KilledWorker
    from distributed.comm import CommClosedError
    from distributed.scheduler import NoWorkerError

    name = (settings.DASK_SCHEDULER_ADDRESS if address is None else address) or _("this machine")
    try:
        yield
    except KilledWorker as error:
        raise WorkerDied(settings.ANALYTICS_WORKER_MEMORY) from error
    except NoWorkerError as error:  # none is left, or all of a cluster wait for memory
        raise ClusterAway(name, _("has had no worker to compute for a minute")) from error
    except (CommClosedError, CancelledError, TimeoutError) as error:
        raise ClusterAway(name, _("has gone away while it computed")) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(str(settings.ANALYTICS_DIR)) from error
        if error.errno == errno.EIO and error.filename:
            raise DataDamaged(str(error.filename)) from error
        raise


def results(client: Any, futures: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Return each name with what its future came to, as they come; each is let go of at once.

    Raises:
        CommClosedError: For half a minute the cluster has had no worker.
    """
    import distributed
    from distributed.comm import CommClosedError

    names = {future: name for name, future in futures.items()}
    lonely_since = None
    while names:
        try:
            done = distributed.wait(list(names), timeout=5, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            if client.status != "running" or not _has_workers(client):
                lonely_since = lonely_since or time.monotonic()
                if client.status != "running" or time.monotonic() - lonely_since > LONELY_SECONDS:
                    raise CommClosedError("no workers") from None
            else:
                lonely_since = None
            continue
        lonely_since = None
        for future in done:
            name = names.pop(future)
            yield name, future.result()
            future.release()


class Shipped:
    """A function that travels with its code: workers need neither the shop nor its settings.

    Pickled it is the function itself, by value with all of ``orders.analytics`` that it uses by name;
    modules that it uses have to be there.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        import cloudpickle

        with _by_value(import_module("orders.analytics"), import_module(function.__module__)):
            self._packed = cloudpickle.dumps(function)
        self._function = function
        self.__name__ = function.__name__

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._function(*arguments, **named)

    def __reduce__(self) -> tuple[Any, ...]:
        import cloudpickle

        return cloudpickle.loads, (self._packed,)


@contextmanager
def _by_value(*modules: ModuleType) -> Iterator[None]:
    import cloudpickle

    with _packing:  # what is by value is the same for all threads
        for module in modules:
            cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            for module in modules:
                cloudpickle.unregister_pickle_by_value(module)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    import distributed

    try:
        connected = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # nobody there, or no address at all
        text = _("does not answer; see that it runs, or take DASK_SCHEDULER_ADDRESS away")
        raise ClusterAway(address, text) from error
    try:
        _refuse_other_versions(connected, address)
        with connected.as_current():
            yield connected
    finally:
        with suppress(TimeoutError, OSError, CancelledError):
            connected.close(timeout=CLOSE_SECONDS)


def _refuse_other_versions(connected: Any, address: str) -> None:
    try:
        connected.wait_for_workers(1, timeout=LONELY_SECONDS)
    except TimeoutError as error:
        raise ClusterAway(address, _("has no workers; start some")) from error
    versions = connected.get_versions(packages=list(PACKAGES))
    ours = _versions(versions["client"])
    others = [("scheduler", versions["scheduler"]), *versions["workers"].items()]
    differences = {
        f"{package} {theirs[package] or '-'} ({who}), {own}"
        for who, said in others
        for theirs in [_versions(said)]
        for package, own in ours.items()
        if theirs[package] != own and (who != "scheduler" or package not in ("pyarrow", "pandas"))
    }
    if differences:
        raise ClusterDiffers(address, sorted(differences))


def _versions(said: Mapping[str, Any]) -> dict[str, Any]:
    packages = said["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    return {"python": python, **{name: packages.get(name) for name in PACKAGES}}


def _has_workers(client: Any) -> bool:
    return bool(client.scheduler_info(n_workers=1)["workers"])


@contextmanager
def _local_cluster(workers: int, memory: str) -> Iterator[str]:
    """Start a cluster in processes of its own; yield its address. Nothing of it outlives the block."""
    folder = Path(settings.ANALYTICS_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"workers": workers, "memory": memory, "folder": str(folder), "config": dict(CONFIG)}
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {
        "HOME": str(folder),
        "DASK_ROOT_CONFIG": str(folder),
        **ALLOCATOR,
    }  # no configuration but ours
    program = Path(__file__).with_name("local_cluster.py")
    with tempfile.TemporaryFile(dir=folder) as said:
        process = subprocess.Popen(  # noqa: S603 -- our own file, by this Python
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=folder,
            env=environment,
            text=True,
            start_new_session=True,  # Ctrl-C is for us, who then close it
        )
        try:
            yield _address_of(process, wanted, said)
        finally:
            _end(process)


def _address_of(process: "subprocess.Popen[str]", wanted: Mapping[str, Any], said: IO[bytes]) -> str:
    """Wait for a cluster that was just started to say where it is."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the cluster has no pipes")
    timer = _killer(process)
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
        address: str = process.stdout.readline().strip()
    finally:
        timer.cancel()
    if not address:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        raise ClusterAway(_("this machine"), _("did not start: %(reason)s") % {"reason": (lines or [""])[-1]})
    return address


def _killer(process: "subprocess.Popen[str]") -> Any:
    timer = Timer(START_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def _end(process: "subprocess.Popen[str]") -> None:
    """End a cluster by closing its input, and by force what that does not end: workers are of its group."""
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(CLOSE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
