"""What Prometheus is told, by one process and by several."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from celery import current_app
from django.contrib.auth import authenticate
from django.db import connections
from django.http import HttpResponseNotFound
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from prometheus_client.parser import text_string_to_metric_families

from dbProject import resilience
from dbProject.metrics import figures, measures, receivers, services
from dbProject.metrics.models import Reading
from dbProject.metrics.observing import observe_task
from dbProject.observation import Observation, ObservationMiddleware
from dbProject.outbox.models import OutboxEvent
from deploy.servers import free_port
from orders.services import reconciliation, status, timeline
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _asked_anew():
    figures.forget()
    yield
    figures.forget()


def told(text, name, **labels):
    """Return the value of one sample, 0 if there is none."""
    return next(
        (
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ),
        0.0,
    )


@pytest.fixture
def grown(client):
    """Return by how much a sample has grown since this was last asked of it."""
    before = {}

    def measure(name, **labels):
        now = told(client.get("/metrics").content.decode(), name, **labels)
        key = (name, *labels.items())
        grown = now - before.get(key, 0.0)
        before[key] = now
        return grown

    return measure


@pytest.mark.django_db
def test_requests_are_counted_by_route_method_and_status(client, grown):
    wanted = {"route": "product_detail", "method": "GET", "status": "2xx"}
    product = ProductFactory()
    grown("shop_http_requests_total", **wanted)
    grown("shop_http_request_duration_seconds_count", route="product_detail")
    grown("shop_http_request_queries_sum", route="product_detail")

    client.get(f"/products/{product.slug}/")

    assert grown("shop_http_requests_total", **wanted) == 1
    assert grown("shop_http_request_duration_seconds_count", route="product_detail") == 1
    assert grown("shop_http_request_queries_sum", route="product_detail") > 0


@pytest.mark.django_db
def test_a_thousand_addresses_that_lead_nowhere_are_one_figure(client, grown, rf):
    assert client.get("/nowhere/").status_code == 404
    shop = ObservationMiddleware(lambda _request: HttpResponseNotFound())
    lines = _lines_about_requests(client)
    wanted = {"route": "unmatched", "method": "GET", "status": "4xx"}
    grown("shop_http_requests_total", **wanted)

    for _ in range(1000):
        shop(rf.get(f"/{get_random_string(12)}"))

    assert grown("shop_http_requests_total", **wanted) == 1000
    assert _lines_about_requests(client) == lines


def _lines_about_requests(client):
    client.get("/metrics")  # which has lines of its own from now on
    return client.get("/metrics").content.count(b"shop_http_")


@pytest.mark.django_db
def test_a_method_that_somebody_makes_up_is_another(client, grown):
    wanted = {"route": "home", "method": "other", "status": "4xx"}
    grown("shop_http_requests_total", **wanted)

    client.generic("BREW", "/")

    assert grown("shop_http_requests_total", **wanted) == 1


@pytest.mark.django_db
def test_a_page_from_memory_has_its_route(client, grown, settings):
    settings.SHARED_PAGE_SECONDS = 60
    settings.MEMORY_CACHE_SECONDS = 60
    client.get("/")
    wanted = {"route": "home", "method": "GET", "status": "2xx"}
    grown("shop_http_requests_total", **wanted)
    grown("shop_cache_reads_total", group="everything", level="memory")

    assert client.get("/")["Cache-Status"] == "shop; hit"

    assert grown("shop_http_requests_total", **wanted) == 1
    assert grown("shop_cache_reads_total", group="everything", level="memory") == 1


@pytest.mark.parametrize(
    ("address", "headers", "status_code"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 403),
        ("203.0.113.9", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),  # through a proxy that we do not know
    ],
)
@pytest.mark.django_db
def test_only_networks_that_may_read_the_figures_do(client, address, headers, status_code):
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status_code


@pytest.mark.django_db
def test_probes_may_call_a_machine_by_its_number(client):
    for path in ("/metrics", "/health", "/health/live", "/health/ready"):
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.django_db
def test_steps_of_orders_and_what_they_bring_are_counted_once_committed(
    grown, django_capture_on_commit_callbacks
):
    order = OrderFactory()
    for name, labels in (
        ("shop_order_steps_total", {"step": "confirmed"}),
        ("shop_revenue_total", {"currency": "EUR"}),
    ):
        grown(name, **labels)

    with django_capture_on_commit_callbacks() as callbacks:
        status.move(order, to="confirmed", actor=timeline.SHOP)
    assert grown("shop_order_steps_total", step="confirmed") == 0
    for callback in callbacks:
        callback()

    assert grown("shop_order_steps_total", step="confirmed") == 1
    assert grown("shop_revenue_total", currency="EUR") == pytest.approx(float(order.total_amount))


@pytest.mark.django_db
def test_refusals_are_counted_by_their_code(client, grown):
    sold_out = ProductFactory(stock_quantity=0)
    grown("shop_refusals_total", code="out_of_stock")

    client.post(
        "/cart/add/", {"product_id": sold_out.pk, "quantity": 1}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert grown("shop_refusals_total", code="out_of_stock") == 1


@pytest.mark.django_db
def test_wrong_passwords_are_counted(grown):
    grown("shop_login_failures_total")

    authenticate(None, email="robin@example.com", password="wrong")

    assert grown("shop_login_failures_total") == 1


@pytest.mark.django_db
def test_tasks_are_counted_by_name_and_state(grown):
    wanted = {"task": "orders.tasks.reconcile", "state": "SUCCESS"}
    grown("shop_tasks_total", **wanted)
    grown("shop_task_duration_seconds_sum", task="orders.tasks.reconcile")
    seen = Observation("an-id", route="orders.tasks.reconcile")
    seen.status, seen.seconds = "SUCCESS", 1.5

    observe_task(seen)

    assert grown("shop_tasks_total", **wanted) == 1
    assert grown("shop_task_duration_seconds_sum", task="orders.tasks.reconcile") == 1.5


@pytest.mark.django_db
def test_a_breaker_tells_its_state(grown):
    breaker = resilience.breaker("carrier", failures=1)
    assert grown("shop_breaker_state", service="carrier") == 0

    with pytest.raises(OSError, match="gone"), breaker.guard():
        raise OSError("gone")

    assert grown("shop_breaker_state", service="carrier") == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_in_the_database_is_read_and_then_remembered(client, settings):
    settings.METRICS_SOURCES = dict.fromkeys(settings.METRICS_SOURCES, 3600)  # however slow the machine
    ProductFactory(stock_quantity=0)
    ProductFactory(stock_quantity=1, low_stock_threshold=5)
    order = OrderFactory()
    OutboxEvent.objects.all().delete()
    OutboxEvent.objects.create(task="task")
    services.note("reconcile_breaks", 3)
    current_app.control.purge()

    text = client.get("/metrics").content.decode()

    assert told(text, "shop_sold_out_products") == 1
    assert told(text, "shop_low_stock_products") == 1
    assert told(text, "shop_last_order_timestamp_seconds") == order.created_at.timestamp()
    assert told(text, "shop_outbox_waiting_events") == 1
    assert told(text, "shop_outbox_oldest_due_seconds") > 0
    assert told(text, "shop_reconcile_breaks") == 3
    assert told(text, "shop_release_info", version="unreleased") == 1
    assert told(text, "shop_queue_messages", queue="celery") == 0
    OutboxEvent.objects.all().delete()
    assert told(client.get("/metrics").content.decode(), "shop_outbox_waiting_events") == 1


@pytest.mark.django_db
def test_reading_costs_four_queries(django_assert_num_queries, settings):
    with django_assert_num_queries(4):
        for source in settings.METRICS_SOURCES:
            import_string(source)()


@pytest.mark.django_db
def test_messages_in_the_queue_are_counted(client, settings):
    current_app.send_task("nobody.knows", retry=False)

    text = client.get("/metrics").content.decode()

    assert told(text, "shop_queue_messages", queue="celery") == 1


@pytest.mark.django_db
def test_a_queue_of_some_workers_is_told_of_before_anything_was_sent_there(client, settings):
    settings.JOB_QUEUES = {"refresh_analytics": "analytics"}

    assert told(client.get("/metrics").content.decode(), "shop_queue_messages", queue="analytics") == 0


@pytest.mark.django_db
def test_without_its_database_the_shop_tells_what_it_has_counted(client, monkeypatch):
    there = connections.settings["default"] | {"HOST": "127.0.0.1", "PORT": free_port()}
    monkeypatch.setitem(connections.settings, "default", there)

    response = client.get("/metrics")

    assert response.status_code == 200
    text = response.content.decode()
    assert told(text, "shop_metrics_source_up", source="dbProject.metrics.sources.outbox") == 0
    assert told(text, "shop_metrics_source_up", source="dbProject.metrics.sources.release") == 1
    assert told(text, "shop_process_threads") > 0


@pytest.mark.django_db
def test_the_nightly_reconciliation_is_noted():
    reconciliation.log_breaks()

    assert Reading.objects.get().name == "reconcile_breaks"
    assert Reading.objects.get().value == 0


COUNTING = """
import sys
from dbProject.metrics import measures
measures.requests.labels("home", "GET", "2xx").inc(20)
measures.request_seconds.labels("home").observe(0.3)
measures.in_progress.set(3)
measures.threads.set(5)
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """Two processes that have counted into one folder, which is the one that is read here."""
    monkeypatch.setenv(measures.FOLDER, str(tmp_path))
    processes = [
        subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-c", COUNTING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        for _ in range(2)
    ]
    for one in processes:
        assert one.stdout.readline() == b"counted\n"
    yield processes
    for one in processes:
        one.kill()
        one.communicate()


