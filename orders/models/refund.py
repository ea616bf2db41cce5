"""Money that staff decided to give back."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, amount, by_whom
from orders.models.returns import Return


class Refund(models.Model):
    """Why money goes back, beside the ledger's rows that say that it does. Appended, never changed.

    ``amount`` is gross, in the order's currency; ``delivery_amount`` is the part of it that gives the
    delivery back. What goes back because an order ended, or was paid twice, is in the ledger alone.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=64, editable=False, help_text="One per intent to refund.")
    of_return = models.ForeignKey(
        Return, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    delivery_amount = amount(_("Gross, part of the amount."), default=Decimal())
    amount = amount(_("Gross."))
    reason = models.CharField(_("reason"), max_length=200)
    user = by_whom()
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "refunds"
        ordering = ("pk",)
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "key"], name="refund_key_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, delivery_amount__gte=0, delivery_amount__lte=F("amount")),
                name="refund_amounts",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount}"
