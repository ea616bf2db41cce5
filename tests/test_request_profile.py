"""The request profile: what is counted, by several processes, and how staff see it."""

import sys
from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.html import escape

from dbProject.metrics import costs, memory, profile
from dbProject.metrics.tallies import LAST_US, Tally
from dbProject.observation import Observation
from products.tests.factories import ProductFactory

PAGE = "/admin/metrics/reading/profile/"


def answer(rf, *, seconds=0.01, route="home", status=200, **facts):
    seen = Observation("an-id-of-a-request", route=route)
    seen.seconds = seconds
    for name, value in facts.items():
        setattr(seen, name, value)
    profile.observe(rf.get("/"), HttpResponse(status=status), seen)


@pytest.mark.unit
def test_percentiles_are_right_to_a_fifth_and_within_what_was_seen():
    tally = Tally()
    for ms in range(1, 1001):
        tally.add(us=ms * 1000, status=200)

    for share, ms in ((0.5, 500), (0.95, 950), (0.99, 990)):
        assert tally.percentile_us(share) == pytest.approx(ms * 1000, rel=0.2)
    assert tally.percentile_us(1) == 1_000_000
    assert tally.percentile_us(0) >= 1000


@pytest.mark.unit
def test_one_answer_is_every_percentile_of_itself():
    tally = Tally()
    tally.add(us=1234, status=200)

    assert {tally.percentile_us(share) for share in (0.01, 0.5, 0.99)} == {1234}
    assert Tally().percentile_us(0.95) == 0


@pytest.mark.unit
def test_an_answer_that_takes_longer_than_any_bucket_is_counted():
    tally = Tally()
    tally.add(us=10 * LAST_US, status=504)

    assert tally.percentile_us(0.99) == 10 * LAST_US


@pytest.mark.integration
def test_processes_add_up(rf):
    answer(rf, seconds=0.01, queries=3, query_seconds=0.004, cache={"memory": 2, "built": 1})
    profile.write()
    answer(rf, seconds=0.03, status=404)
    profile.write()
    profile.forget()  # another process
    answer(rf, seconds=0.02)
    answer(rf, seconds=0.5, route="checkout")
    profile.write()

    found = profile.read(hours=1)

    assert found.processes == 2
    home = found.endpoints["GET home"]
    assert (home.count, home.fastest_us, home.slowest_us) == (3, 10_000, 30_000)
    assert home.total_us == pytest.approx(60_000, abs=3)
    assert (home.queries, home.database_us, home.hits, home.misses) == (3, 4000, 2, 1)
    assert home.statuses == {200: 2, 404: 1}
    assert found.slowest[0].endpoint == "GET checkout"
    assert found.slowest[0].request_id == "an-id-of-a-request"


@pytest.mark.integration
def test_two_who_write_for_a_process_at_once_take_one_place(rf, monkeypatch):
    add, others = cache.add, []

    def write_another():
        answer(rf)
        profile.write()

    def add_while_another_writes(*args, **options):
        if not others:
            others.append(Thread(target=write_another))
            others[0].start()
            others[0].join(0.2)  # long enough for one who need not wait
        return add(*args, **options)

    monkeypatch.setattr(cache, "add", add_while_another_writes)
    answer(rf)
    profile.write()
    others[0].join()

    assert profile.read(hours=1).processes == 1
    assert profile.read(hours=1).endpoints["GET home"].count == 2


@pytest.mark.unit
def test_memory_is_counted_in_kilobytes_on_every_system(monkeypatch):
    linux, mac = memory.meter("linux")(), memory.meter("darwin")()
    monkeypatch.setitem(sys.modules, "resource", None)
    windows = memory.meter("win32")()

    assert linux == pytest.approx(mac * 1024, rel=0.01)
    assert windows == pytest.approx(linux, rel=0.9)


@pytest.mark.integration
def test_only_the_slowest_five_are_kept(rf):
    for ms in (7, 3, 9, 1, 5, 8, 2, 6, 4):
        answer(rf, seconds=ms / 1000)
    profile.write()

    assert [one.us for one in sorted(profile.read(hours=1).slowest, reverse=True)] == [
        9000,
        8000,
        7000,
        6000,
        5000,
    ]


