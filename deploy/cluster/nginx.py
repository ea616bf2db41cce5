"""nginx in front of the cluster: production's configuration, filled in for ports of this machine."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.cluster import machine
from deploy.cluster.processes import NotReady, Program

DEPLOY = Path(__file__).resolve().parents[1]
SERVER = "server 127.0.0.1:{} max_fails=3 fail_timeout=2s{};"
PROBES = "127.127.0.0/16"
"""Who may ask as a load balancer would."""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program(folder: Path, *, port: int) -> Program:
    """Return nginx as a process that listens on ``port``."""
    return Program(
        name="nginx",
        command=[machine.program("nginx"), "-c", folder / "nginx/nginx.conf", "-g", "daemon off;"],
        environment=machine.plain_environment(),
        folder=folder,
        answers=lambda: machine.is_alive(port),
        ending=signal.SIGQUIT,
        ending_seconds=5,
    )


def configure(cluster: Path, *, port: int, webs: Mapping[int, bool], live: int) -> None:
    """Write its configuration into the cluster's folder.

    Args:
        webs: Port of each web instance -> whether anybody is sent there.
        live: Port of the live instance.

    Raises:
        NotReady: nginx does not take it; the message says why.
    """
    folder = cluster / "nginx"
    folder.mkdir(exist_ok=True)
    shop = machine.filled_in(
        DEPLOY / "nginx/shop.conf.template",
        WEB_SERVERS="\n    ".join(
            SERVER.format(web, "" if serves else " down") for web, serves in webs.items()
        ),
        LIVE_SERVERS=SERVER.format(live, ""),
        LISTEN=f"127.0.0.1:{port}",
        SERVER_NAME="127.0.0.1 localhost",
        TLS="",
        REAL_IP="",
        PROBES=f"{PROBES} 1;",
        SCHEME="$scheme",
        ACCESS_LOG=cluster / "logs/access.log",
        STATIC_ROOT=cluster / "static",
        MEDIA_ROOT=cluster / "media",
        ERROR_PAGES=DEPLOY / "nginx",
    )
    (folder / "shop.conf").write_text(shop)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"pid {folder}/nginx.pid;\nerror_log stderr warn;\nworker_processes 1;\n"
        "events { worker_connections 2048; }\n"
        f"http {{\ninclude {machine.mime_types()};\n"
        + "".join(f"{path}_temp_path {folder}/{path};\n" for path in TEMPORARY)
        + f"include {folder}/shop.conf;\n}}\n"
    )
    test = [machine.program("nginx"), "-t", "-q", "-c", str(configuration)]
    done = subprocess.run(test, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotReady(f"nginx does not take its configuration:\n{done.stderr}")
