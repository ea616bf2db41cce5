"""The shop as many processes on this machine: what ``./shop cluster`` runs, and tests as a library.

    with Cluster(folder) as cluster:
        cluster.url, cluster.crew.pid("web-1")
        cluster.crew.kill("redis-cache")

The configuration of nginx, PgBouncer and the roles of Postgres is that of production, filled in for free
ports of 127.0.0.1.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from deploy.cluster import machine, nginx
from deploy.cluster.processes import Crew, NotReady, Program
from deploy.servers import redis_bin, unprivileged

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
WEBS = ("web-1", "web-2")
WEB_THREADS = 6
"""Of each web instance: more than may wait for a payment provider (PAYMENT_CALLS_AT_ONCE)."""
RELOAD_SECONDS = 60.0
DRAIN_SECONDS = 10.0
"""How long nginx may take to finish what it has begun; streams that stay open longer are not waited for."""
OWNER, DATABASE = "shop_owner", "shop"


class Cluster:
    """Postgres, PgBouncer, two Redis, two web instances, a live one, worker, clock, and nginx in front.

    ``environment`` is for the shop's processes and wins over what is set here. ``demo`` are arguments of
    ``seed_demo``, of which the pictures come later (:meth:`draw`); None leaves the shop empty. ``tell`` hears
    of each process that is started, in a group of its own.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        demo: list[str] | None = None,
        environment: Mapping[str, str] | None = None,
        tell: Callable[[int], None] = lambda pid: None,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("logs", "media", "static"):
            (folder / name).mkdir(exist_ok=True)
        self.room = machine.room_of(folder)
        self._secret = self._kept_secret()
        self.ports = machine.free_ports(
            "nginx", "pgbouncer", "postgres", "redis-cache", "redis-broker", *WEBS, "live"
        )
        if port is not None:
            self.ports["nginx"] = port
        self.url = f"http://127.0.0.1:{self.ports['nginx']}"
        self.crew = Crew(folder / "logs", folder / "processes.json", tell)
        self._demo = demo
        self.extra = dict(environment or {})
        self._resting: set[str] = set()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.crew.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.crew.end()

    # Addresses

    @property
    def direct_database(self) -> str:
        """Return the address of Postgres itself, for the owner of the database, who migrates."""
        return f"postgres://{OWNER}@127.0.0.1:{self.ports['postgres']}/{DATABASE}"

    def pooled_database(self, role: str) -> str:
        """Return the address of PgBouncer for a role; cursors do not outlive a transaction there."""
        port = self.ports["pgbouncer"]
        return f"postgres://{role}@127.0.0.1:{port}/{DATABASE}?DISABLE_SERVER_SIDE_CURSORS=True"

    def addresses(self) -> dict[str, str]:
        """Return where each process listens, by name; worker and clock listen nowhere."""
        shown = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        return {name: shown.get(name, "") for name in self.crew.names} | {"nginx": self.url}

    def environment(self, role: str = "shop_web") -> dict[str, str]:
        """Return the environment of the shop's processes."""
        return {
            **{name: value for name, value in os.environ.items() if name not in {"HOST", "PORT"}},
            "DJANGO_SETTINGS_MODULE": "dbProject.settings.cluster",
            "CLUSTER_DIR": str(self.folder),
            "SECRET_KEY": self._secret,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATABASE_URL": self.pooled_database(role),
            "REDIS_URL": self._redis("redis-cache"),
            "CACHE_URL": self._redis("redis-cache"),
            "CELERY_BROKER_URL": self._redis("redis-broker"),
            "SITE_URL": self.url,
            "TRUSTED_PROXY_COUNT": "1",
            "MEDIA_ROOT": str(self.folder / "media"),
            "JOB_FILES_DIR": str(self.folder / "jobs"),
            "DOCUMENT_FILES_DIR": str(self.folder / "documents"),
            "TEST_BANK_LEDGER": str(self.folder / "test-bank.sqlite3"),
            "PAYMENT_CALLS_AT_ONCE": str(WEB_THREADS - 2),
            **self.extra,
        }

    # Life

    def start(self) -> None:
        """Bring everything up, in as few steps as what depends on what allows.

        Raises:
            NotReady: A process does not answer, or a command fails; the message says which.
        """
        if lacking := machine.missing_programs():
            raise NotReady(
                f"The cluster needs {' and '.join(lacking)}: sudo apt-get install {' '.join(lacking)}"
            )
        self._make_postgres()
        self.crew.start(
            self._postgres(),
            self._redis_server("redis-cache", cache=True),
            self._redis_server("redis-broker"),
        )
        self._make_database()
        self._make_roles()
        with ThreadPoolExecutor(2) as side:
            collected = side.submit(self.manage, "collectstatic", "--noinput", "-v0")
            self.manage("migrate", "-v0")
            collected.result()
        self.crew.start(self._pgbouncer())
        with ThreadPoolExecutor(1) as side:
            # Whoever serves loads the shop's code meanwhile.
            seeded = side.submit(self._seed)
            self.crew.start(*(self._web(name) for name in WEBS), self._live(), self._worker(), self._clock())
            seeded.result()
        self._configure_nginx()
        self.crew.start(nginx.program(self.folder, port=self.ports["nginx"]))

    def manage(self, *arguments: str, owner: bool = True) -> str:
        """Run ``manage.py`` as the owner of the database, unless told otherwise; return its words.

        Raises:
            NotReady: It fails.
        """
        environment = self.environment() | ({"DATABASE_URL": self.direct_database} if owner else {})
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise NotReady(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"[-4000:])
        return done.stdout

    def draw(self) -> None:
        """Add the pictures that the demo lacks, while the shop serves already."""
        if self._demo is not None:
            self.manage("seed_demo", *self._demo)

    def reload_webs(self) -> None:
        """Let one web instance after the other replace its processes by new ones (SIGHUP).

        One at a time and out of the balancer, so that whoever serves is not busy with loading the shop; the
        old ones would serve meanwhile (``gunicorn.conf.py``).
        """
        for name in WEBS:
            with self.out_of_service(name):
                before = machine.children_of(self.crew.pid(name))
                self.crew.send(name, signal.SIGHUP)
                machine.wait_for_the_end_of(before, seconds=RELOAD_SECONDS)
                self.crew.wait_for(name)
        self.crew.send("live", signal.SIGHUP)

    def roll(self, change: Callable[[str], None] | None = None) -> None:
        """Restart one web instance after the other; ``change`` gets each name while it is stopped."""
        for name in WEBS:
            with self.out_of_service(name):
                self.crew.stop(name)
                if change is not None:
                    change(name)
                self.crew.start(self._web(name))

    def restart(self) -> None:
        """Restart everything that runs the shop's code: what it serves one by one, then worker and clock."""
        self.roll()
        for program in (self._live(), self._worker(), self._clock()):
            self.crew.stop(program.name)
            self.crew.start(program)

    @contextlib.contextmanager
    def out_of_service(self, name: str) -> Iterator[None]:
        """Let nginx send nobody to a web instance in the block, which begins once nobody is on the way."""
        self._resting.add(name)
        self.reconfigure_nginx()
        try:
            yield
        finally:
            self._resting.discard(name)
            self.reconfigure_nginx()

    def reconfigure_nginx(self) -> None:
        """Give nginx its configuration anew, and wait until what had begun with the one before is done."""
        before = machine.children_of(self.crew.pid("nginx"))
        self._configure_nginx()
        self.crew.send("nginx", signal.SIGHUP)
        machine.wait_for_the_end_of(before, seconds=DRAIN_SECONDS)

    # Programs

    def _postgres(self) -> Program:
        port, programs = self.ports["postgres"], machine.postgres_programs()
        return Program(
            name="postgres",
            command=[
                programs / "postgres", "-D", self.room / "postgres", "-h", "127.0.0.1", "-p", str(port),
                "-c", "unix_socket_directories=", "-c", "timezone=UTC", "-c", "max_connections=100",
                "-c", "wal_level=replica", "-c", "max_wal_senders=4", "-c", "hot_standby=on",
            ],
            environment=machine.plain_environment(),
            folder=self.room,
            answers=self._postgres_answers,
            ending=signal.SIGINT,  # "fast": open transactions are rolled back
            account=unprivileged(),
        )  # fmt: skip

    def _redis_server(self, name: str, *, cache: bool = False) -> Program:
        data = self.folder / name
        data.mkdir(exist_ok=True)
        kept = (
            "--save",
            "",
            "--appendonly",
            "no",
            "--maxmemory",
            "64mb",
            "--maxmemory-policy",
            "allkeys-lru",
        )
        lasting = ("--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction")
        return Program(
            name=name,
            command=[
                redis_bin(), "--port", str(self.ports[name]), "--bind", "127.0.0.1", "--dir", data,
                *(kept if cache else lasting),
            ],
            environment=machine.plain_environment(),
            folder=self.folder,
            answers=lambda: machine.redis_answers(self.ports[name]),
        )  # fmt: skip

    def _pgbouncer(self) -> Program:
        folder = self.room / "pgbouncer"
        folder.mkdir(exist_ok=True)
        roles = ("shop_web", "shop_worker", "shop_reader", "pgbouncer")
        (folder / "userlist.txt").write_text("".join(f'"{role}" ""\n' for role in roles))
        configuration = machine.filled_in(
            DEPLOY / "pgbouncer/pgbouncer.ini.template",
            DATABASE=DATABASE,
            POSTGRES_HOST="127.0.0.1",
            POSTGRES_PORT=self.ports["postgres"],
            LISTEN_ADDRESS="127.0.0.1",
            LISTEN_PORT=self.ports["pgbouncer"],
            AUTH_TYPE="trust",
            AUTH_FILE=folder / "userlist.txt",
        )
        (folder / "pgbouncer.ini").write_text(configuration)
        return Program(
            name="pgbouncer",
            command=[machine.program("pgbouncer"), folder / "pgbouncer.ini"],
            environment=machine.plain_environment(),
            folder=self.room,
            answers=lambda: machine.listens(self.ports["pgbouncer"]),
            ending=signal.SIGINT,
            ending_seconds=5,
            account=unprivileged(),
        )

    def _web(self, name: str) -> Program:
        return self._gunicorn(name, "dbProject.wsgi", "--threads", str(WEB_THREADS), "--keep-alive", "75")

    def _live(self) -> Program:
        return self._gunicorn("live", "dbProject.asgi", "--worker-class", "asgi")

    def _gunicorn(self, name: str, application: str, *arguments: str) -> Program:
        return Program(
            name=name,
            command=[
                sys.executable, "-m", "gunicorn", application, "-b", f"127.0.0.1:{self.ports[name]}",
                "--workers", "1", "--graceful-timeout", "20", "--log-level", "warning", "--no-control-socket",
                *arguments,
            ],
            environment=self.environment(),
            folder=ROOT,
            answers=lambda: machine.is_alive(self.ports[name]),
        )  # fmt: skip

    def _worker(self) -> Program:
        return self._celery("worker", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle")

    def _clock(self) -> Program:
        return self._celery("beat", "beat", "-S", "celery.beat:Scheduler")

    def _celery(self, name: str, *arguments: str) -> Program:
        return Program(
            name=name,
            command=[sys.executable, "-m", "celery", "-A", "dbProject", *arguments, "-l", "info"],
            environment=self.environment("shop_worker"),
            folder=ROOT,
            answers=lambda: True,  # it listens nowhere; what it does is seen in the outbox
        )

    # What they need

    def _configure_nginx(self) -> None:
        webs = {self.ports[name]: name not in self._resting for name in WEBS}
        nginx.configure(self.folder, port=self.ports["nginx"], webs=webs, live=self.ports["live"])

    def _make_postgres(self) -> None:
        data = self.room / "postgres"
        if (data / "PG_VERSION").exists():
            return
        account = unprivileged()
        data.mkdir(mode=0o700, exist_ok=True)
        if account:
            os.chown(data, account["user"], account["group"])
        done = subprocess.run(
            [
                machine.postgres_programs() / "initdb", "-D", data, "-U", machine.ADMINISTRATOR,
                "-A", "trust", "-E", "UTF8", "--no-sync",
            ],
            cwd="/", env=machine.plain_environment(), capture_output=True, text=True, check=False, **account,
        )  # fmt: skip
        if done.returncode:
            raise NotReady(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _make_database(self) -> None:
        with machine.connection(self.ports["postgres"], "postgres") as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")

    def _make_roles(self) -> None:
        with machine.connection(self.ports["postgres"], DATABASE) as connection:
            connection.cursor().execute((DEPLOY / "postgres/roles.sql").read_text())

    def _seed(self) -> None:
        if self._demo is not None:
            self.manage("seed_demo", "--if-empty", "--without-pictures", *self._demo)

    def _kept_secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text()

    def _redis(self, name: str) -> str:
        return f"redis://127.0.0.1:{self.ports[name]}/0"

    def _postgres_answers(self) -> bool:
        try:
            with machine.connection(self.ports["postgres"], "postgres"):
                return True
        except machine.NoDatabase:
            return False
