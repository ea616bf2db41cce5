"""Traces and reports of errors: one from click to mail, nobody in it, and nothing unless asked for."""

import gzip
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.utils import timezone
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dbProject import tracing
from dbProject.outbox.models import OutboxEvent
from dbProject.outbox.tests.working import work_off
from dbProject.webhooks import delivering
from dbProject.webhooks.models import WebhookDelivery, WebhookMessage
from dbProject.webhooks.tests.receivers import Receiver, listens
from tests.test_logs import TYPED, buy

SHOP = """
import sys
{before}
import django
django.setup()
from django.test import Client
from django.urls import path
from django.views.defaults import server_error
import dbProject.urls as urls
def broken(request):
    raise RuntimeError("nobody foresaw " + request.GET["name"])
urls.urlpatterns.append(path("broken/", broken))
client = Client(raise_request_exception=False)
print(client.get("/health/live").status_code)
print(client.get("/broken/", {{"name": "wilhelmina"}})["X-Request-ID"])
ours = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf", "sentry_sdk")
print([name for name in ours if name in sys.modules])
"""
WITHOUT = "sys.modules['opentelemetry'] = sys.modules['sentry_sdk'] = None"


@pytest.fixture
def spans():
    """What was traced, in the order in which it ended."""
    exporter = InMemorySpanExporter()
    tracing.export_by(SimpleSpanProcessor(exporter))
    yield exporter.get_finished_spans
    tracing.stop()


@pytest.fixture
def collector():
    """A server that takes whatever is posted: its address, and what came as (path, body)."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(iter(self.chunk, b""))
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            came.append((self.path, gzip.decompress(body) if is_packed else body))
            self.send_response(200)
            self.end_headers()

        def chunk(self):
            size = int(self.rfile.readline(), 16)
            data = self.rfile.read(size)
            self.rfile.readline()
            return data

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", came
    server.shutdown()


def run(before="", **environment):
    """Answer two requests in a process of its own; return what it printed and what it wrote."""
    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", SHOP.format(before=before)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dbProject.settings.local", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split("\n"), done.stderr


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_one_trace_leads_from_a_checkout_across_outbox_and_queue_to_the_mail(client, worker, spans):
    answer = buy(client)
    worker("orders.tasks.send_order_confirmation_email")

    (request,) = [span for span in spans() if span.name == "POST checkout"]
    ours = [span for span in spans() if span.context.trace_id == request.context.trace_id]
    by_name = {span.name: span for span in ours}
    task = by_name["orders.tasks.send_order_confirmation_email"]
    assert {"query", "cache", "outbox", "mail"} <= set(by_name)
    assert (
        request.attributes["shop.request_id"] == task.attributes["shop.request_id"] == answer["X-Request-ID"]
    )
    assert task.parent.span_id == request.context.span_id
    assert by_name["mail"].parent.span_id == task.context.span_id
    assert by_name["outbox"].parent.span_id == request.context.span_id
    assert all(span.start_time <= span.end_time for span in ours)
    said = "".join(span.to_json() for span in spans()).lower()
    for secret in ("wilhelmina", TYPED["street"].lower(), TYPED["city"].lower()):
        assert secret not in said


@pytest.mark.django_db
def test_the_trace_of_a_click_leads_to_each_attempt_of_its_webhook_and_on_to_who_is_told(
    client, spans, settings
):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = True
    with Receiver(500, 204) as receiver:
        listens(receiver)
        buy(client)
        work_off("dbProject.webhooks.tasks.fan_out_webhook")
        message = WebhookMessage.objects.get(kind="order.created")
        (request,) = [span for span in spans() if span.name == "POST checkout"]
        WebhookMessage.objects.exclude(pk=message.pk).delete()
        WebhookMessage.objects.update(traceparent=tracing.traceparent_of(request), request_id="of-the-click")
        for _ in range(2):
            WebhookDelivery.objects.update(next_attempt_at=timezone.now())
            delivering.deliver_due()

    attempts = [span for span in spans() if span.attributes.get("shop.request_id") == "of-the-click"]
    assert [span.attributes["shop.task.state"] for span in attempts] == ["FAILURE", "SUCCESS"]
    for span, (headers, _body) in zip(attempts, receiver.told, strict=True):
        assert span.context.trace_id == request.context.trace_id
        assert span.parent.span_id == request.context.span_id
        assert headers["traceparent"] == tracing.traceparent_of(span)


@pytest.mark.django_db
def test_no_visitor_says_what_a_click_belongs_to(client, spans, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    client.get("/search/", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})

    (span,) = [span for span in spans() if span.name == "GET search"]
    assert span.parent is None


@pytest.mark.django_db
def test_what_follows_from_a_click_outside_of_the_sample_is_outside_too(client, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
    exporter = InMemorySpanExporter()
    tracing.export_by(SimpleSpanProcessor(exporter))
    try:
        buy(client)
    finally:
        tracing.stop()

    assert exporter.get_finished_spans() == ()
    flags = int(OutboxEvent.objects.first().traceparent.rpartition("-")[2], 16)
    assert flags & 1 == 0  # W3C Trace Context: not sampled


@pytest.mark.django_db
def test_probes_and_files_have_no_traces(client, spans):
    for address in ("/health/live", "/static/nothing.css"):
        client.get(address)

    assert [span.name for span in spans() if span.name not in ("query", "cache")] == []


@pytest.mark.integration
def test_nothing_is_imported_unless_asked_for():
    (live, _id, modules, *_), _said = run()

    assert (live, modules) == ("200", "[]")


@pytest.mark.integration
def test_what_is_asked_for_and_missing_is_said_in_one_sentence_and_the_shop_goes_on():
    (live, *_), said = run(
        WITHOUT, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", SENTRY_DSN="http://key@127.0.0.1:9/1"
    )

    assert live == "200"
    assert "OpenTelemetry is not installed, so nothing is traced" in said
    assert "sentry-sdk is not installed, so no error is reported" in said


@pytest.mark.integration
def test_spans_and_errors_leave_for_whom_the_settings_name(collector):
    host, came = collector
    (_live, request_id, *_), _said = run(
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{host}", SENTRY_DSN=f"http://key@{host}/1", RELEASE="2026.11.1"
    )

    spans = b"".join(body for path, body in came if path == "/v1/traces")
    (report,) = [body for path, body in came if path == "/api/1/envelope/"]
    assert request_id.encode() in spans
    event = json.loads(report.split(b"\n")[2])
    assert event["tags"]["request_id"] == request_id
    assert bytes.fromhex(event["tags"]["trace_id"]) in spans  # the report leads to its trace
    assert event["release"] == "2026.11.1"
    assert event["exception"]["values"][0]["type"] == "RuntimeError"
    assert b"wilhelmina" not in report + spans
    assert b"127.0.0.1" not in report.split(b"\n", 1)[1]
    assert {"request", "server_name", "breadcrumbs"}.isdisjoint(event)
