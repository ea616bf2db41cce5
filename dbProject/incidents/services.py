"""What staff decide about errors, and how long they are kept."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject.incidents import announcing, selectors
from dbProject.incidents.announcing import Notice
from dbProject.incidents.models import ErrorCount, ErrorGroup, ErrorOccurrence, ErrorReport

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
        ErrorReport.objects.filter(day__lt=now - settings.ERROR_GROUP_AGE).order_by("day"),
    )
    gone = 0
    for found in rows:
        pks = list(found.values_list("pk", flat=True)[:AT_ONCE])
        gone += len(pks)
        found.model._default_manager.filter(pk__in=pks).delete()
    return gone


@transaction.atomic
def report() -> bool:
    """Have staff mailed the errors of the last 24 hours, if there are any; once a day. Repeatable."""
    found = selectors.statistics()
    with translation.override(settings.LANGUAGE_CODE):
        lines = selectors.in_words(found)
        subject = _("Errors of the last 24 hours")
    fields = {"errors": found.day, "text": "\n".join(lines)}
    # Of two at once one waits for the other's row, and then finds it.
    if not found.day or not ErrorReport.objects.get_or_create(day=timezone.localdate(), defaults=fields)[1]:
        return False
    link = settings.SITE_URL + reverse("admin:incidents_errorgroup_report")
    announcing.mail_staff(Notice(subject, lines, link))
    return True


def forget_user(user_pk: int) -> int:
    """Forget whose errors they were; return how many. Repeatable."""
    return ErrorOccurrence.objects.filter(user_pk=user_pk).update(user_pk=None)
