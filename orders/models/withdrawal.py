"""Withdrawals from contracts, as European law has them: declared without logging in, kept word for word."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Withdrawal(models.Model):
    """A customer's declaration, as it came and when. Rows are appended; later they forget who sent them.

    ``order`` is the one that number and address belong to; without one, staff look for it.
    """

    key = models.UUIDField(unique=True, editable=False, help_text="One per form that was opened.")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals"
    )
    order_number = models.CharField(_("order number"), max_length=30)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150)
    what = models.TextField(_("what it is about"), blank=True, max_length=1000)
    language = models.CharField(max_length=10, default="en")
    declared_at = models.DateTimeField(_("declared"), default=timezone.now, editable=False)

    class Meta:
        db_table = "withdrawals"
        ordering = ("-pk",)
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(email="") & ~Q(name=""), name="withdrawal_names_its_sender")
        ]

    def __str__(self) -> str:
        return self.order_number
