"""What staff decide about errors, and how long they are kept."""

from django.conf import settings
from django.utils import timezone

from dbProject.incidents.models import ErrorCount, ErrorGroup, ErrorOccurrence

State = ErrorGroup.State
AT_ONCE = 5_000


def resolve(group: ErrorGroup) -> bool:
    """Take it that an error is mended; should it come back, staff are told. False if it was. Repeatable."""
    rows = ErrorGroup.objects.filter(pk=group.pk).exclude(state=State.RESOLVED)
    return rows.update(state=State.RESOLVED, is_told=False) == 1


def ignore(group: ErrorGroup) -> bool:
    """Count an error and tell nobody; false if it is so already. Repeatable."""
    return (
        ErrorGroup.objects.filter(pk=group.pk).exclude(state=State.IGNORED).update(state=State.IGNORED) == 1
    )


def reopen(group: ErrorGroup) -> bool:
    """Have an error open again, as whoever does it knows; false if it is. Repeatable."""
    rows = ErrorGroup.objects.filter(pk=group.pk).exclude(state=State.OPEN)
    return rows.update(state=State.OPEN, is_told=True) == 1


def tidy() -> int:
    """Let go of what is older than ``ERROR_AGE``, and of groups not seen for ``ERROR_GROUP_AGE``; how many.

    Repeatable.
    """
    now = timezone.now()
    old = now - settings.ERROR_AGE
    rows = (
        ErrorOccurrence.objects.filter(happened_at__lt=old).order_by("happened_at"),
        ErrorCount.objects.filter(began_at__lt=old).order_by("began_at"),
        ErrorGroup.objects.filter(last_seen_at__lt=now - settings.ERROR_GROUP_AGE).order_by("last_seen_at"),
    )
    gone = 0
    for found in rows:
        pks = list(found.values_list("pk", flat=True)[:AT_ONCE])
        gone += len(pks)
        found.model._default_manager.filter(pk__in=pks).delete()
    return gone


def forget_user(user_pk: int) -> int:
    """Forget whose errors they were; return how many. Repeatable."""
    return ErrorOccurrence.objects.filter(user_pk=user_pk).update(user_pk=None)