@pytest.mark.integration
def test_hours_are_apart_and_a_day_has_them_together(rf, monkeypatch):
    clock = SimpleNamespace(time=lambda: 1_000_000 * 3600.0)
    monkeypatch.setattr(profile, "time", clock)
    answer(rf)
    profile.write()
    clock.time = lambda: 1_000_001 * 3600.0
    answer(rf)  # before this process has seen that the hour is over: it belongs to the old one
    profile.write()
    answer(rf)
    profile.write()

    assert profile.read(hours=1).endpoints["GET home"].count == 1
    assert profile.read(hours=24).endpoints["GET home"].count == 3
    assert profile.read(hours=24).processes == 1


@pytest.mark.integration
def test_a_cache_that_was_emptied_gets_the_hour_again(rf):
    answer(rf)
    profile.write()
    cache.clear()
    answer(rf)
    profile.write()

    assert profile.read(hours=1).endpoints["GET home"].count == 2


@pytest.mark.integration
def test_statements_are_bounded_and_add_up(rf):
    for number in range(profile.STATEMENTS + 50):
        answer(rf, costly=((f"SELECT {number}", 20_000),))
    answer(rf, costly=(("SELECT 0", 40_000),))
    profile.write()

    found = profile.read(hours=1).statements
    assert len(found) == profile.STATEMENTS
    assert found["SELECT 0"] == (2, 60_000, 40_000)


@pytest.mark.integration
@pytest.mark.django_db
def test_the_plan_of_a_statement_is_told_without_running_it():
    sql = "UPDATE products SET name = $1 WHERE id = $2 AND stock_quantity > $3"

    assert "Update on products" in costs.plan(sql)
    assert costs.plan(sql) == costs.plan(sql)  # its name is free again
    assert costs.plan("SELECT 1") != ""
    assert costs.plan("SELECT cut off in the mid") == ""
    assert costs.plan("DROP TABLE products") == ""


@pytest.mark.integration
@pytest.mark.django_db
def test_staff_see_what_endpoints_cost(staff_client, rf):
    answer(rf, seconds=0.25, queries=4, query_seconds=0.1, route="product_detail")
    answer(rf, seconds=0.001)
    answer(rf, costly=(("SELECT name FROM products WHERE id = %s", 12_000),))

    page = staff_client.get(PAGE).content.decode()

    assert "GET product_detail" in page
    assert "an-id-of-a-request" in page
    assert escape("SELECT name FROM products WHERE id = %s") in page
    assert "Index Scan" in page
    assert "As the shop has counted it: only what took 10 ms or longer." in page


@pytest.mark.integration
@pytest.mark.django_db
def test_the_table_is_sorted_by_what_is_asked_for(staff_client, rf):
    answer(rf, seconds=90, route="checkout")
    for _ in range(30):
        answer(rf, seconds=2, route="home")

    def endpoints(query):
        return [one.endpoint for one in staff_client.get(f"{PAGE}{query}").context["rows"][:2]]

    assert endpoints("") == ["GET checkout", "GET home"]
    assert endpoints("?sort=requests")[0] == "GET home"
    assert endpoints("?sort=nothing&hours=99") == ["GET checkout", "GET home"]


@pytest.mark.integration
@pytest.mark.django_db
def test_a_shop_that_nobody_has_asked_says_so(staff_client):
    page = staff_client.get(PAGE).content.decode()

    assert "Nobody has asked for anything yet" in page
    assert "Nothing took long." in page


@pytest.mark.integration
@pytest.mark.django_db
def test_what_a_visitor_asks_for_is_in_the_profile(client):
    product = ProductFactory()
    client.get(f"/products/{product.slug}/")
    profile.write()

    tally = profile.read(hours=1).endpoints["GET product_detail"]
    assert (tally.count, tally.statuses) == (1, {200: 1})
    assert tally.queries > 0
