"""Waiting for a row that somebody else has locked, no longer than ``lock_timeout`` lets a request wait."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, Severity, ShopError

LOCK_NOT_AVAILABLE = "55P03"
"""Source: PostgreSQL, appendix A, Error Codes."""


class Busy(ShopError):
    """Others are at the same rows, and the wait for them was too long. Nothing was done: try again."""

    code = "busy"
    status = 503
    severity = Severity.MEDIUM
    category = ErrorCategory.DATABASE

    def __init__(self) -> None:
        super().__init__(_("Many people are doing this right now. Nothing has changed: please try again."))


@contextmanager
def patience() -> Iterator[None]:
    """Refuse with :class:`Busy` what had to wait too long; stands around a transaction, not in it."""
    try:
        yield
    except OperationalError as error:
        if is_timeout(error):
            raise Busy from error
        raise


def is_timeout(error: BaseException) -> bool:
    """Say whether ``error`` is the database's word that the wait for a lock was too long."""
    return (
        isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", "") == LOCK_NOT_AVAILABLE
    )
