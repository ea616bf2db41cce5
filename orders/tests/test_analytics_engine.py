"""Where computing is done: on a cluster by address or one made here, which leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from dbProject.errors import ShopError
from orders.analytics import engine
from orders.analytics.errors import ClusterAway, ClusterDiffers, DataDamaged, NotInstalled, WorkerDied
from orders.tests import dask_programs

pytestmark = pytest.mark.xdist_group("dask")

PROGRAM = """
import time
import django, psutil
django.setup()
from orders.analytics import engine

def compute():
    with engine.client() as client:
        said = {{"packages": {{"python": "3.99.1"}}}}
        print(client.submit(engine.Shipped(engine._versions), said).result()["python"])
        print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
        {then}

{run}
"""


def away_within(pids, *, seconds=15):
    """Say whether all these processes have ended, waiting for it."""
    ends_at = time.monotonic() + seconds
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.1)
    return True


def run(*, then="pass", run="compute()"):
    return subprocess.Popen(  # noqa: S603 -- our own lines
        [sys.executable, "-c", PROGRAM.format(then=then, run=run)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "dbProject.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )


def pids_of(line):
    return [int(word) for word in line.split()]


def test_a_cluster_made_here_listens_on_loopback_alone_knows_no_secret_and_ends_with_its_block(settings):
    settings.DASK_SCHEDULER_ADDRESS = ""
    others = set(psutil.Process().children(recursive=True))
    with pytest.raises(ZeroDivisionError), engine.client() as client:  # noqa: PT012
        children = set(psutil.Process().children(recursive=True)) - others
        listening = [
            one.laddr.ip for child in children for one in child.net_connections() if one.status == "LISTEN"
        ]
        workers = client.run(lambda: (os.getpid(), sorted(os.environ)))
        1 / 0  # noqa: B018

    assert set(listening) == {"127.0.0.1"}
    assert len({pid for pid, _names in workers.values()}) == settings.ANALYTICS_WORKERS == 2
    assert not {"SECRET_KEY", "DATABASE_URL"} & {name for _pid, names in workers.values() for name in names}
    assert away_within([child.pid for child in children])


def test_nothing_is_left_when_whoever_computes_is_killed():
    with run(then="time.sleep(60)") as process:
        assert process.stdout.readline() == "3.99\n"
        children = pids_of(process.stdout.readline())
        assert len(children) >= 3
        process.send_signal(signal.SIGKILL)

    assert away_within(children)


def test_it_computes_in_a_process_that_may_have_no_children_as_those_of_celery():
    daemonic = "from billiard import get_context; one = get_context('fork').Process(target=compute); "
    with run(run=daemonic + "one.daemon = True; one.start(); one.join(60)") as process:
        said = process.stdout.read().splitlines()

    assert said[0] == "3.99"
    assert away_within(pids_of(said[1]))


def test_functions_reach_workers_that_know_nothing_of_the_shop(dask_cluster):
    with engine.client() as client:
        client.wait_for_workers(2, timeout=30)
        knows = client.run(lambda: __import__("importlib").util.find_spec("orders") is not None)
        said = client.submit(engine.Shipped(engine._versions), {"packages": {"python": "3.1"}}).result()

    assert list(knows.values()) == [False, False]
    assert said["python"] == "3.1"


def test_a_cluster_that_is_away_is_said_with_its_address(settings, monkeypatch):
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 1)
    settings.DASK_SCHEDULER_ADDRESS = "tcp://127.0.0.1:9"

    with pytest.raises(ClusterAway, match=r"tcp://127\.0\.0\.1:9 does not answer"), engine.client():
        pass


def test_a_cluster_without_a_worker_that_runs_is_said():
    from distributed.scheduler import NoWorkerError

    with pytest.raises(ClusterAway, match="no worker to compute"), engine.translated("tcp://dask:8786"):
        raise NoWorkerError("sums", 60)


def test_a_cluster_of_other_versions_is_refused_and_they_are_named(dask_cluster, monkeypatch):
    import distributed

    asked = distributed.Client.get_versions

    def other(self, **wishes):
        said = asked(self, **wishes)
        for worker in said["workers"].values():
            worker["packages"]["pyarrow"] = "1.0"
        return said

    monkeypatch.setattr(distributed.Client, "get_versions", other)
    with pytest.raises(ClusterDiffers, match=r"pyarrow 1\.0 \(tcp://"), engine.client():
        pass


def test_without_the_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)

    assert not engine.is_installed()
    with pytest.raises(NotInstalled, match="requirements-analytics"), engine.client():
        pass


def die(seconds):
    time.sleep(seconds)
    os._exit(1)


def wait(seconds):
    time.sleep(seconds)
    return seconds


def read_what_is_broken():
    raise OSError(5, "not Parquet", "/srv/lines/day=2026-01-01/part-0.parquet")


def test_work_that_ends_worker_after_worker_is_given_up(dask_cluster):
    with pytest.raises(WorkerDied, match="ANALYTICS_WORKER_MEMORY"), engine.client() as client:
        dict(engine.results(client, {1: client.submit(engine.Shipped(die), 0)}))


def test_a_worker_that_is_killed_costs_no_result(dask_cluster):
    with engine.client() as client:
        futures = {
            number: client.submit(engine.Shipped(wait), 0.3, pure=False, key=f"wait-{number}")
            for number in range(10)
        }
        for pid in list(client.run(os.getpid).values())[:1]:
            os.kill(pid, signal.SIGKILL)
        found = dict(engine.results(client, futures))

    assert found == dict.fromkeys(range(10), 0.3)


def test_a_file_that_a_worker_cannot_read_is_named(dask_cluster):
    with pytest.raises(DataDamaged, match=r"day=2026-01-01/part-0\.parquet"), engine.client() as client:
        dict(engine.results(client, {1: client.submit(engine.Shipped(read_what_is_broken))}))


def test_a_scheduler_that_goes_away_is_said_and_does_not_keep_anybody_waiting(settings, tmp_path):
    with dask_programs.running(tmp_path, workers=1) as programs:
        settings.DASK_SCHEDULER_ADDRESS = programs.address
        with pytest.raises(ShopError) as refusal, engine.client() as client:  # noqa: PT012
            future = client.submit(engine.Shipped(wait), 60)
            programs.scheduler.kill()
            began = time.monotonic()
            dict(engine.results(client, {1: future}))

    assert isinstance(refusal.value, ClusterAway)
    assert programs.address in refusal.value.detail
    assert time.monotonic() - began < 40
