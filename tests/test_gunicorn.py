"""``gunicorn.conf.py``: a reload that nobody waits for."""

import signal
import subprocess
import sys
import time

import httpx
import pytest

from deploy.servers import free_port
from tests.manifests import ROOT

LOADS_SECONDS = 4
SHOP = f"""
import os, time
time.sleep({LOADS_SECONDS})

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
"""
PATIENCE_SECONDS = 60


@pytest.mark.integration
@pytest.mark.slow
def test_who_serves_goes_on_until_who_takes_over_has_loaded_the_shop(tmp_path):
    (tmp_path / "slow_shop.py").write_text(SHOP)
    port = free_port()
    server = subprocess.Popen(  # noqa: S603 -- our own code
        [
            *(sys.executable, "-m", "gunicorn", "slow_shop:application", "-c", ROOT / "gunicorn.conf.py"),
            *("-b", f"127.0.0.1:{port}", "--threads", "2", "--no-control-socket"),
        ],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )

    def ask():
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS).text

    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        first = None
        while first is None:
            assert time.monotonic() < deadline
            try:
                first = ask()
            except httpx.ConnectError:
                time.sleep(0.05)
        for _repeated in range(2):
            server.send_signal(signal.SIGHUP)
            waits, now = [], first
            while now == first:
                assert time.monotonic() < deadline
                began = time.monotonic()
                now = ask()
                waits.append(time.monotonic() - began)
            assert max(waits) < LOADS_SECONDS / 2
            first = now

        server.terminate()
        assert server.wait(10) == 0  # whom nobody follows does not wait for anybody
    finally:
        server.kill()
        server.wait()
