"""Traces of OpenTelemetry: request -> queries -> cache -> outbox -> task -> mail as one, across the queue.

Off, and nothing of it imported, without ``OTEL_EXPORTER_OTLP_ENDPOINT``. What is traced is what
``observation`` counts: one place knows when a request, a task or a query begins and ends, and nothing is
patched. Spans name routes, tasks and statements without values; whose they are the log says, by
``shop.request_id``. Probes and files are left out, and so is what the clock asks for: a task is traced if it
follows from a request.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)
MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed, so nothing is traced: "
    "pip install -r requirements-cloud.txt"
)
LONGEST_SQL = 2_000
UNTRACED = ("/health", "/metrics", settings.STATIC_URL)
SERVER_ERROR = 500
_tracer: Any = None
_provider: Any = None


def start() -> None:
    """Begin to trace, if the settings name a collector; called once, when the apps are ready."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.error(MISSING)
        return
    export_by(BatchSpanProcessor(OTLPSpanExporter()))


def export_by(processor: Any) -> None:
    """Trace from now on, and give each span that has ended to ``processor``."""
    global _provider, _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    named = {"service.name": "shop", "service.version": settings.RELEASE}
    _provider = TracerProvider(resource=Resource.create(named))
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("shop")


def stop() -> None:
    """Send what waits, and trace no longer."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


def wants(request: HttpRequest | None, traceparent: str) -> bool:
    """Say whether a request, or the task that follows from ``traceparent``, is to be traced."""
    if _tracer is None:
        return False
    return bool(traceparent) if request is None else not request.path_info.startswith(UNTRACED)


def flush() -> None:
    """Send what waits, for at most two seconds: this process is about to end."""
    if _provider is not None:
        _provider.force_flush(2_000)


def begin(name: str, *, traceparent: str, is_request: bool, request_id: str) -> Any:
    """Return a span for a request or task, inside of whatever ``traceparent`` names."""
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent} if traceparent else {})
    return _tracer.start_span(
        name,
        context=parent,
        kind=SpanKind.SERVER if is_request else SpanKind.CONSUMER,
        attributes={"shop.request_id": request_id},
    )


def traceparent_of(span: Any) -> str:
    """Return what stands for a span in a header. Source: W3C Trace Context."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def end(span: Any, *, name: str, status: int | str, method: str = "") -> None:
    """End the span of a request or task, now that its route is known."""
    from opentelemetry.trace import StatusCode

    if method:
        span.update_name(f"{method} {name}")
        span.set_attributes(
            {"http.request.method": method, "http.route": name, "http.response.status_code": int(status)}
        )
        has_failed = int(status) >= SERVER_ERROR
    else:
        span.set_attributes({"messaging.operation.type": "process", "shop.task.state": str(status)})
        has_failed = status != "SUCCESS"
    if has_failed:
        span.set_status(StatusCode.ERROR)
    span.end()


def add(span: Any, name: str, seconds: float, **attributes: Any) -> None:
    """Add what has just ended, after so many seconds, to the span of its request or task."""
    from opentelemetry.trace import SpanKind, set_span_in_context

    ended = time.time_ns()
    is_call = name in {"query", "cache", "mail"}
    part = _tracer.start_span(
        name,
        context=set_span_in_context(span),
        kind=SpanKind.CLIENT if is_call else SpanKind.PRODUCER,
        start_time=ended - int(seconds * 1e9),
        attributes=attributes,
    )
    part.end(ended)
