"""What ``./shop`` says before it does anything."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

SHOP = Path(__file__).parents[1] / "shop"
TIMEOUT_SECONDS = 60

pytestmark = pytest.mark.integration


@pytest.fixture
def lone_shop(tmp_path):
    """A copy of the script alone, in a folder whose name has a space."""
    folder = tmp_path / "with a space"
    folder.mkdir()
    return Path(shutil.copy(SHOP, folder))


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def run(shop, *arguments, **environment):
    """Run the script from another folder and return status, output and complaints."""
    clean = {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PYTHON")}
    done = subprocess.run(  # noqa: S603 -- our own script
        [shop, *arguments],
        cwd="/",
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def verbs_in(text):
    return [line.split()[1] for line in text.splitlines() if line.startswith("./shop ")]


def test_the_script_alone_lists_what_it_can_do():
    status, said, complaints = run(SHOP)
    assert (status, complaints) == (0, "")
    assert verbs_in(said)[:4] == ["run", "test", "check", "bench"]


def test_an_unknown_verb_is_refused_with_the_list():
    status, said, complaints = run(SHOP, "sell")
    assert (status, said) == (2, "")
    assert complaints.startswith("There is no ./shop sell")
    assert verbs_in(complaints) == verbs_in(run(SHOP)[1])


def test_a_taken_port_is_named_before_the_long_work(lone_shop, taken_port):
    status, _, complaints = run(lone_shop, "run", PORT=str(taken_port))
    assert status == 1
    assert complaints.startswith(f"Port {taken_port} on 127.0.0.1 is in use. Take another: PORT=")
    assert len(complaints.splitlines()) == 1
    assert list(lone_shop.parent.iterdir()) == [lone_shop]


def test_the_env_file_is_read_and_never_executed(lone_shop, taken_port):
    settings = lone_shop.with_name(".env")
    settings.write_text(f"HOST=$(touch executed)\nexport HOST = '127.0.0.1' # ours\nPORT=\"{taken_port}\"\n")
    status, _, complaints = run(lone_shop, "run")
    assert status == 1
    assert complaints.startswith(f"Port {taken_port} on 127.0.0.1 is in use.")
    assert set(lone_shop.parent.iterdir()) == {lone_shop, settings}


@pytest.mark.parametrize("port", ["80x", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_one_line(lone_shop, port):
    status, _, complaints = run(lone_shop, "run", PORT=port)
    assert (status, complaints) == (1, f"PORT={port} is no port; choose a number from 1 to 65535.\n")


def test_an_interpreter_that_is_too_old_is_refused(lone_shop):
    status, _, complaints = run(lone_shop, "test", PYTHON="/bin/false")
    assert (status, complaints) == (1, "PYTHON=/bin/false is no Python 3.11 or newer.\n")


@pytest.mark.parametrize(("arguments", "status"), [((), 0), (("speed",), 2)])
def test_bench_lists_what_can_be_measured(arguments, status):
    given, said, _ = run(SHOP, "bench", *arguments)
    assert given == status
    assert said.startswith("./shop bench NAME measures one of:")
