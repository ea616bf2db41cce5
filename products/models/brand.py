"""Who makes it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dbProject.models import SoftDeleteManager, SoftDeleteModel, SoftDeleteQuerySet, TimestampedModel


class BrandQuerySet(SoftDeleteQuerySet["Brand"]):
    """The vocabulary of questions about brands."""

    def active(self) -> Self:
        return self.filter(is_active=True)


BrandManager = SoftDeleteManager.from_queryset(BrandQuerySet)


class Brand(SoftDeleteModel, TimestampedModel):
    """A maker, with a page of its own."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    logo = models.ImageField(_("logo"), upload_to="brands/", blank=True)
    website = models.URLField(_("website"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects: ClassVar = BrandManager()
    all_objects: ClassVar = BrandQuerySet.as_manager()

    class Meta(SoftDeleteModel.Meta):
        abstract = False
        db_table = "brands"
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ("name",)
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="brand_has_a_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("brand_detail", args=[self.slug])
