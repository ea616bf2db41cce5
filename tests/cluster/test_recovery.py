"""Going back to the release before, and back to a backup: nothing is lost that was there."""

import html
import os
import re
import shutil
import subprocess

import httpx
import psutil
import pytest

from deploy.cluster import machine
from deploy.cluster.topology import DATABASE, DEPLOY, WEBS
from tests.cluster.visitors import Visitor

PAPER = re.compile(r'href="(/orders/[^"/]+/documents/[^"]+)"')
PICTURE = re.compile(r'<img[^>]* src="(/media/pictures/[^"]+)"')
NEXT = "tests.cluster.next_release"
THANK = f"{NEXT}.tasks.thank"
WAITING = "FROM outbox_events WHERE task = %s AND finished_at IS NULL"
TOLD = f"{WAITING} AND last_error LIKE 'NotRegistered%%'"
THANKED = "FROM orders WHERE thanks = 'due, done' AND order_number = ANY(%s)"
OTHERS = "FROM outbox_events WHERE task <> %s AND finished_at IS NULL AND parked_at IS NULL"

pytestmark = [pytest.mark.race, pytest.mark.integration, pytest.mark.slow]


def release(shop):
    """Return what the instances say they run."""
    answers = [httpx.get(f"http://127.0.0.1:{shop.ports[name]}/health") for name in (*WEBS, "live")]
    told = {answer.json()["version"] for answer in answers}
    return told | {
        psutil.Process(shop.crew.pid(name)).environ().get("RELEASE", "unreleased")
        for name in ("worker", "beat")
    }


def test_a_release_and_the_way_back_lose_no_request_and_no_order(shop):
    before, crowd = dict(shop.extra), shop.crowd(buyers=3, readers=1)
    with crowd.coming():
        crowd.wait_for(checkouts=3)
        shop.extra["RELEASE"] = "the-next"
        shop.restart()
        assert release(shop) == {"the-next"}
        crowd.wait_for(checkouts=len(crowd.checkouts) + 3)
        shop.extra.clear()
        shop.extra |= before
        shop.restart()
        assert release(shop) == {"unreleased"}
        crowd.wait_for(checkouts=len(crowd.checkouts) + 3)

    assert crowd.failed() == []
    numbers = [one.order for one in crowd.checkouts]
    assert all(numbers)
    placed = shop.value("SELECT count(*) FROM orders WHERE order_number = ANY(%s)", numbers)
    assert placed == len(set(numbers)) == len(numbers)


def test_the_way_back_from_a_new_column_and_a_new_task_loses_nothing_and_forward_again_it_is_done(shop):
    """The next release (``next_release/``) adds a column to orders, and records a task for each of them."""
    before = dict(shop.extra)
    following = before | {"RELEASE": "the-next", "DJANGO_SETTINGS_MODULE": f"{NEXT}.settings"}

    def deploy(environment):
        shop.extra.clear()
        shop.extra |= environment
        shop.manage("migrate", "-v0")  # going back it does nothing: the column stays
        shop.restart()

    def buy(crowd, orders):
        since = len(crowd.checkouts)
        crowd.wait_for(checkouts=since + orders)
        return [one.order for one in crowd.checkouts[since:]]

    def thanked(orders):
        return shop.value(f"SELECT count(*) {THANKED}", orders)

    crowd = shop.crowd(buyers=1, readers=1, first=30_000)
    try:
        with crowd.coming():
            buy(crowd, 2)
            deploy(following)
            done = buy(crowd, 4)[1:]  # who had begun at the old one may have ended there
            shop.wait_until(f"SELECT count(*) = {len(done)} {THANKED}", done)
            shop.crew.stop("worker")
            left = buy(crowd, 4)[1:]
            deploy(before)
            assert release(shop) == {"unreleased"}
            worker = shop.crew.pid("worker")
            buy(crowd, 3)

        waiting = shop.value(f"SELECT count(*) {WAITING}", THANK)
        assert waiting >= len(left)
        shop.wait_until(f"SELECT count(*) = %s {TOLD}", waiting, THANK)
        shop.wait_until(f"SELECT NOT EXISTS (SELECT {OTHERS})", THANK)  # everything else is done
        assert shop.crew.pid("worker") == worker
        checks = httpx.get(f"http://127.0.0.1:{shop.ports['web-1']}/health/ready").json()["checks"]
        assert checks["migrations"] == "ok"
        assert "breaks=0" in shop.manage("reconcile")
        assert (thanked(done), thanked(left)) == (len(done), 0)

        deploy(following)
        shop.wait_until(f"SELECT NOT EXISTS (SELECT {WAITING})", THANK, seconds=60)
    finally:
        deploy(before)

    assert crowd.failed() == []
    numbers = [one.order for one in crowd.checkouts]
    assert all(numbers)
    assert shop.value("SELECT count(*) FROM orders WHERE order_number = ANY(%s)", numbers) == len(numbers)
    assert (thanked(done), thanked(left)) == (len(done), len(left))
    assert shop.value("SELECT count(*) FROM orders WHERE thanks NOT IN ('due', 'due, done')") == 0


