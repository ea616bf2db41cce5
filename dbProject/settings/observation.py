"""What is noted of each request and task: who is told, what counts as slow, and where lines go."""

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from dbProject.settings.environment import env

OBSERVERS: list[str] = [
    "dbProject.security_log.observe",
    "dbProject.logs.observe",
    "dbProject.metrics.observing.observe",
    "dbProject.metrics.profile.observe",
    "dbProject.behavior.counting.observe",
    "dbProject.cost_headers.observe",
]
"""Called in this order with request, response and what was observed; every microsecond counts."""
TASK_OBSERVERS: list[str] = ["dbProject.logs.observe_task", "dbProject.metrics.observing.observe_task"]
"""Called with what was observed when a task has ended."""

SLOW_REQUEST_SECONDS = 1.0  # from here on its line is a warning
SLOW_QUERY_SECONDS = 0.2  # from here on it has a line of its own, a warning with the SQL and without values
SLOW_TASK_SECONDS = 30.0
QUERY_BUDGET = 25  # queries of a request; above, its line is a warning
QUERY_BUDGETS = {
    "account_change_password": 40,
    "account_delete": 100,
    "account_email_verification_sent": 55,
    "account_login": 50,
    "account_offer": 45,
    "account_signup": 50,
    "admin:orders_order_changelist": 40,
    "admin:orders_order_delivered": 40,
    "admin:orders_order_move": 50,
    "admin:orders_order_refund": 50,
    "admin:orders_promotion_add": 50,
    "admin:orders_promotion_change": 50,
    "admin:orders_shippingmethod_add": 55,
    "admin:orders_shippingmethod_change": 60,
    "admin:products_category_change": 45,
    "admin:products_product_add": 90,
    "admin:products_product_add_variant": 40,
    "admin:products_product_change": 95,
    "admin:products_product_changelist": 50,
    "cart_reorder": 40,
    "checkout": 35,
    "login": 50,
    "order-create-from-cart": 40,
    "order-detail": 45,
    "order-list": 55,
    "order_cancel": 60,
    "order_paid": 65,
    "order_pay": 35,
    "register": 45,
}
"""Of routes that need more: what their tests ask for at most, and some more."""
REPEATED_QUERIES = 0
"""How often a request may ask the same thing before somebody hears of it (see dbProject.repeats); 0: any."""
REPEATED_QUERIES_FAIL = False
COSTS_SHOWN_TO_ALL = False  # else to staff (see dbProject.cost_headers)
QUIET_ROUTES = {"health", "health_ready", "health_live", "static", "metrics"}
"""What is asked for so often, and says so little, that only its failures have lines."""
LONGEST_BODY = 2_000  # characters of a body, with LOG_LEVEL=DEBUG

# Lines -- JSON for programs or colored text for people (see dbProject.logs).
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
if LOG_FORMAT not in {"json", "console"}:
    raise ImproperlyConfigured(f"LOG_FORMAT={LOG_FORMAT} is unknown; choose json or console.")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FILE = env.str("LOG_FILE", default="")
ERROR_LOG_FILE = env.str("ERROR_LOG_FILE", default="")

_to: dict[str, Any] = {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}
# Several processes write one file, so none of them may rotate it: whatever does (logrotate) renames it, and
# each process opens the new one.
_to_file: dict[str, Any] = {
    "class": "logging.handlers.WatchedFileHandler",
    "formatter": "line",
    "encoding": "utf-8",
    "delay": True,
}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"exceptions": {"()": "dbProject.logs.OnlyExceptions"}},
    "formatters": {"line": {"()": "dbProject.logs.formatter", "format": LOG_FORMAT}},
    "handlers": {"all": {**_to_file, "filename": LOG_FILE} if LOG_FILE else _to},
    "root": {"handlers": ["all"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["exceptions"]},  # each request has its line
        "celery.worker.strategy": {"level": "WARNING"},  # each task has its line too
        "celery.app.trace": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it would log the address of every call that leaves the machine
        "httpcore": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # it would log every letter of every document
        "PIL": {"level": "WARNING"},
    },
}
if ERROR_LOG_FILE:
    LOGGING["handlers"]["errors"] = {**_to_file, "filename": ERROR_LOG_FILE, "level": "ERROR"}
    LOGGING["root"]["handlers"].append("errors")

# What leaves for other systems, off unless named (requirements-cloud.txt).
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
