"""How goods travel, where to, and what that costs."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


def check_countries(value: Any) -> None:
    """Refuse what is no list of ISO 3166-1 alpha-2 codes."""
    good = isinstance(value, list) and all(
        isinstance(code, str) and len(code) == 2 and code.isascii() and code.isupper() for code in value
    )
    if not good:
        raise ValidationError(_("Country codes in capitals, for example DE, AT."))


class ShippingZone(TimestampedModel):
    """Countries that are delivered to on the same terms."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    countries = models.JSONField(_("countries"), default=list, validators=[check_countries])

    class Meta:
        db_table = "shipping_zones"
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")

    def __str__(self) -> str:
        return self.name


class ShippingMethod(TimestampedModel):
    """One way of delivering to one zone. With a ``carrier`` that is asked, its bands are the fallback."""

    zone = models.ForeignKey(
        ShippingZone, on_delete=models.CASCADE, related_name="methods", verbose_name=_("zone")
    )
    name = models.CharField(_("name"), max_length=100)
    translations = models.JSONField(
        _("in other languages"), default=dict, blank=True, help_text='{"de": {"name": "…"}}'
    )
    carrier = models.CharField(
        _("carrier"), max_length=40, blank=True, help_text=_("Its code in the settings; empty: own prices.")
    )
    days_min = models.PositiveSmallIntegerField(_("days at least"), default=2, help_text=_("Working days."))
    days_max = models.PositiveSmallIntegerField(_("days at most"), default=4, help_text=_("Working days."))
    free_from = models.DecimalField(
        _("free from"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Goods value after discounts."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        db_table = "shipping_methods"
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        ordering = ("sort_order", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days_min__lte=F("days_max")), name="shipping_method_days_min_to_max"
            ),
            models.CheckConstraint(condition=Q(free_from__gte=0), name="shipping_method_free_from"),
            models.UniqueConstraint(fields=["zone", "name"], name="shipping_method_once_per_zone"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.zone}"

    def localized_name(self, language: str | None) -> str:
        """Return its name in ``language``, or as it was written."""
        return str(self.translations.get(language or "", {}).get("name") or self.name)


class ShippingBand(models.Model):
    """The price of a method for goods of some weight and value; of several that fit, the cheapest counts."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="bands")
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    weight_from = models.PositiveIntegerField(_("weight from"), default=0, help_text=_("Grams."))
    weight_below = models.PositiveIntegerField(
        _("weight below"), null=True, blank=True, help_text=_("Grams; empty for any.")
    )
    value_from = models.DecimalField(_("value from"), max_digits=10, decimal_places=2, default=Decimal())
    value_below = models.DecimalField(
        _("value below"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty for any."),
    )

    class Meta:
        db_table = "shipping_bands"
        verbose_name = _("price band")
        verbose_name_plural = _("price bands")
        ordering = ("weight_from", "value_from", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(price__gte=0), name="shipping_band_price_not_negative"),
            models.CheckConstraint(
                condition=Q(weight_below=None) | Q(weight_below__gt=F("weight_from")),
                name="shipping_band_weights",
            ),
            models.CheckConstraint(
                condition=Q(value_from__gte=0) & (Q(value_below=None) | Q(value_below__gt=F("value_from"))),
                name="shipping_band_values",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price}"
