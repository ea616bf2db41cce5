"""Every figure that processes count themselves, and the words in which others add to them.

Names and units follow Prometheus: ``shop_`` before, base units, ``_total`` behind what only grows. The values
of labels come from code and settings, never from a visitor, so there are few of them.
Source: https://prometheus.io/docs/practices/naming/
"""

import os
from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # nobody asks when a process began to count
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which all processes of one service count together; gunicorn.conf.py makes it."""
if _folder := os.environ.get(FOLDER):
    os.makedirs(_folder, exist_ok=True)
REGISTRY = CollectorRegistry()
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""A page from memory takes half a millisecond, a checkout thirty, and five seconds are an outage."""
TASK_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 100)
QUERIES = (0, 1, 2, 5, 10, 15, 20, 30, 50, 100)

requests = Counter(
    "shop_http_requests_total",
    "Requests answered.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
request_seconds = Histogram(
    "shop_http_request_duration_seconds",
    "From the first middleware to the answer; without the time that a server in front takes.",
    ["route"],
    buckets=SECONDS,
    registry=REGISTRY,
)
request_queries = Histogram(
    "shop_http_request_queries",
    "Questions to the database per request.",
    ["route"],
    buckets=QUERIES,
    registry=REGISTRY,
)
in_progress = Gauge(
    "shop_http_requests_in_progress",
    "Requests that are being answered; looked at every few seconds.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
cache_reads = Counter(
    "shop_cache_reads_total",
    "Remembered values by what they are of and where they came from: memory, redis, stale, waited or built.",
    ["group", "level"],
    registry=REGISTRY,
)
tasks = Counter("shop_tasks_total", "Tasks ended.", ["task", "state"], registry=REGISTRY)
task_seconds = Histogram(
    "shop_task_duration_seconds",
    "How long tasks run.",
    ["task"],
    buckets=TASK_SECONDS,
    registry=REGISTRY,
)
order_steps = Counter(
    "shop_order_steps_total",
    "Steps of orders: placed, confirmed, payment_declined, shipped and all others of their timeline.",
    ["step"],
    registry=REGISTRY,
)
revenue = Counter(
    "shop_revenue_total",
    "Gross totals of orders that were confirmed; in the store's currency.",
    ["currency"],
    registry=REGISTRY,
)
refusals = Counter(
    "shop_refusals_total",
    "What the shop could not do and said so: out_of_stock, price_changed, rate_limited and so on.",
    ["code"],
    registry=REGISTRY,
)
login_failures = Counter("shop_login_failures_total", "Wrong passwords.", registry=REGISTRY)
breaker_state = Gauge(
    "shop_breaker_state",
    "Of a service outside: 0 is asked (closed), 1 is tried again (half-open), 2 is left alone (open).",
    ["service"],
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
memory_bytes = Gauge(
    "shop_process_resident_memory_bytes",
    "Memory of each process.",
    multiprocess_mode="liveall",
    registry=REGISTRY,
)
threads = Gauge(
    "shop_process_threads",
    "Threads of each process.",
    multiprocess_mode="liveall",
    registry=REGISTRY,
)


def refused(code: str) -> None:
    """Count a refusal; ``code`` is that of a ``ShopError``'s class."""
    refusals.labels(code).inc()


def order_stepped(step: str) -> None:
    """Count a step of an order, once it is committed."""
    order_steps.labels(step).inc()


def earned(amount: Decimal, currency: str) -> None:
    """Count what a confirmed order brings, gross."""
    revenue.labels(currency).inc(float(amount))
