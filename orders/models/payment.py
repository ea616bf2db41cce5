"""The money ledger: what a provider has told us of an order."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, amount


class PaymentEvent(models.Model):
    """One line of the money ledger. Rows are appended, never changed; an event arrives once.

    ``amount`` is what moved: positive for captured money, and for refunds too, whose kind says where it
    went. A declined payment has moved nothing.
    """

    class Kind(models.TextChoices):
        CAPTURED = "captured", _("Paid")
        DECLINED = "declined", _("Declined")
        REFUND_DUE = "refund_due", _("To be refunded")
        REFUNDED = "refunded", _("Refunded")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payment_events")
    provider = models.CharField(_("provider"), max_length=20, help_text="test, stripe, or manual.")
    event_id = models.CharField(_("event"), max_length=255, help_text="The provider's own, unique.")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    amount = amount()
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "payment_events"
        ordering = ("pk",)
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payment_event_once"),
            models.CheckConstraint(
                condition=Q(kind="declined", amount=0) | (~Q(kind="declined") & Q(amount__gte=0)),
                name="payment_event_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
