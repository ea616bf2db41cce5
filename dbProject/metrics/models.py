"""Figures that are found out seldom, kept where a restart does not forget them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reading(models.Model):
    """The last value of one figure, such as how many breaks the nightly reconciliation has found."""

    name = models.CharField(
        _("name"), max_length=60, primary_key=True, help_text="As Prometheus has it, without shop_."
    )
    value = models.FloatField(_("value"))
    noted_at = models.DateTimeField(_("noted"), default=timezone.now)

    class Meta:
        db_table = "readings"
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        default_permissions = ("view",)
        permissions: ClassVar = [("view_profile", "Can see what requests cost")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="reading_has_a_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
