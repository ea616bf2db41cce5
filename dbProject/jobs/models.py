"""Work that takes longer than a request, and how far it has come."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import FollowUpModel, TimestampedModel

UNFINISHED = ("queued", "running")
TITLES = {
    "import_products": _("Import of products"),
    "export_products": _("Export of products"),
    "export_personal_data": _("Export of personal data"),
    "refresh_analytics": _("Computing of analytics"),
}
FOR_THEIR_OWNER = {"export_personal_data"}
"""Kinds whose files nobody else gets, whatever they may see."""


def job_files() -> Storage:
    """Return where jobs keep their files: never served by address, only by the staff screens."""
    return storages["jobs"]


class JobQuerySet(models.QuerySet["Job"]):
    """The vocabulary of questions about jobs."""

    def of(self, user: Any) -> Self:
        """Keep what ``user`` has started."""
        return self.filter(created_by=user)

    def of_key(self, key: Any) -> Self:
        """Keep what the system with this API key has started."""
        return self.filter(api_key=key)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def finished(self) -> Self:
        return self.exclude(status__in=UNFINISHED)

    def unclaimed(self, now: datetime) -> Self:
        """Keep what nobody works on: never claimed, let go, or claimed by somebody who died."""
        return self.unfinished().filter(Q(claimed_until=None) | Q(claimed_until__lt=now))


class Job(FollowUpModel, TimestampedModel):
    """One piece of background work, done in slices (see ``dbProject.jobs.services``).

    ``kind`` names its handler in the setting ``JOB_HANDLERS``. ``position`` is what the next slice has to
    know to go on, in the handler's own terms.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=50)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(
        _("of"), null=True, blank=True, help_text=_("Empty while unknown.")
    )
    position = models.JSONField(null=True, blank=True, editable=False)
    result = models.JSONField(_("result"), default=dict, blank=True)
    error_count = models.PositiveBigIntegerField(_("problems"), default=0)
    problems = models.JSONField(
        _("first problems"), default=list, blank=True, help_text=_("The rest is in the file of problems.")
    )
    failure = models.CharField(_("why it failed"), max_length=500, blank=True)
    input_file = models.FileField(storage=job_files, upload_to="input/", max_length=200, blank=True)
    error_file = models.FileField(storage=job_files, upload_to="problems/", max_length=200, blank=True)
    result_file = models.FileField(storage=job_files, upload_to="results/", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    api_key = models.ForeignKey(
        "access.ApiKey",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by the system"),
    )
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Slices begun since the position last moved."
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "jobs"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(kind=""), name="job_has_a_kind"),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, finished_at=None)
                | Q(status__in=("succeeded", "failed", "cancelled"), finished_at__isnull=False),
                name="job_finished_at_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(claim=None, claimed_until=None)
                | Q(claim__isnull=False, claimed_until__isnull=False, status="running"),
                name="job_claimed_while_running",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(failure=""), name="job_failure_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["claimed_until"], name="job_unfinished", condition=Q(status__in=UNFINISHED)),
            models.Index(fields=["-created_at"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def title(self) -> str:
        """What people call this kind of work."""
        return str(TITLES.get(self.kind, self.kind))

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; ``None`` while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None
