"""What was computed of orders: sums to answer from, and results of long computations."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


def exact(**options: Any) -> "models.DecimalField[Any, Any]":
    """Return a field for a sum in the row's currency, with the four decimals that historic prices have."""
    return models.DecimalField(max_digits=20, decimal_places=4, default=0, **options)


class SalesRollup(models.Model):
    """What one day or month came to: as a whole, and by country, category, brand, product, kind of customer.

    ``goods`` is gross, after discounts; ``delivery`` gross, with fees; ``back`` what was refunded or
    cancelled on that day, positive. Revenue is goods + delivery - back; ``tax`` is the part of it that is
    tax. Written in whole days and months by ``orders.services.analytics``, and by nobody else.
    """

    class Grain(models.TextChoices):
        DAY = "day", _("Day")
        MONTH = "month", _("Month")

    class Dimension(models.TextChoices):
        ALL = "all", _("All")
        COUNTRY = "country", _("Country")
        CATEGORY = "category", _("Category")
        BRAND = "brand", _("Brand")
        PRODUCT = "product", _("Product")
        CUSTOMER = "customer", _("Customers")

    grain = models.CharField(max_length=5, choices=Grain)
    start = models.DateField(help_text="The day, or the first of the month, in the store's time zone.")
    currency = models.CharField(max_length=3, help_text="ISO 4217.")
    dimension = models.CharField(max_length=8, choices=Dimension)
    key = models.CharField(
        max_length=100,
        blank=True,
        help_text="ISO 3166-1 of a country; pk of category, brand, product; CODE of a fee as fee:CODE; "
        "new, returning or unknown for customers; empty for all, and where nothing is known.",
    )
    orders = models.PositiveBigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    units_back = models.BigIntegerField(default=0)
    listed = exact(help_text="Goods before discounts.")
    discount = exact()
    goods = exact()
    delivery = exact()
    back = exact()
    tax = exact()

    class Meta:
        db_table = "sales_rollups"
        default_permissions = ()
        permissions: ClassVar = [("view_analytics", "Can see what was sold, to whom, and what came of it")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dimension", "grain", "currency", "start", "key"], name="sales_rollup_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["dimension", "key", "grain", "start"], name="sales_rollup_of_key"),
        ]

    def __str__(self) -> str:
        return f"{self.start} {self.dimension} {self.key}"


class RolledDay(models.Model):
    """Which state of a day's exported lines its rollups were computed from."""

    day = models.DateField(primary_key=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of its file.")
    news = models.CharField(max_length=16, blank=True, help_text="Of the customers that were new on it.")

    class Meta:
        db_table = "rolled_days"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class AnalysisResult(models.Model):
    """The rows of a report that takes long, as they were last computed. Replaced whole."""

    name = models.SlugField(max_length=50)
    currency = models.CharField(
        max_length=3, blank=True, help_text="ISO 4217; empty where there is no money."
    )
    rows = models.JSONField(help_text="A list of objects; amounts as strings.")
    facts = models.JSONField(default=dict, help_text="What is true of all rows.")
    through = models.DateField(help_text="The last day that it knows of.")
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "analysis_results"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "currency"], name="analysis_result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency}"


class SavedView(TimestampedModel):
    """A report with its dates and choices, kept under a name by one member of staff."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    report = models.SlugField(max_length=50)
    query = models.CharField(max_length=500, blank=True, help_text="As it stands in the address.")
    by_mail = models.BooleanField(_("by mail every week"), default=False)
    mailed_on = models.DateField(null=True, blank=True, editable=False, help_text="Monday of the last one.")

    class Meta:
        db_table = "saved_views"
        ordering = ("name", "pk")
        default_permissions = ()
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_view_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
