"""What nginx and the processes behind it do while nothing is wrong."""

import html
import json
import subprocess
import sys
import time
from http.client import HTTPConnection
from ipaddress import ip_address, ip_network

import pytest

from deploy.cluster.nginx import PROBES
from tests.cluster.visitors import Visitor
from tests.test_api_tour import take_the_tour

pytestmark = [pytest.mark.race, pytest.mark.integration, pytest.mark.slow]


def log_of(shop):
    return [json.loads(line) for line in (shop.folder / "logs/access.log").read_text().splitlines()]


def test_nginx_asks_both_web_instances_and_names_each_request(running):
    visitor = Visitor(running.url, 1)
    visitor.headers["X-Request-ID"] = "0" * 32  # a visitor's own counts for nothing
    answers = [visitor.ask("GET", "/cart/") for _ in range(8)]

    rows = {row["request_id"]: row for row in log_of(running)}
    seen = [rows[answer.headers["X-Request-ID"]] for answer in answers]
    webs = {f"127.0.0.1:{running.ports[name]}" for name in ("web-1", "web-2")}
    assert {row["upstream"] for row in seen} == webs
    assert len({row["request_id"] for row in seen}) == 8
    assert {tuple(row) for row in seen} == {
        ("at", "request_id", "method", "path", "status", "bytes", "seconds", "upstream", "upstream_status",
         "upstream_seconds")
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/reset/key/1-{}/",
        "/accounts/confirm-email/{}/",
        "/wishlists/{}/",
        "/account/unsubscribe/{}/",
        "/reports/stop/{}/",
        "/orders/?key={}",
    ],
)
def test_no_log_of_nginx_has_a_key_that_opens_something(running, path):
    key = "k3y-that-opens"
    answer = Visitor(running.url, 1).ask("GET", path.format(key))

    (row,) = [row for row in log_of(running) if row["request_id"] == answer.headers["X-Request-ID"]]
    assert row["path"] == path.partition("{")[0].replace("1-", "").replace("?key=", "") + "***" * (
        "?" not in path
    )
    assert all(key not in log.read_text() for log in (running.folder / "logs").glob("*nginx*"))
    assert key not in (running.folder / "logs/access.log").read_text()


def test_nginx_serves_files_that_browsers_keep_and_pages_that_they_ask_for_again(running):
    visitor = Visitor(running.url, 2)
    visitor.headers["Accept-Encoding"] = "gzip"
    page = Visitor(running.url, 2).ask("GET", "/products/")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]

    file = visitor.ask("GET", style)
    assert (file.status, file.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert (file.headers["Content-Encoding"], file.headers["Content-Type"]) == ("gzip", "text/css")
    assert page.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert visitor.ask("GET", "/products/").headers["Content-Encoding"] == "gzip"
    assert visitor.ask("GET", "/media/").status in {403, 404}  # no list of what is there


def test_nginx_keeps_to_itself_what_is_for_probes_and_prometheus(running):
    visitor = Visitor(running.url, 2)

    hidden = ("/metrics", "/health", "/health/ready", "//health", "/health%2Fready", "/x/../health")
    assert {path: visitor.ask("GET", path).status for path in hidden} == dict.fromkeys(hidden, 404)
    assert visitor.ask("GET", "/health/live").status == 200


def test_a_load_balancer_in_front_is_told_whether_the_shop_is_well(running):
    balancer = Visitor(running.url, 126 << 16)
    assert ip_address(balancer.address) in ip_network(PROBES)

    told = balancer.ask("GET", "/health/ready")
    assert (told.status, json.loads(told.text)["checks"]["database"]) == (200, "ok")
    assert balancer.ask("GET", "/health").status == balancer.ask("GET", "/metrics").status == 404


def test_a_version_that_a_compressing_proxy_has_marked_as_weak_is_the_same_version(running):
    visitor = Visitor(running.url, 3)
    path = f"/api/products/{running.products()[0]}/"
    visitor.headers["Accept-Encoding"] = "gzip"
    seen = visitor.ask("GET", path).headers["ETag"]
    assert seen.startswith("W/")

    visitor.headers["If-None-Match"] = seen
    assert visitor.ask("GET", path).status == 304


def test_what_a_visitor_claims_about_itself_is_overwritten(running):
    visitor = Visitor(running.url, 4)
    visitor.headers |= {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "https"}
    visitor.headers["X-Forwarded-For"] = "203.0.113.9"
    wrong = {"email": "customer@example.com", "password": "wrong"}
    refusals = [visitor.ask("POST", "/api/auth/login/", wrong).status for _ in range(6)]
    visitor.headers["X-Forwarded-For"] = "203.0.113.10"

    assert refusals == [401] * 5 + [429]
    assert visitor.ask("POST", "/api/auth/login/", wrong).status == 429  # still the same visitor
    assert "https://" not in visitor.ask("GET", "/api/products/?page_size=1").text
    assert "evil" not in visitor.ask("GET", "/").text


def test_without_any_web_instance_nginx_says_when_to_come_again(running):
    running.crew.stop("web-1", "web-2")
    try:
        away = Visitor(running.url, 5).ask("GET", "/products/")
    finally:
        running.crew.start(running.crew.program("web-1"), running.crew.program("web-2"))

    assert (away.status, away.headers["Retry-After"]) == (503, "5")
    assert "We will be back in a moment" in away.text
    assert Visitor(running.url, 5).ask("GET", "/products/").status == 200


def test_the_tour_of_the_api_runs_against_the_cluster(shop):
    take_the_tour(shop.url)


def test_a_customer_buys_in_a_browser_through_nginx(shop):
    path = f"/products/{shop.products('slug')[0]}/"
    bought = subprocess.run(  # noqa: S603 -- our own script, apart because its loop stays in its thread
        [sys.executable, "-m", "tests.cluster.in_a_browser", shop.url, path],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert bought.returncode == 0, bought.stderr[-3000:]
    number = bought.stdout.split()[-1]
    assert shop.value("SELECT status FROM orders WHERE order_number = %s", number) == "processing"
    shop.everything_is_done()
    assert list(shop.postbox.arrived("browser@example.com").values()) == [1, 1]  # placed, and paid


def test_an_open_page_of_an_order_hears_from_the_live_instance_within_seconds(shop):
    visitor = Visitor(shop.url, 6)
    checkout = visitor.buy(shop.products()[0])
    order = visitor.ask("GET", checkout.payment.replace("/pay/", "/"))
    events = html.unescape(order.text.partition('data-events="')[2].partition('"')[0])
    connection = HTTPConnection("127.0.0.1", shop.ports["nginx"], timeout=20)
    connection.request("GET", events)
    stream = connection.getresponse()
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    heard = [stream.readline() for _ in range(4)]
    assert heard[2].startswith(b'data: {"version": "pending-')

    visitor.pay(checkout)

    paid_at = time.monotonic()
    while not (line := stream.readline()).startswith(b'data: {"version": "confirmed-'):
        assert line
    assert time.monotonic() - paid_at < 5
    connection.close()
