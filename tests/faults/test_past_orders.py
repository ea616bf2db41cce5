"""Orders of the past are being imported, or summed up, when the process dies: a rerun does the rest."""

import os
from io import StringIO
from signal import SIGKILL

import psutil
import pytest
from django.core.management import call_command
from django.db.models import F, Sum

from orders.models import SalesRollup
from orders.tests import past_files
from tests.faults.processes import lives, wait_until

pytestmark = pytest.mark.race
LINES_OF_THE_FIRST = 5


@pytest.fixture
def files(tmp_path):
    """A file of past orders, and one that ends after its first invoice."""
    begun = "".join(past_files.ODDITIES.splitlines(keepends=True)[: 1 + LINES_OF_THE_FIRST])
    return (
        past_files.write(tmp_path, begun, name="begun.csv"),
        past_files.write(tmp_path, past_files.ODDITIES),
    )


def imported(file):
    said = StringIO()
    call_command("import_orders", str(file), stdout=said)
    return said.getvalue().split()


def test_an_import_that_is_killed_keeps_whole_invoices_and_the_next_one_completes_it(shop, files):
    begun, whole = files
    imported(begun)
    before = past_files.everything()

    shop.stop_at("before _insert")  # the orders of the second invoice are stored, its lines are not
    importer = shop.start_command("import_orders", str(whole), "--batch-size", "1")
    shop.kill_at("before _insert")
    importer.kill()
    wait_until(lambda: not shop.is_connected(), "Postgres holds on to the locks of who is dead")

    assert past_files.everything() == before
    assert imported(whole)[:3] == ["created=9", "updated=0", f"unchanged={LINES_OF_THE_FIRST}"]
    complete = past_files.everything()
    assert imported(whole)[:3] == ["created=0", "updated=0", "unchanged=14"]
    assert past_files.everything() == complete


def test_a_refresh_that_is_killed_keeps_the_old_sums_and_leaves_no_process(
    shop_with, files, tmp_path, settings
):
    begun, whole = files
    settings.ANALYTICS_DIR = tmp_path / "analytics"
    shop = shop_with(ANALYTICS_DIR=str(settings.ANALYTICS_DIR), ANALYTICS_WORKERS="1")
    imported(begun)
    call_command("refresh_analytics", stdout=StringIO())
    before = sums()
    imported(whole)

    shop.stop_at("before _row")  # the old sums of the month are deleted, the new ones not yet there
    refresher = shop.start_command("refresh_analytics")
    pid = shop.stopped_at("before _row")
    cluster = psutil.Process(pid).children(recursive=True)
    os.kill(pid, SIGKILL)
    refresher.kill()
    wait_until(lambda: not shop.is_connected(), "Postgres holds on to the locks of who is dead")

    assert cluster
    wait_until(lambda: not any(map(lives, cluster)), "the cluster outlives whoever started it")
    assert sums() == before
    call_command("refresh_analytics", stdout=StringIO())
    assert revenue() == past_files.TOTAL


def sums():
    rows = SalesRollup.objects.order_by("dimension", "grain", "currency", "start", "key")
    return list(rows.values_list("dimension", "grain", "currency", "start", "key", "orders", "goods", "back"))


def revenue():
    rows = SalesRollup.objects.filter(grain="day", dimension="all")
    return f"{rows.aggregate(all=Sum(F('goods') + F('delivery') - F('back')))['all']:f}"
