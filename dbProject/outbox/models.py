"""What has to happen after a commit, written down inside it."""

from datetime import timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject.models import FollowUpModel, TimestampedModel


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    """The vocabulary of questions about events."""

    def unfinished(self) -> Self:
        return self.filter(finished_at=None)

    def due(self) -> Self:
        """Keep what a relay may hand out now."""
        return self.unfinished().filter(due_at__lte=timezone.now(), attempts__lt=OutboxEvent.MOST_ATTEMPTS)

    def waiting(self) -> Self:
        """Keep what will be handed out, or was and may still be finished."""
        return self.unfinished().filter(parked_at=None)

    def spent(self) -> Self:
        """Keep what has had all its attempts, to the end of the last one, and is to be parked."""
        return self.waiting().filter(attempts__gte=OutboxEvent.MOST_ATTEMPTS, due_at__lte=timezone.now())

    def parked(self) -> Self:
        """Keep what was given up: a person has to look."""
        return self.unfinished().exclude(parked_at=None)

    def unclaimed(self) -> Self:
        return self.unfinished().exclude(claimed_until__gt=timezone.now())


class OutboxEvent(FollowUpModel, TimestampedModel):
    """One task to run, until its consumer says that it is finished."""

    MOST_ATTEMPTS: ClassVar[int] = 8
    """A task that kills its worker eight times is poison."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    task = models.CharField(_("task"), max_length=200, help_text="Name of the Celery task that consumes it.")
    payload = models.JSONField(_("details"), default=dict, help_text="Keyword arguments of the task.")
    private = models.JSONField(
        null=True, editable=False, help_text="For the consumer's eyes only; emptied once it has finished."
    )
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text="How often a broker has accepted it."
    )
    claimed_until = models.DateTimeField(null=True, help_text="A consumer is sending it until then.")
    parked_at = models.DateTimeField(_("given up"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    objects = OutboxEventQuerySet.as_manager()

    class Meta:
        db_table = "outbox_events"
        verbose_name = _("event")
        verbose_name_plural = _("outbox")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(attempts__lte=8), name="outbox_attempts_bounded"),
            models.CheckConstraint(condition=~Q(task=""), name="outbox_event_has_a_task"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(finished_at=None), name="outbox_event_unfinished"),
            models.Index(
                fields=["finished_at"], condition=Q(finished_at__isnull=False), name="outbox_event_finished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"

    @property
    def is_parked(self) -> bool:
        """Say whether nobody will hand it out again by itself."""
        return self.finished_at is None and self.parked_at is not None

    def patience(self) -> timedelta:
        """How long to wait for the consumer before handing it out again: twice as long with each attempt."""
        return timedelta(seconds=settings.OUTBOX_PATIENCE_SECONDS * 2**self.attempts)
