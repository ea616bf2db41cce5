"""Going back to the release before, and back to a backup: nothing is lost that was there."""

import os
import shutil
import subprocess

import httpx
import psutil
import pytest

from deploy.cluster import machine
from deploy.cluster.topology import DATABASE, DEPLOY, WEBS
from tests.cluster.visitors import Visitor

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


def test_a_backup_brings_back_what_was_there(shop, tmp_path):
    """The commands of docs/operations.md, with the shop stopped while its database is gone."""
    checkout = Visitor(shop.url, 21_000).buy(shop.products()[0])
    shop.everything_is_done()
    counted = {
        table: shop.value(f"SELECT count(*) FROM {table}")  # noqa: S608 -- names of ours
        for table in ("orders", "order_items", "stock_movements", "outbox_events", "products", "users")
    }
    apps = ("web-1", "web-2", "live", "worker", "beat", "pgbouncer")
    backup = tmp_path / "shop.dump"
    tools = {"PGHOST": "127.0.0.1", "PGPORT": str(shop.ports["postgres"]), "PGUSER": machine.ADMINISTRATOR}

    def run(program, *arguments):
        found = machine.postgres_programs() / program
        subprocess.run(  # noqa: S603 -- Postgres' own
            [found if found.exists() else shutil.which(program), *arguments],
            env=os.environ | tools, check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    run("pg_dump", "--format", "custom", "--file", str(backup), DATABASE)
    shop.crew.stop(*apps)
    run("dropdb", "--force", DATABASE)
    run("createdb", DATABASE)
    run("psql", "--dbname", DATABASE, "--set", "ON_ERROR_STOP=1", "--file", DEPLOY / "postgres/roles.sql")
    run("pg_restore", "--dbname", DATABASE, "--exit-on-error", str(backup))
    shop.crew.start(*(shop.crew.program(name) for name in reversed(apps)))

    assert {table: shop.value(f"SELECT count(*) FROM {table}") for table in counted} == counted  # noqa: S608
    assert shop.value("SELECT count(*) FROM orders WHERE order_number = %s", checkout.order) == 1
    assert Visitor(shop.url, 21_001).buy(shop.products()[0]).order
