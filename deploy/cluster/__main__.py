"""``./shop cluster``: start the shop as many processes, show where they are, and end them."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import IO

import psutil

from deploy.cluster import processes
from deploy.cluster.machine import missing_programs
from deploy.cluster.processes import NotReady
from deploy.cluster.topology import ROOT, Cluster

FOLDER = ROOT / "var/cluster"
STATE, LOCK, LOG = FOLDER / "state.json", FOLDER / "lock", FOLDER / "logs/cluster.log"
USUAL_PORT = 8000
READY_SECONDS = 300.0
DEMO = ["--products", "60", "--customers", "20", "--orders", "60"]
"""Enough to look at, in the seconds that everything else takes too."""
VERBS = ("start", "stop", "status", "reload", "restart")


def start() -> int:
    """Start what does not run yet, wait until it serves and show it."""
    if _runs():
        print("The cluster runs already.")
        return status()
    if lacking := missing_programs():
        sys.exit(
            f"The cluster needs {' and '.join(lacking)}. Debian: sudo apt-get install {' '.join(lacking)}"
        )
    LOG.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    print("Starting the cluster ...", flush=True)
    with LOG.open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "deploy.cluster", "serve"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        while not STATE.exists():
            if keeper.poll() is not None or time.monotonic() > began + READY_SECONDS:
                keeper.terminate()
                keeper.wait()
                sys.exit(f"The cluster did not start:\n{LOG.read_text(errors='replace')[-4000:]}")
            time.sleep(0.1)
    except KeyboardInterrupt:
        keeper.terminate()
        keeper.wait()
        return 130
    status()
    print(f"Up after {time.monotonic() - began:.0f} s. Logs are in {FOLDER.relative_to(ROOT)}/logs.")
    return 0


def serve() -> int:
    """Keep the cluster running until SIGTERM.

    SIGHUP reloads the web instances, SIGUSR1 restarts all that runs the shop's code.
    """
    wishes: list[int] = []
    wished = threading.Event()

    def hear(number: int, _frame: object) -> None:
        wishes.append(number)
        wished.set()
        if number == signal.SIGTERM and not is_up:
            raise SystemExit(143)

    is_up = False
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, hear)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        STATE.unlink(missing_ok=True)
        processes.sweep(FOLDER / "processes.json")
        with Cluster(FOLDER, port=_port(), demo=DEMO) as cluster:
            is_up = True
            new = STATE.with_suffix(".new")
            new.write_text(json.dumps({"keeper": os.getpid(), "addresses": cluster.addresses()}))
            new.replace(STATE)
            threading.Thread(target=cluster.draw, daemon=True).start()
            try:
                while signal.SIGTERM not in wishes:
                    wished.wait()
                    wished.clear()
                    while wishes and signal.SIGTERM not in wishes:
                        {signal.SIGHUP: cluster.reload_webs, signal.SIGUSR1: cluster.restart}[
                            signal.Signals(wishes.pop(0))
                        ]()
            finally:
                STATE.unlink(missing_ok=True)
    return 0


def stop() -> int:
    """End everything; harmless where nothing runs."""
    keeper = _keeper()
    if keeper is None:
        processes.sweep(FOLDER / "processes.json")
        STATE.unlink(missing_ok=True)
        print("The cluster does not run.")
        return 0
    keeper.terminate()
    keeper.wait()
    print("The cluster has ended.")
    return 0


def status() -> int:
    """Print a row for each process; return 1 if one is missing."""
    if not STATE.exists() or not _runs():
        print("The cluster does not run. Start it: ./shop cluster")
        return 1
    addresses: dict[str, str] = json.loads(STATE.read_text())["addresses"]
    pids = {name: pid for name, (pid, _at) in json.loads((FOLDER / "processes.json").read_text()).items()}
    print(f"{'process':14}{'pid':>8}  address")
    for name, address in addresses.items():
        print(f"{name:14}{pids.get(name) or 'away':>8}  {address or '-'}")
    print(f"The shop is at {addresses['nginx']}/ (./shop cluster stop ends it).")
    print("Demo staff: staff@example.com, demo customer: customer@example.com, password marlow-and-finch")
    return int(not all(pids.get(name) for name in addresses))


def reload() -> int:
    """Let each web instance replace its processes, as after a release."""
    return _wish(signal.SIGHUP, "The web instances replace their processes.")


def restart() -> int:
    """Restart one web instance after the other."""
    return _wish(signal.SIGUSR1, "The web instances restart, one after the other.")


def _wish(number: signal.Signals, said: str) -> int:
    keeper = _keeper()
    if keeper is None or not STATE.exists():
        print("The cluster does not run.")
        return 1
    keeper.send_signal(number)
    print(said)
    return 0


def _runs() -> bool:
    if not LOCK.exists():
        return False
    with LOCK.open("r") as lock:
        return not _may_take(lock)


def _may_take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _keeper() -> psutil.Process | None:
    """Return the process that holds the lock."""
    if not _runs():
        return None
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = process.info["cmdline"] or []
        if words[-3:] == ["-m", "deploy.cluster", "serve"] and process.info["cwd"] == str(ROOT):
            return process
    return None


def _port() -> int | None:
    """Return the port that PORT asks for, else the usual one if it is free; None leaves the choice."""
    if asked := os.environ.get("PORT"):
        return int(asked)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return None
    return USUAL_PORT


def main(arguments: list[str]) -> int:
    """Do what the first argument says; without one, start."""
    verb = arguments[0] if arguments else "start"
    verbs = {
        "start": start,
        "stop": stop,
        "status": status,
        "reload": reload,
        "restart": restart,
        "serve": serve,
    }
    if len(arguments) > 1 or verb not in verbs:
        print(f"./shop cluster [{'|'.join(VERBS)}]", file=sys.stderr)
        return 2
    try:
        return verbs[verb]()
    except NotReady as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