def test_a_backup_brings_back_what_was_there(shop, tmp_path):
    """The commands of docs/operations.md, with the shop stopped while database and files are gone."""
    shop.draw()
    visitor = Visitor(shop.url, 21_000)
    checkout = visitor.buy(shop.products()[0])
    assert visitor.pay(checkout).status == 303
    shop.everything_is_done()
    page = checkout.payment.replace("/pay/", "/")
    papers = [html.unescape(path) for path in PAPER.findall(visitor.ask("GET", page).text)]
    drawn = PICTURE.findall(visitor.ask("GET", "/products/").text)
    assert len(papers) == 1
    assert drawn
    seen = {path: visitor.file(path) for path in (*papers, *drawn)}
    assert seen[papers[0]].startswith(b"%PDF")
    counted = {
        table: shop.value(f"SELECT count(*) FROM {table}")  # noqa: S608 -- names of ours
        for table in ("orders", "order_items", "stock_movements", "outbox_events", "products", "users")
    }
    apps = ("web-1", "web-2", "live", "worker", "beat", "pgbouncer")
    backup, files = tmp_path / "shop.dump", tmp_path / "shop.tar"
    kept = [shop.folder / name for name in ("documents", "media")]
    tools = {"PGHOST": "127.0.0.1", "PGPORT": str(shop.ports["postgres"]), "PGUSER": machine.ADMINISTRATOR}

    def run(program, *arguments):
        found = machine.postgres_programs() / program
        subprocess.run(  # noqa: S603 -- Postgres' own, and tar
            [found if found.exists() else shutil.which(program), *arguments],
            env=os.environ | tools, check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    run("pg_dump", "--format", "custom", "--file", str(backup), DATABASE)
    run("tar", "--create", "--file", files, "--directory", shop.folder, *(folder.name for folder in kept))
    shop.crew.stop("worker")
    later = Visitor(shop.url, 21_002).buy(shop.products()[0])  # what follows from it waits in the queue
    assert later.order
    shop.crew.stop(*(name for name in apps if name != "worker"))
    run("dropdb", "--force", DATABASE)
    for folder in kept:
        shutil.rmtree(folder)

    run("createdb", DATABASE)
    run("psql", "--dbname", DATABASE, "--set", "ON_ERROR_STOP=1", "--file", DEPLOY / "postgres/roles.sql")
    run("pg_restore", "--dbname", DATABASE, "--exit-on-error", str(backup))
    run("tar", "--extract", "--file", files, "--directory", shop.folder)
    for redis in ("redis-cache", "redis-broker"):
        shop.empty(redis)
    assert "breaks=0" in shop.manage("reconcile")
    shop.crew.start(*(shop.crew.program(name) for name in reversed(apps)))

    assert {table: shop.value(f"SELECT count(*) FROM {table}") for table in counted} == counted  # noqa: S608
    placed = "SELECT count(*) FROM orders WHERE order_number = %s"
    assert (shop.value(placed, checkout.order), shop.value(placed, later.order)) == (1, 0)
    assert {path: visitor.file(path) for path in seen} == seen
    assert drawn == PICTURE.findall(visitor.ask("GET", "/products/").text)
    assert Visitor(shop.url, 21_001).buy(shop.products()[0]).order
