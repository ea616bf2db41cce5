"""The keeper of the cluster's processes: brings back whom it has not stopped, and leaves nobody behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.cluster import processes
from deploy.cluster.processes import Crew, NotReady, Program
from tests.faults.processes import lives, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.slow]

WAITS = "import signal; signal.pause()"
HAS_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAITS!r}])"


def program(name, folder, *, code=WAITS, answers=lambda: True):
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        folder=folder,
        answers=answers,
        ending_seconds=5,
    )


@pytest.fixture
def crew(tmp_path):
    crew = Crew(tmp_path, tmp_path / "register.json", lambda pid: None)
    yield crew
    crew.end()


def test_who_is_killed_comes_back_and_who_is_stopped_does_not(crew, tmp_path):
    crew.start(program("one", tmp_path), program("two", tmp_path))
    first, other = crew.pid("one"), crew.pid("two")

    crew.kill("one")
    wait_until(lambda: crew.pid("one"), "it does not come back")
    crew.stop("two")

    assert crew.pid("one") != first
    crew.pause()
    crew.pause()
    assert crew.pid("two") is None
    assert not psutil.pid_exists(other)


def test_a_lost_process_takes_its_children_with_it(crew, tmp_path):
    crew.start(program("parent", tmp_path, code=HAS_A_CHILD))
    (child,) = wait_until(lambda: psutil.Process(crew.pid("parent")).children(), "there is no child")

    crew.kill("parent", stays_dead=True)

    wait_until(lambda: not lives(child), "the child lives on")


def test_a_hung_process_is_there_and_does_nothing_until_it_goes_on(crew, tmp_path):
    crew.start(program("one", tmp_path))
    process = psutil.Process(crew.pid("one"))

    crew.hang("one")
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED, "it goes on")
    crew.go_on("one")
    wait_until(lambda: process.status() != psutil.STATUS_STOPPED, "it does not go on")
    crew.stop("one")

    assert not lives(process)


def test_who_never_answers_is_named_with_its_log(crew, tmp_path):
    silent = program("silent", tmp_path, code="print('no port', flush=True)", answers=lambda: False)

    with pytest.raises(NotReady, match=r"silent does not answer(.|\n)*no port"):
        crew.start(silent, seconds=1)


def test_what_a_killed_keeper_has_left_is_swept_away_and_nobody_else(tmp_path):
    kept = subprocess.Popen([sys.executable, "-c", HAS_A_CHILD], process_group=0)  # noqa: S603 -- our own line
    stranger = subprocess.Popen([sys.executable, "-c", WAITS], process_group=0)  # noqa: S603 -- our own line
    process = psutil.Process(kept.pid)
    (child,) = wait_until(process.children, "there is no child")
    register = Path(tmp_path / "register.json")
    # The second row is of long ago: its number belongs to somebody else by now.
    rows = {"kept": [kept.pid, process.create_time()], "gone": [stranger.pid, psutil.boot_time() + 1e9]}
    register.write_text(json.dumps(rows))
    try:
        processes.sweep(register)

        assert kept.wait(10) == -signal.SIGKILL
        wait_until(lambda: not lives(child), "the child lives on")
        assert stranger.poll() is None
        assert not register.exists()
    finally:
        stranger.kill()
        stranger.wait()
