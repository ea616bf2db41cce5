"""The private servers serve, and nothing of them is left, however their run ends."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("-m", "tests.services")
TIMEOUT_SECONDS = 60
REPORT = r"""
import json, os, re, signal, socket, subprocess, sys, psycopg2

with psycopg2.connect(os.environ["DATABASE_URL"]) as postgres, postgres.cursor() as cursor:
    cursor.execute("SELECT version(), current_setting('autovacuum')")
    version, autovacuum = cursor.fetchone()
    cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
    durability = cursor.fetchone()
host, port = re.fullmatch("redis://(.+):([0-9]+)/0", os.environ["REDIS_URL"]).groups()
with socket.create_connection((host, port)) as redis, redis.makefile("rb") as answers:
    redis.sendall(b"INFO server\r\n")
    memory = answers.read(int(answers.readline()[1:])).decode()
folder = os.path.dirname(os.environ["TMPDIR"])
straggler = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(json.dumps({
    "folder": folder,
    "version": version,
    "autovacuum": autovacuum,
    "durability": durability,
    "elsewhere": [name for name in ("CACHE_URL", "CELERY_BROKER_URL") if name in os.environ],
    "valkey": "valkey_version" in memory,
    "pids": [
        int(open(folder + "/postgres/postmaster.pid").readline()),
        int(re.search("process_id:([0-9]+)", memory)[1]),
        straggler.pid,
        os.getpid(),
    ],
}), flush=True)
if sys.argv[1:] == ["stay"]:
    signal.pause()
"""
"""What a test does with the servers: it asks both, starts a process and forgets it, and says what it saw."""


def is_alive(pid):
    """Whether a process runs; a dead one that nobody has buried yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def assert_nothing_is_left_of(report):
    assert len(report["pids"]) == 4
    assert [pid for pid in report["pids"] if is_alive(pid)] == []
    assert not Path(report["folder"]).exists()


def run_report(*options, python=sys.executable, **how):
    """Run the report to its end and return what it said."""
    done = subprocess.run(
        [python, *SERVICES, *options, python, "-c", REPORT],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
        **how,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def staying():
    """The script with a command that stays, that command's report, and a pipe that the last one closes."""
    reading, writing = os.pipe()
    script = subprocess.Popen(
        [sys.executable, *SERVICES, sys.executable, "-c", REPORT, "stay"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=[writing],
        start_new_session=True,
    )
    os.close(writing)
    report = json.loads(script.stdout.readline())
    assert all(is_alive(pid) for pid in report["pids"])
    yield script, report, reading
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.kill(script.pid, signal.SIGKILL)
    script.stdout.close()
    script.wait(TIMEOUT_SECONDS)


@pytest.mark.journey
def test_the_suite_runs_on_the_database_it_was_given(db):
    given = os.environ.get("DATABASE_URL", "postgres:").partition(":")[0]
    assert connection.vendor == {"postgres": "postgresql", "sqlite": "sqlite"}[given]


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda s: s.name)
def test_a_signal_to_the_script_ends_everything(staying, number):
    script, report, _ = staying
    os.kill(script.pid, number)
    assert script.wait(TIMEOUT_SECONDS) == 128 + number
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
def test_a_signal_to_the_whole_group_ends_everything(staying):
    script, report, _ = staying
    os.killpg(script.pid, signal.SIGINT)
    assert script.wait(TIMEOUT_SECONDS) == 128 + signal.SIGINT
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
def test_a_killed_script_leaves_nothing(staying):
    script, report, all_ended = staying
    os.kill(script.pid, signal.SIGKILL)
    script.wait(TIMEOUT_SECONDS)
    assert os.read(all_ended, 1) == b""  # waits for the guard
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
def test_servers_of_the_callers_environment_are_out_of_reach():
    elsewhere = {"CACHE_URL": "redis://127.0.0.1:1/0", "CELERY_BROKER_URL": "redis://127.0.0.1:1/1"}
    report = run_report(env=os.environ | elsewhere)
    assert report["elsewhere"] == []
    assert report["durability"] == ["off", "off"]
    assert report["autovacuum"] == "off"
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
def test_durable_servers_keep_what_they_acknowledged():
    report = run_report("--durable")
    assert report["durability"] == ["on", "on"]
    assert report["autovacuum"] == "on"
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
def test_every_command_runs_and_the_first_failure_is_the_status(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    commands = [
        *("sh", "-c", f"touch '{first}'; exit 3", "--then"),
        *("no-such-command", "--then"),
        *("touch", second),
    ]
    done = subprocess.run(
        [sys.executable, *SERVICES, *commands],
        timeout=TIMEOUT_SECONDS,
        check=False,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": tempfile.gettempdir()},
    )
    assert done.returncode == 3
    assert b"There is no command no-such-command" in done.stderr
    assert first.exists()
    assert second.exists()


@pytest.mark.integration
@pytest.mark.slow
def test_the_next_start_removes_what_a_dead_run_left_and_spares_a_living_one(tmp_path):
    tmp_path.parent.parent.chmod(0o755)
    dead, living = tmp_path / "shop-services-dead", tmp_path / "shop-services-living"
    for folder in (dead, living):
        (folder / "postgres").mkdir(parents=True)
        (folder / "lock").touch()
    with (living / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(
            [sys.executable, *SERVICES, "true"],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["shop-services-living"]


@pytest.mark.integration
@pytest.mark.slow
def test_the_wheels_serve_where_the_system_has_no_servers():
    report = run_report(env=os.environ | {"SHOP_SERVICES": "wheels"})
    assert report["valkey"]
    assert_nothing_is_left_of(report)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can step down; the others are nobody special already"
)
@pytest.mark.parametrize("choice", ["", "wheels"], ids=["system", "wheels"])
def test_an_ordinary_account_can_start_them(choice):
    ordinary = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    packages = {"PYTHONPATH": sysconfig.get_path("platlib"), "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with contextlib.suppress(OSError):
            test = subprocess.run(
                [python, "-c", f"import psycopg2; open({__file__!r})"],
                env=packages,
                cwd="/",
                check=False,
                capture_output=True,
                **ordinary,
            )
            if test.returncode == 0:
                break
    else:
        pytest.skip("an ordinary account can run no Python here, or not read this checkout")
    home = Path(tempfile.mkdtemp(prefix="shop-ordinary-"))
    try:
        home.chmod(0o777)
        environment = os.environ | packages | {"TMPDIR": str(home), "SHOP_SERVICES": choice}
        report = run_report(python=python, cwd=ROOT, env=environment, **ordinary)
        assert_nothing_is_left_of(report)
        assert report["valkey"] or not choice
        assert list(home.iterdir()) == []
    finally:
        shutil.rmtree(home)
