"""The stock ledger."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StockMovement(models.Model):
    """One line of the stock ledger. Rows are appended, never changed."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Opening")
        SALE = "sale", _("Sale")
        RETURN = "return", _("Return")
        ADJUSTMENT = "adjustment", _("Adjustment")
        IMPORT = "import", _("Import")

    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    change = models.IntegerField(_("change"), help_text=_("Units; negative when they leave."))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reference = models.CharField(
        _("reference"), max_length=255, blank=True, help_text=_("Order number or key of its cause.")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "stock_movements"
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(change=0), name="stock_movement_not_zero"),
            models.CheckConstraint(
                condition=~Q(kind="adjustment") | ~Q(reason=""), name="stock_adjustment_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["product"], condition=Q(kind="opening"), name="stock_opened_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.product_id} {self.kind}"
