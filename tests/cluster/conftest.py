"""One cluster for all of these tests, with a mail server that counts; each test leaves books that agree."""

import json
import shutil
import socket
import tempfile
from pathlib import Path
from signal import SIGKILL
from time import monotonic

import pytest

from deploy.cluster import machine
from deploy.cluster.topology import DATABASE, Cluster
from deploy.servers import Guard
from tests.cluster.visitors import Crowd, Visitor
from tests.faults.postbox import Postbox
from users.services.demo import PASSWORD

DEMO = ["--products", "24", "--customers", "2", "--orders", "0"]
DEADLINE_SECONDS = 180
PLENTY = 100_000


class Shop(Cluster):
    """The cluster as tests ask it."""

    postbox: Postbox

    def rows(self, query, *parameters):
        """Return what Postgres answers."""
        with machine.connection(self.ports["postgres"], DATABASE) as connection:
            cursor = connection.cursor()
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def value(self, query, *parameters):
        return self.rows(query, *parameters)[0][0]

    def wait_until(self, query, *parameters, seconds=DEADLINE_SECONDS):
        """Wait until a query answers true."""
        deadline = monotonic() + seconds
        while not self.value(query, *parameters):
            assert monotonic() < deadline, f"within {seconds} s: {query}"
            self.crew.pause()

    def everything_is_done(self, seconds=DEADLINE_SECONDS):
        """Wait until nothing waits in the outbox."""
        self.wait_until(WORKED_OFF, seconds=seconds)

    def products(self, field="id"):
        """Return of everything that can be bought, as it is, this field."""
        query = f"in_stock=true&page_size=100&fields=kind,{field}"
        found = json.loads(Visitor(self.url, 0).ask("GET", f"/api/products/?{query}").text)["results"]
        return [product[field] for product in found if product["kind"] == "single"]

    def restock(self):
        """Have enough of everything for all who buy in these tests."""
        staff = Visitor(self.url, 0)
        login = staff.ask("POST", "/api/auth/login/", {"email": "staff@example.com", "password": PASSWORD})
        staff.headers["Authorization"] = f"Bearer {json.loads(login.text)['token']}"
        rows = {
            f"products[{place}][{name}]": value
            for place, product in enumerate(self.products())
            for name, value in (("id", product), ("stock_quantity", PLENTY))
        }
        assert staff.ask("POST", "/api/products/bulk-update/", rows).status == 200

    def empty(self, redis):
        """Have a Redis forget everything."""
        with socket.create_connection(("127.0.0.1", self.ports[redis]), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            assert connection.recv(5) == b"+OK\r\n"

    def crowd(self, **sizes):
        return Crowd(self.url, self.products(), **sizes)


WORKED_OFF = "SELECT NOT EXISTS (SELECT FROM outbox_events WHERE finished_at IS NULL AND parked_at IS NULL)"


@pytest.fixture(scope="session")
def running():
    if lacking := machine.missing_programs():
        pytest.fail(
            f"These tests need {' and '.join(lacking)}. Debian: sudo apt-get install {' '.join(lacking)}",
            pytrace=False,
        )
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    folder.chmod(0o755)
    guard = Guard()  # kills them should this process be killed
    try:
        with Postbox() as postbox:
            shop = Shop(
                folder,
                demo=DEMO,
                environment={"EMAIL_URL": postbox.url},
                tell=lambda pid: guard.tell("server", -pid, int(SIGKILL)),
            )
            shop.postbox = postbox
            with shop:
                shop.restock()
                yield shop
    finally:
        guard.finish([])
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shop(running):
    yield running
    running.everything_is_done()
    assert "breaks=0" in running.manage("reconcile")


FIGURES = pytest.StashKey()
HEAD = f"{'':22}  asked   bad orders atonce in end slowest    back   done  (seconds)"


@pytest.fixture
def figures(request):
    """What is measured of each fault; printed at the end."""
    return request.config.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(terminalreporter, config):
    if rows := config.stash.get(FIGURES, []):
        terminalreporter.section("faults under load")
        terminalreporter.write_line(HEAD)
        for row in rows:
            terminalreporter.write_line(row)