@pytest.mark.django_db
def test_processes_count_together_and_one_that_died_leaves_its_counts_and_no_gauge(client, counting):
    text = client.get("/metrics").content.decode()

    assert told(text, "shop_http_requests_total", route="home") == 40
    assert told(text, "shop_http_request_duration_seconds_bucket", route="home", le="0.5") == 2
    assert told(text, "shop_http_request_duration_seconds_bucket", route="home", le="0.25") == 0
    assert told(text, "shop_http_requests_in_progress") == 6
    assert [told(text, "shop_process_threads", pid=str(one.pid)) for one in counting] == [5, 5]
    counting[0].kill()
    counting[0].wait()

    text = client.get("/metrics").content.decode()

    assert told(text, "shop_http_requests_total", route="home") == 40
    assert told(text, "shop_http_requests_in_progress") == 3
    assert f'pid="{counting[0].pid}"' not in text
    assert f'pid="{counting[1].pid}"' in text


@pytest.fixture
def gunicorn(monkeypatch):
    """What gunicorn reads when it starts."""
    monkeypatch.setenv(measures.FOLDER, "")  # so that it is as before after the test
    monkeypatch.delenv(measures.FOLDER)
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_gunicorn_gives_its_processes_a_folder_and_takes_it_away(gunicorn):
    server = SimpleNamespace()
    gunicorn["on_starting"](server)
    folder = Path(os.environ[measures.FOLDER])
    assert folder.is_dir()

    gunicorn["on_exit"](server)

    assert not folder.exists()


