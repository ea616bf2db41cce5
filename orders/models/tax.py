"""What share of a price is tax, by country, class and day."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from products.models import Product


class TaxRateQuerySet(models.QuerySet["TaxRate"]):
    """The vocabulary of questions about rates."""

    def on(self, day: date) -> Self:
        """Keep what is valid on ``day``."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class TaxRate(models.Model):
    """The rate of one class in one country, from a day on.

    The countries of the union need none: their law is in ``orders.pricing.vat``, and a rate here takes the
    place of what it says of that class. Outside the union only the store's own country has use for rates:
    any other is an export.
    """

    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1 alpha-2, for example DE."))
    tax_class = models.CharField(_("tax class"), max_length=16, choices=Product.TaxClass)
    rate = models.DecimalField(
        _("rate"), max_digits=5, decimal_places=4, help_text=_("Share of the net price: 0.1900 for 19 %.")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True, help_text=_("First day it no longer counts."))

    objects = TaxRateQuerySet.as_manager()

    class Meta:
        db_table = "tax_rates"
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ("country", "tax_class", "-valid_from")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="tax_rate_country_iso"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="tax_rate_range"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="tax_rate_from_before_to"
            ),
            models.UniqueConstraint(
                fields=["country", "tax_class", "valid_from"], name="tax_rate_once_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.rate}"
