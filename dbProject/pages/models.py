"""Pages that staff write: imprint, terms, shipping and returns ..."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


class PageQuerySet(models.QuerySet["Page"]):
    """The vocabulary of questions about pages."""

    def published(self) -> Self:
        return self.filter(is_published=True)

    def readable(self) -> "list[Page]":
        """Return each published page once, in the reader's language or else in the shop's; one query."""
        reader = translation.get_language() or settings.LANGUAGE_CODE
        pages = list(self.published().filter(language__in={reader, settings.LANGUAGE_CODE}))
        own = {page.slug for page in pages if page.language == reader}
        return [page for page in pages if page.language == reader or page.slug not in own]


class Page(TimestampedModel):
    """One page of text in one language, linked in the footer; its body is clean HTML (see ``services``).

    The same page in another language is another row with the same address.
    """

    slug = models.SlugField(_("address"), max_length=100)
    language = models.CharField(_("language"), max_length=10, default="en", db_default="en")
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
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="page_has_a_title"),
            models.UniqueConstraint(fields=("slug", "language"), name="one_page_per_address_and_language"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("page_detail", args=[self.slug])
