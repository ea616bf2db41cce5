"""The price ledger."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PriceRecord(models.Model):
    """What one unit of a product cost from ``valid_from`` on. Rows are appended, never changed.

    Shops in the European Union name the lowest price of the 30 days before a reduction.
    Source: Directive 98/6/EC, article 6a.
    """

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="price_records")
    effective_price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    is_reduced = models.BooleanField(_("reduced"), default=False)
    valid_from = models.DateTimeField(_("from"))

    class Meta:
        db_table = "price_records"
        verbose_name = _("price record")
        verbose_name_plural = _("price records")
        ordering = ("-valid_from", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(effective_price__gte=0), name="price_record_not_negative"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["product", "-valid_from"], name="price_record_of_product")]

    def __str__(self) -> str:
        return f"{self.effective_price} from {self.valid_from:%Y-%m-%d}"
