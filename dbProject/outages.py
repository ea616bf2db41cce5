"""The database is away: restarted, unreachable, or with no connection to spare. It will be back by itself."""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, Severity, ShopError

RETRY_AFTER_SECONDS = 5
AWAY = ("08", "53300", "57P01", "57P02", "57P03")
"""Lost connections, too many of them, shut down by an admin or by a crash, starting up.

Source: PostgreSQL, appendix A, Error Codes; PgBouncer says 08P01 of whom it could not connect in time.
"""


class DatabaseAway(ShopError):
    """Nothing could be read or written, and nothing was: try again."""

    code = "database_away"
    status = 503
    severity = Severity.CRITICAL
    category = ErrorCategory.DATABASE

    def __init__(self) -> None:
        super().__init__(
            _("The shop is being looked after. Nothing is lost; please try again in a few minutes."),
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


def is_outage(error: BaseException | None) -> bool:
    """Say whether ``error`` means that the database is away, rather than that it has refused something."""
    cause: Any = getattr(error, "__cause__", None)
    if not isinstance(error, (OperationalError, InterfaceError)) or not hasattr(cause, "pgcode"):
        return False
    return cause.pgcode is None or cause.pgcode.startswith(AWAY)


def page() -> HttpResponse:
    """Return what people see meanwhile; it asks nobody."""
    response = HttpResponse(render_to_string("503.html"), status=DatabaseAway.status)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
