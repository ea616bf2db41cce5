"""Orders of before the shop, line by line as their file has them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from products.models import Product


class HistoricLine(models.Model):
    """One line of a file of past orders. Rows are appended, never changed, but for what they are linked to.

    ``quantity`` is signed and ``unit_price`` has four decimals, as files have them and an ``Order`` does not:
    reports of the past sum these lines. A line that is in its file twice is here twice, as ``occurrence`` 1
    and 2; ``fingerprint`` says that a line of a file that is read again is the same.
    """

    source = models.CharField(_("format"), max_length=20)
    invoice = models.CharField(_("invoice"), max_length=40)
    fingerprint = models.CharField(max_length=64, editable=False, help_text="SHA-256 of what the line says.")
    occurrence = models.PositiveIntegerField(
        default=1, editable=False, help_text="Counts from 1 among equal lines of one invoice."
    )
    is_fee = models.BooleanField(_("fee"), default=False, help_text=_("Postage and the like; no goods."))
    is_cancellation = models.BooleanField(_("cancellation"), default=False)
    code = models.CharField(_("code"), max_length=100, help_text=_("As the file has it."))
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.IntegerField(_("quantity"), help_text=_("Units; negative where they came back."))
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217.")
    placed_at = models.DateTimeField(_("placed"))
    customer = models.CharField(_("customer"), max_length=254, blank=True, help_text=_("As the file has it."))
    country_name = models.CharField(max_length=60, blank=True, help_text="As the file has it.")
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text="ISO 3166-1; empty: unknown."
    )
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="historic_lines"
    )
    cancels = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cancelled_by",
        help_text="The line that this one takes back, where that is known.",
    )

    class Meta:
        db_table = "historic_lines"
        ordering = ("pk",)
        verbose_name = _("line of a past order")
        verbose_name_plural = _("lines of past orders")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "invoice", "fingerprint", "occurrence"], name="historic_line_once"
            ),
            models.CheckConstraint(condition=Q(occurrence__gte=1), name="historic_line_occurs"),
            models.CheckConstraint(condition=~Q(invoice="") & ~Q(code=""), name="historic_line_says_what"),
        ]
        indexes: ClassVar = [
            models.Index(F("placed_at"), F("id"), name="historic_line_by_time"),
            models.Index(fields=["customer", "code"], name="historic_line_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.quantity} x {self.code}"
