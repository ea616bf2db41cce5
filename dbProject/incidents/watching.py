"""Five alerts for shops without Prometheus: measured every minute, told once, and again when it is over.

What is true of the whole shop the clock has checked, on any worker; what is true of a machine each says of
itself (see ``machines``). Each rule and machine has one open row at most, which is locked while it is decided
about: however many check at once, one of them tells. What has not lasted for its minutes is forgotten without
a word; and time in which nobody looked does not count, as nobody knows what was then.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject.incidents import announcing, recording
from dbProject.incidents.announcing import Notice
from dbProject.incidents.models import Alert, ErrorCount, ErrorGroup
from dbProject.metrics.models import Reading
from dbProject.outbox import services as outbox

logger = logging.getLogger(__name__)

TIME_OF_ERRORS = timedelta(minutes=10)
MISSED = timedelta(minutes=3)
"""Three looks that nobody took: what was above its limit before begins to last anew."""
UNSEEN = timedelta(hours=1)
"""How long a machine may be silent before its alerts end: it is gone. After so long nothing goes on."""


def errors() -> float:
    """Errors a minute that nobody foresaw, over the last ten to fifteen minutes, but those that are ignored.

    They are counted by five minutes, so it begins where such five begin.
    """
    now = timezone.now()
    since = recording.bucket_of(now - TIME_OF_ERRORS)
    counted = ErrorCount.objects.filter(began_at__gte=since).exclude(group__state=ErrorGroup.State.IGNORED)
    minutes: float = (now - since) / timedelta(minutes=1)
    return (counted.aggregate(sum=Sum("count"))["sum"] or 0) / minutes


def outbox_age() -> float:
    """For how many seconds the oldest event of the outbox has been due."""
    return outbox.figures().age_seconds


def reconcile_breaks() -> float | None:
    """How many disagreements the last reconciliation has found; None before the first."""
    return Reading.objects.filter(pk="reconcile_breaks").values_list("value", flat=True).first()


WATCHES: dict[Alert.Rule, Callable[[], float | None]] = {
    Alert.Rule.ERRORS: errors,
    Alert.Rule.OUTBOX: outbox_age,
    Alert.Rule.RECONCILE: reconcile_breaks,
}
"""What is measured of the whole shop; None means that it cannot be said."""


def check() -> None:
    """Measure the whole shop, and tell of what lasts and of what is over. Repeatable, by several at once."""
    for rule, measure in WATCHES.items():
        try:
            value = measure()
        except Exception:  # what cannot be measured must not hide the rest
            logger.exception("The alert %s could not be measured", rule)
            continue
        if value is not None:
            note(rule, value=value)
    _end_of_machines_that_are_gone()


@transaction.atomic
def note(rule: Alert.Rule, *, value: float, host: str = "") -> None:
    """Take it that ``rule`` measures ``value`` now; staff are told if that has lasted, or if it is over."""
    now = timezone.now()
    limit, minutes = settings.ALERTS[rule]
    is_passed = value > limit
    opened = Alert.objects.filter(rule=rule, host=host, ended_at=None)
    if is_passed:
        fresh = Alert(rule=rule, host=host, value=value, limit=limit, began_at=now, checked_at=now)
        # Of two at once the other waits here for the first's row.
        Alert.objects.bulk_create([fresh], ignore_conflicts=True)
    alert = opened.select_for_update(of=("self",)).first()
    if alert is None:
        return
    if not is_passed:
        _end(alert, value)
        return
    if now - alert.checked_at > (MISSED if alert.told_at is None else UNSEEN):
        alert = _begun_anew(alert)
    alert.value, alert.limit, alert.checked_at = value, limit, now
    if alert.told_at is None and now - alert.began_at >= timedelta(minutes=minutes):
        alert.told_at = now
        _tell(alert, is_over=False)
    alert.save(update_fields=["value", "limit", "began_at", "checked_at", "told_at"])


def tidy() -> int:
    """Let go of alerts that ended ``ALERT_AGE`` ago; return how many. Repeatable."""
    return Alert.objects.filter(ended_at__lt=timezone.now() - settings.ALERT_AGE).delete()[0]


def _begun_anew(alert: Alert) -> Alert:
    """Return an alert that begins now, as nobody looked for long; what was told ends where it was seen last.

    Staff know of it still: they hear neither that it ended nor that it began, and in the end that it is over.
    """
    now = timezone.now()
    if alert.told_at is None:
        alert.began_at = now
        return alert
    alert.ended_at = alert.checked_at
    alert.save(update_fields=["ended_at"])
    return Alert.objects.create(
        rule=alert.rule,
        host=alert.host,
        value=alert.value,
        limit=alert.limit,
        began_at=now,
        checked_at=now,
        told_at=alert.told_at,
    )


def _end(alert: Alert, value: float) -> None:
    if alert.told_at is None:  # it has not lasted, so nobody has heard of it
        alert.delete()
        return
    alert.ended_at = alert.checked_at = timezone.now()
    alert.save(update_fields=["ended_at", "checked_at"])
    alert.value = value
    _tell(alert, is_over=True)


@transaction.atomic
def _end_of_machines_that_are_gone() -> None:
    silent = Alert.objects.filter(ended_at=None, checked_at__lt=timezone.now() - UNSEEN).exclude(host="")
    for alert in silent.select_for_update(of=("self",)):
        _end(alert, alert.value)


def _tell(alert: Alert, *, is_over: bool) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        said = _("Alert is over: %(alert)s") if is_over else _("Alert: %(alert)s")
        lines = [
            _("Value: %(value).1f, limit: %(limit).1f") % {"value": alert.value, "limit": alert.limit},
            _("Since %(moment)s UTC") % {"moment": alert.began_at.strftime("%Y-%m-%d %H:%M")},
        ]
        link = settings.SITE_URL + reverse("admin:incidents_alert_change", args=[alert.pk])
        announcing.tell(Notice(said % {"alert": alert}, lines, link))
