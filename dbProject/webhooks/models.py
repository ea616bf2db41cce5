"""Who wants to hear of what, what there was to tell, and what became of telling it."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject import sealing
from dbProject.access.models import ApiKey
from dbProject.models import FollowUpModel, TimestampedModel

PURPOSE = "webhooks"
"""Of what is sealed here."""


class WebhookEndpoint(TimestampedModel):
    """An address of another system, and which kinds of events it is told of; no kind means all."""

    url = models.CharField(_("address"), max_length=500)
    name = models.CharField(_("name"), max_length=100, help_text=_("Which system listens there."))
    kinds = models.JSONField(_("events"), default=list, blank=True)
    api_key = models.ForeignKey(
        ApiKey,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="webhooks",
        verbose_name=_("API key"),
        help_text=_("Whose system may see and change this by the API. Empty: only staff."),
    )
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    secret = models.TextField(editable=False, help_text="Encrypted.")
    old_secret = models.TextField(blank=True, editable=False, help_text="Encrypted; signs too until then.")
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "webhook_endpoints"
        ordering = ("name", "pk")
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_endpoint_has_a_secret"),
            models.UniqueConstraint(fields=["api_key", "url"], name="webhook_endpoint_once_per_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def secrets(self) -> list[str]:
        """Return what signs now: the secret, and the one before it while that is good."""
        found = [sealing.unseal(self.secret, purpose=PURPOSE)]
        if self.old_secret and self.old_secret_until and self.old_secret_until > timezone.now():
            found.append(sealing.unseal(self.old_secret, purpose=PURPOSE))
        return found


class WebhookMessage(FollowUpModel):
    """One thing that happened, in the very words that every receiver gets."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("event"), max_length=40)
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "webhook_messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar = [models.Index(fields=["created_at"], name="webhook_message_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def public_id(self) -> str:
        """What receivers know it by, however often it comes."""
        return f"msg_{self.pk.hex}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """The vocabulary of questions about deliveries."""

    def due(self) -> Self:
        """Keep what a worker may send now."""
        return self.filter(
            state=WebhookDelivery.State.WAITING, next_attempt_at__lte=timezone.now(), endpoint__is_active=True
        )


class WebhookDelivery(TimestampedModel):
    """One message to one endpoint, until it has been taken or is given up."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    message = models.ForeignKey(
        WebhookMessage, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("message")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text="Counted before each begins, from zero when it is sent again."
    )
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now, null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        db_table = "webhook_deliveries"
        ordering = ("-pk",)
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "message"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", next_attempt_at__isnull=False)
                | (~Q(state="waiting") & Q(next_attempt_at=None)),
                name="webhook_delivery_waits_for_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(state="waiting"),
                name="webhook_delivery_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} > {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One try: how it was answered, how quickly, and how the answer began. Rows are appended only."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="log")
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("took ms"))
    response = models.TextField(_("answer"), blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "webhook_attempts"
        ordering = ("pk",)
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return self.error or str(self.status)
