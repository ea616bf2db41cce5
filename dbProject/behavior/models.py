"""Counts of a day. No row is about anybody: there is no session, no account, no address."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BehaviorCount(models.Model):
    """How often one step was taken on one day (UTC) by visitors from one source."""

    class Step(models.TextChoices):
        VIEW = "view", _("Product seen")
        CART = "cart", _("Put into the cart")
        CHECKOUT = "checkout", _("Checkout begun")
        BOUGHT = "bought", _("Bought")

    day = models.DateField(_("day"))
    step = models.CharField(_("step"), max_length=10, choices=Step)
    source = models.CharField(
        _("source"), max_length=60, help_text="utm_source, else the site that led here, else direct."
    )
    count = models.PositiveBigIntegerField(_("count"))

    class Meta:
        db_table = "behavior_counts"
        verbose_name = _("count of steps")
        verbose_name_plural = _("counts of steps")
        default_permissions = ("view",)
        permissions: ClassVar = [("view_funnel", "Can see what people do in the shop")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "step", "source"], name="behavior_count_once"),
            models.CheckConstraint(condition=~Q(source=""), name="behavior_count_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.step} {self.source}"


class ProductView(models.Model):
    """How often one product was seen on one day (UTC). ``product`` is a pk; it may be gone by now."""

    day = models.DateField()
    product = models.BigIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "product_views"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "product"], name="product_view_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["product", "day"], name="product_view_of_product")]

    def __str__(self) -> str:
        return f"{self.day} {self.product}"


class CoView(models.Model):
    """How often two products were seen in one visit on one day (UTC): ``other`` after ``product``. Pks."""

    day = models.DateField()
    product = models.BigIntegerField()
    other = models.BigIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "co_views"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "product", "other"], name="co_view_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.product} {self.other}"


class SearchCount(models.Model):
    """How often the same words were searched on one day (UTC), and whether anything was found.

    ``words`` are lower-case and without what could be about a person: an address, a long number.
    """

    day = models.DateField()
    words = models.CharField(max_length=80)
    has_results = models.BooleanField()
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "search_counts"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "words", "has_results"], name="search_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.words}"
