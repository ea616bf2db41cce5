"""The tree that the catalog hangs on."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.query import TreeQuerySet

from dbProject.models import SoftDeleteManager, SoftDeleteModel, SoftDeleteQuerySet, TimestampedModel


class CategoryQuerySet(TreeQuerySet, SoftDeleteQuerySet["Category"]):  # type: ignore[misc]
    """The vocabulary of questions about categories."""

    def active(self) -> Self:
        return self.filter(is_active=True)

    def roots(self) -> Self:
        """Keep what stands at the top: the families."""
        return self.filter(parent=None)


CategoryManager = SoftDeleteManager.from_queryset(CategoryQuerySet)


class Category(SoftDeleteModel, TimestampedModel):
    """A shelf of the shop. That the tree has no cycle is held by ``services.categories`` under a lock."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    parent = TreeNodeForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("inside"),
    )
    image = models.ImageField(_("picture"), upload_to="categories/", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveIntegerField(_("position"), default=0)
    translations = models.JSONField(
        _("in other languages"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    """Per language what differs: ``{"de": {"name": "Küche", "description": "…"}}``."""

    objects: ClassVar[Any] = CategoryManager()
    all_objects: ClassVar[Any] = CategoryQuerySet.as_manager()

    class Meta(SoftDeleteModel.Meta):
        abstract = False
        db_table = "categories"
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("sort_order", "name")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="category_has_a_name"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="category_not_inside_itself"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(parent=None, deleted_at=None), name="category_root_name_unique"
            ),
            models.UniqueConstraint(
                fields=["parent", "name"], condition=Q(deleted_at=None), name="category_name_unique_in_parent"
            ),
        ]

    def localized(self, field: str) -> str:
        """Return its ``name`` or ``description`` in the reader's language, else as it is."""
        said: dict[str, str] = self.translations.get(translation.get_language() or "", {})
        return said.get(field) or str(getattr(self, field))

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("category_detail", args=[self.slug])

    def get_ancestors(self) -> list["Category"]:
        """Return what this category stands in, root first; one query."""
        return list(self._tree().ancestors(self)) if self.parent_id else []

    def get_descendants(self) -> list["Category"]:
        """Return everything below this category, depth first; one query."""
        return list(self._tree().descendants(self))

    def _tree(self) -> Any:
        return type(self).objects  # django-tree-queries comes without types
