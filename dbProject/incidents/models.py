"""What went wrong that nobody foresaw: errors in groups, how often, and the newest of each in full."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.errors import ErrorCategory, Severity

SLOTS = 50
"""Occurrences that a group keeps; the next takes the place of the oldest."""
SEVERITIES = {
    Severity.LOW: _("low"),
    Severity.MEDIUM: _("medium"),
    Severity.HIGH: _("high"),
    Severity.CRITICAL: _("critical"),
}
CATEGORIES = {
    ErrorCategory.VALIDATION: _("validation"),
    ErrorCategory.AUTHENTICATION: _("authentication"),
    ErrorCategory.AUTHORIZATION: _("authorization"),
    ErrorCategory.DATABASE: _("database"),
    ErrorCategory.EXTERNAL_API: _("external service"),
    ErrorCategory.BUSINESS_LOGIC: _("business logic"),
    ErrorCategory.SYSTEM: _("system"),
    ErrorCategory.NETWORK: _("network"),
    ErrorCategory.CONFIGURATION: _("configuration"),
}


class ErrorGroupQuerySet(models.QuerySet["ErrorGroup"]):
    def heeded(self) -> Self:
        """Leave out what somebody has decided to ignore."""
        return self.exclude(state=ErrorGroup.State.IGNORED)


class ErrorGroup(models.Model):
    """All errors of one type that come from one function of ours."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")
        IGNORED = "ignored", _("Ignored")

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    exception = models.CharField(_("exception"), max_length=200)
    place = models.CharField(_("place"), max_length=300, help_text=_("File and function of ours."))
    severity = models.CharField(_("severity"), max_length=10, choices=list(SEVERITIES.items()))
    category = models.CharField(_("category"), max_length=20, choices=list(CATEGORIES.items()))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    is_told = models.BooleanField(
        default=False, editable=False, help_text="Whether staff were told since it is open."
    )
    count = models.PositiveBigIntegerField(_("count"))
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    objects = ErrorGroupQuerySet.as_manager()

    class Meta:
        db_table = "error_groups"
        verbose_name = _("error")
        verbose_name_plural = _("errors")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(count__gte=1), name="error_group_counted"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "resolved", "ignored"]), name="error_group_state_known"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-last_seen_at"], name="error_group_newest")]

    def __str__(self) -> str:
        return f"{self.exception} · {self.place}"


class ErrorOccurrence(models.Model):
    """One error as it happened: nobody's name, no values, only where and in which request or task."""

    group = models.ForeignKey(
        ErrorGroup, on_delete=models.CASCADE, related_name="occurrences", verbose_name=_("error")
    )
    slot = models.PositiveSmallIntegerField(editable=False)
    error_id = models.CharField(
        _("error number"), max_length=32, unique=True, help_text=_("What the customer was told.")
    )
    happened_at = models.DateTimeField(_("happened"), db_index=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    trace_id = models.CharField(_("trace"), max_length=32, blank=True)
    # No foreign key: an error is kept whatever has become of the account, and is written without asking.
    user_pk = models.BigIntegerField(_("account number"), null=True, db_index=True)
    method = models.CharField(_("method"), max_length=10, blank=True)
    route = models.CharField(_("route or task"), max_length=200, blank=True)
    release = models.CharField(_("release"), max_length=100, blank=True)
    traceback = models.TextField(_("traceback"), blank=True)

    class Meta:
        db_table = "error_occurrences"
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "slot"], name="error_occurrence_once_per_slot"),
            models.CheckConstraint(condition=Q(slot__lt=SLOTS), name="error_occurrences_bounded"),
        ]

    def __str__(self) -> str:
        return self.error_id


class ErrorCount(models.Model):
    """How often a group was seen in five minutes."""

    group = models.ForeignKey(ErrorGroup, on_delete=models.CASCADE, related_name="counts")
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "error_counts"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["began_at", "group"], name="error_count_once_per_group"),
        ]

    def __str__(self) -> str:
        return f"{self.count} from {self.began_at}"


class ErrorReport(models.Model):
    """What was told of one day's errors; a day is told of once."""

    day = models.DateField(_("day"), unique=True)
    errors = models.PositiveBigIntegerField(_("errors"))
    text = models.TextField(_("report"))

    class Meta:
        db_table = "error_reports"
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")

    def __str__(self) -> str:
        return str(self.day)


class Alert(models.Model):
    """A limit that was passed: since when, whether staff were told, and until when."""

    class Rule(models.TextChoices):
        CPU = "cpu", _("Processor")
        SPACE = "space", _("Memory or disk")
        ERRORS = "errors", _("Error rate")
        OUTBOX = "outbox", _("Outbox late")
        RECONCILE = "reconcile", _("Books disagree")

    rule = models.CharField(_("rule"), max_length=20, choices=Rule.choices)
    host = models.CharField(_("machine"), max_length=100, blank=True, help_text=_("Empty: the whole shop."))
    value = models.FloatField(_("value"))
    limit = models.FloatField(_("limit"))
    began_at = models.DateTimeField(_("began"))
    checked_at = models.DateTimeField(_("last checked"))
    told_at = models.DateTimeField(_("told"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True, db_index=True)

    class Meta:
        db_table = "alerts"
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "host"], condition=Q(ended_at=None), name="alert_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(told_at__isnull=False), name="alert_ended_was_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.host}".strip()
