"""Pages that staff write: imprint, terms, shipping and returns ..."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


class PageQuerySet(models.QuerySet["Page"]):
    """The vocabulary of questions about pages."""

    def published(self) -> Self:
        return self.filter(is_published=True)


class Page(TimestampedModel):
    """One page of text, linked in the footer; its body is clean HTML (see ``services``)."""

    slug = models.SlugField(_("address"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    sort_order = models.PositiveIntegerField(_("position"), default=0)

    objects = PageQuerySet.as_manager()

    class Meta:
        db_table = "pages"
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ("sort_order", "title")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(title=""), name="page_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("page_detail", args=[self.slug])
