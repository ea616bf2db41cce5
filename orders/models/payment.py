"""Money: payments that a provider waits for, what it has told of them, and the ledger of what moved."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel
from orders.models.order import Order, amount


class PaymentQuerySet(models.QuerySet["Payment"]):
    """The vocabulary of questions about payments."""

    def due(self) -> Self:
        """Keep the open ones that the provider has to be asked about now."""
        return self.filter(state=Payment.State.OPEN, next_check_at__lte=timezone.now())


class Payment(TimestampedModel):
    """One payment of one order that a provider was asked for. An order has one open payment at a time.

    ``key`` is what the provider knows the question by: asked again, it answers with the same payment.
    ``reference`` and ``url`` are its answer, empty until it has arrived.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        CLOSED = "closed", _("Ended without money")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(_("provider"), max_length=20)
    key = models.CharField(max_length=64, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=255, blank=True, editable=False)
    url = models.TextField(blank=True, editable=False)
    amount = amount()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    visitor = models.CharField(
        max_length=32,
        blank=True,
        db_default="",
        default="",
        editable=False,
        help_text="Keyed hash of who began it.",
    )
    network = models.CharField(
        _("network"),
        max_length=32,
        blank=True,
        db_default="",
        default="",
        editable=False,
        help_text="Keyed hash.",
    )
    checks = models.PositiveSmallIntegerField(default=0, editable=False)
    next_check_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        ordering = ("pk",)
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="payment_one_open"),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="payment_reference_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=Q(state="open"), name="payment_check_due"),
            models.Index(
                fields=["visitor", "created_at"], condition=~Q(visitor=""), name="payment_of_visitor"
            ),
            models.Index(
                fields=["network", "created_at"], condition=~Q(network=""), name="payment_of_network"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def patience(self) -> timedelta:
        """Return how long to wait before the next look: longer with every one, at most six hours."""
        return timedelta(seconds=min(20 * 2**self.checks, 6 * 3600))


class PaymentEvent(models.Model):
    """One line of the money ledger. Rows are appended, never changed; an event arrives once.

    ``amount`` is what moved: positive for captured money, and for refunds too, whose kind says where it
    went. A declined payment has moved nothing, an authorized one nothing yet.
    """

    class Kind(models.TextChoices):
        AUTHORIZED = "authorized", _("Authorized")
        CAPTURED = "captured", _("Paid")
        DECLINED = "declined", _("Declined")
        REFUND_DUE = "refund_due", _("To be refunded")
        REFUNDED = "refunded", _("Refunded")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payment_events")
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="events", editable=False
    )
    provider = models.CharField(_("provider"), max_length=20, help_text="test, stripe, or manual.")
    event_id = models.CharField(
        _("event"), max_length=255, help_text="Of what happened, however often it is told."
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    amount = amount()
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "payment_events"
        ordering = ("pk",)
        verbose_name = _("movement of money")
        verbose_name_plural = _("movements of money")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payment_event_once"),
            models.CheckConstraint(
                condition=Q(kind="declined", amount=0) | (~Q(kind="declined") & Q(amount__gte=0)),
                name="payment_event_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class PaymentWebhook(models.Model):
    """A signed message of a provider, kept as it came; the same message is kept once."""

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=255, help_text="The message's own.")
    body = models.TextField(_("body"))
    report = models.JSONField(_("what it reports"), null=True, help_text="Empty: nothing that is booked.")
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        db_table = "payment_webhooks"
        verbose_name = _("payment message")
        verbose_name_plural = _("payment messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payment_webhook_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