def test_gunicorn_begins_from_nothing_in_a_folder_that_it_was_given(gunicorn, monkeypatch, tmp_path):
    monkeypatch.setenv(measures.FOLDER, str(tmp_path))
    (tmp_path / "counter_17.db").write_bytes(b"of yesterday")
    server = SimpleNamespace()

    gunicorn["on_starting"](server)
    gunicorn["on_exit"](server)

    assert list(tmp_path.iterdir()) == []


def test_gunicorn_that_takes_over_leaves_the_old_ones_folder_alone(gunicorn, monkeypatch, tmp_path):
    monkeypatch.setenv(measures.FOLDER, str(tmp_path))
    monkeypatch.setenv("GUNICORN_PID", "17")
    (tmp_path / "counter_17.db").write_bytes(b"still counting")
    server = SimpleNamespace()

    gunicorn["on_starting"](server)
    assert os.environ[measures.FOLDER] != str(tmp_path)
    gunicorn["on_exit"](server)

    assert (tmp_path / "counter_17.db").exists()


def test_a_worker_answers_prometheus_where_it_is_told(settings, monkeypatch, tmp_path):
    monkeypatch.setenv(measures.FOLDER, str(tmp_path))
    (tmp_path / "counter_17.db").write_bytes(b"of yesterday")
    settings.WORKER_METRICS_BIND = f"127.0.0.1:{free_port()}"
    servers = []
    real = receivers.start_http_server
    monkeypatch.setattr(
        receivers, "start_http_server", lambda *args, **kwargs: servers.append(real(*args, **kwargs))
    )

    receivers.begin_with_an_empty_folder()
    receivers.serve_figures()

    assert httpx.get(f"http://{settings.WORKER_METRICS_BIND}/metrics").status_code == 200
    assert not (tmp_path / "counter_17.db").exists()
    ((server, _thread),) = servers
    server.shutdown()
    server.server_close()
