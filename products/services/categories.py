"""Every change of the tree that the catalog hangs on."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dbProject import caching
from products.errors import CategoryInsideItself, CategoryInUse, SlugTaken
from products.models import Category, Product
from products.services import addresses


@transaction.atomic
def create_category(
    *,
    name: str,
    slug: str = "",
    parent: Category | None = None,
    description: str = "",
    sort_order: int = 0,
    **more: Any,
) -> Category:
    """Add a category; without a ``slug`` one is made from its path.

    Raises:
        SlugTaken: By any category, deleted ones included.
    """
    slug = slug or free_slug(name, parent)
    if Category.all_objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    category = Category.objects.create(
        name=name, slug=slug, parent=parent, description=description, sort_order=sort_order, **more
    )
    caching.forget("catalog")
    return category


@transaction.atomic
def save_category(category: Category) -> Category:
    """Store a changed ``category``; turning it off turns off all that is below.

    All rows of the tree are locked first, so that two moves cannot make a cycle together.

    Raises:
        CategoryInsideItself: Its new parent is itself or stands below it.
    """
    list(Category.all_objects.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    below = [found.pk for found in Category.all_objects.descendants(category)] if category.pk else []
    if category.parent_id and category.parent_id in [category.pk, *below]:
        text = _("%(name)s cannot stand inside itself.") % {"name": category.name}
        raise CategoryInsideItself(text, slug=category.slug)
    old_slug = Category.all_objects.filter(pk=category.pk).values_list("slug", flat=True).first()
    category.save()
    addresses.remember_move(category, old_slug=old_slug or category.slug)
    if not category.is_active:
        Category.all_objects.filter(pk__in=below).update(is_active=False)
    caching.forget("catalog")
    return category


@transaction.atomic
def delete_category(category: Category) -> None:
    """Take an empty ``category`` out of the shop. Repeating it changes nothing.

    Raises:
        CategoryInUse: It still holds products or other categories.
    """
    list(Category.all_objects.filter(pk=category.pk).select_for_update(of=("self",)).values_list("pk"))
    if (
        Product.objects.filter(category=category).exists()
        or Category.objects.filter(parent=category).exists()
    ):
        text = _("%(name)s still holds products or categories. Move them first.") % {"name": category.name}
        raise CategoryInUse(text, slug=category.slug)
    Category.objects.filter(pk=category.pk).delete()
    caching.forget("catalog")


def at_path(path: str) -> Category:
    """Return the category at ``path`` (``Audio > Headphones``), making or restoring what is missing.

    Call it inside a transaction.
    """
    category: Category | None = None
    for name in (part.strip()[:100] for part in path.split(">")):
        if not name:
            continue
        named = Category.all_objects.filter(parent=category, name=name)
        found = named.order_by(F("deleted_at").desc(nulls_first=True), "pk").first()
        if found is not None and found.is_deleted:
            found.restore()
        category = found or create_category(name=name, parent=category)
    if category is None:
        raise ValueError("an empty path names no category")
    return category


def free_slug(name: str, parent: Category | None) -> str:
    """Return a slug that no category has: of the name, else of the path, else numbered."""
    base = slugify(name)[:100] or "category"
    longer = f"{parent.slug}-{base}"[:110] if parent else base
    candidates = [base, longer, *(f"{longer}-{number}" for number in range(2, 1000))]
    taken = set(Category.all_objects.filter(slug__in=candidates).values_list("slug", flat=True))
    return next(slug for slug in candidates if slug not in taken)
