"""Reports of errors to Sentry: whatever is logged as one, with its traceback, and nobody's data.

Off, and nothing of it imported, without ``SENTRY_DSN``. Sentry's own looks into Django, Celery and the
database are off: what a line of the log says is sent, with the route, the task and the id of the request.
"""

import logging
from typing import Any

from django.conf import settings

from dbProject import logs, observation, redaction

logger = logging.getLogger(__name__)
MISSING = (
    "SENTRY_DSN is set, but sentry-sdk is not installed, so no error is reported: "
    "pip install -r requirements-cloud.txt"
)
KEPT = {
    *("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "sdk"),
    *("exception", "logentry", "tags", "user", "fingerprint"),
}
"""What is sent of an event; the rest tells of machines and visitors."""
TAGS = ("request_id", "trace_id", "error_id", "route", "task")


def start() -> None:
    """Begin to report, if the settings say where to; called once, when the apps are ready."""
    if not settings.SENTRY_DSN:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.dedupe import DedupeIntegration
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError:
        logger.error(MISSING)
        return
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=settings.RELEASE,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda pending, timeout: None),
            DedupeIntegration(),
        ],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=True,
        max_breadcrumbs=0,
        server_name="",
        before_send=clean,
    )


def clean(event: Any, hint: Any) -> Any:
    """Return an event without what says who somebody is, and with what the log says of it."""
    seen = observation.current()
    typed = redaction.typed_in(seen.request) if seen and seen.request else []
    for exception in (event.get("exception") or {}).get("values", []):
        exception["value"] = redaction.redacted(str(exception.get("value") or ""), typed)
    record = hint.get("log_record")
    if record is not None:
        message = "unhandled_exception" if record.name == "django.request" else record.getMessage()
        event["logentry"] = {"message": redaction.redacted(message, typed)}
    for name in set(event) - KEPT:
        del event[name]
    if seen is not None:
        known = logs.context_of(seen)
        event["tags"] = {name: str(known[name]) for name in TAGS if name in known}
        event["user"] = {"id": str(known["user_id"])} if "user_id" in known else {}
    return event
