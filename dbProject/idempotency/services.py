"""Once per key: the answer is stored with the effect, so neither is there without the other.

Source: draft-ietf-httpapi-idempotency-key-header.
"""

from datetime import timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import locks
from dbProject.errors import ErrorCategory, ShopError
from dbProject.idempotency.models import StoredAnswer

KEPT = timedelta(hours=24)


class InFlight(ShopError):
    """The same request is being worked on at this moment. Ask again in a second."""

    code = "idempotency_in_flight"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The same request is being worked on. Please ask again in a moment."))


class Mismatch(ShopError):
    """Something else was asked for under this key before."""

    code = "idempotency_mismatch"
    status = 422
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("This key was used for something else. Please take a new one."))


def find(*, owner: str, key: str, fingerprint: str) -> StoredAnswer | None:
    """Return what was answered under ``key`` in the last 24 hours; one query.

    Raises:
        Mismatch: To something else.
    """
    found = StoredAnswer.objects.filter(owner=owner, key=key, created_at__gt=timezone.now() - KEPT).first()
    if found is not None and found.fingerprint != fingerprint:
        raise Mismatch
    return found


def claim(*, owner: str, key: str, fingerprint: str) -> StoredAnswer:
    """Take ``key`` inside the transaction of the effect; what somebody else has just answered comes back.

    Whoever comes second waits for the first until ``lock_timeout``.

    Raises:
        InFlight: The first is not done yet.
        Mismatch: The first asked for something else.
    """
    StoredAnswer.objects.filter(owner=owner, key=key, created_at__lte=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(owner=owner, key=key, fingerprint=fingerprint)
    except OperationalError as error:
        if locks.is_timeout(error):
            raise InFlight from error
        raise
    except IntegrityError:
        found = find(owner=owner, key=key, fingerprint=fingerprint)
        if found is None:
            raise
        return found


def answer(claimed: StoredAnswer, *, status: int, body: str) -> None:
    """Store what the request was answered, in the transaction that claimed its key."""
    StoredAnswer.objects.filter(pk=claimed.pk).update(status=status, body=body)
    claimed.status, claimed.body = status, body


@transaction.atomic
def forget(owner: str) -> int:
    """Drop what was answered to ``owner``; return how many answers. Repeatable."""
    return StoredAnswer.objects.filter(owner=owner).delete()[0]


@transaction.atomic
def forget_address(email: str) -> int:
    """Drop every answer that names an e-mail address; return how many. Repeatable."""
    return StoredAnswer.objects.filter(body__icontains=email).delete()[0]


def tidy() -> int:
    """Drop answers that are older than 24 hours; return how many. Repeatable."""
    return StoredAnswer.objects.filter(created_at__lte=timezone.now() - KEPT).delete()[0]
