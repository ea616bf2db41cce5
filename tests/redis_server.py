"""A Redis of a test's own, which may be stopped or held."""

import signal
import socket
import subprocess
from contextlib import contextmanager

from deploy.servers import free_port, redis_bin


@contextmanager
def redis_server(folder):
    """Start a Redis that keeps nothing in ``folder``; its process knows its ``port``."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 -- our own server
        [redis_bin(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    process.port = port
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
