"""Every change of who makes what."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dbProject import caching
from products.errors import BrandInUse, SlugTaken
from products.models import Brand, Product
from products.services import addresses


@transaction.atomic
def create_brand(*, name: str, slug: str = "", **more: Any) -> Brand:
    """Add a brand; without a ``slug`` one is made from its name.

    Raises:
        SlugTaken: By any brand, deleted ones included.
    """
    slug = slug or free_slug(name)
    if Brand.all_objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    brand = Brand.objects.create(name=name, slug=slug, **more)
    caching.forget("catalog")
    return brand


@transaction.atomic
def save_brand(brand: Brand) -> Brand:
    """Store a changed ``brand``."""
    old_slug = Brand.all_objects.filter(pk=brand.pk).values_list("slug", flat=True).first()
    brand.save()
    addresses.remember_move(brand, old_slug=old_slug or brand.slug)
    caching.forget("catalog")
    return brand


@transaction.atomic
def delete_brand(brand: Brand) -> None:
    """Take a ``brand`` without products out of the shop. Repeating it changes nothing.

    Raises:
        BrandInUse: It still has products.
    """
    if Product.objects.filter(brand=brand).exists():
        raise BrandInUse(_("%(name)s still has products.") % {"name": brand.name}, slug=brand.slug)
    Brand.objects.filter(pk=brand.pk).delete()
    caching.forget("catalog")


def named(name: str) -> Brand:
    """Return the brand called ``name`` whatever its case, making or restoring it where it is missing.

    Call it inside a transaction.
    """
    name = name.strip()[:100]
    living_first = F("deleted_at").desc(nulls_first=True)
    found = Brand.all_objects.filter(name__iexact=name).order_by(living_first, "pk").first()
    if found is not None and found.is_deleted:
        found.restore()
    return found or create_brand(name=name)


def free_slug(name: str) -> str:
    """Return a slug that no brand has."""
    base = slugify(name)[:110] or "brand"
    candidates = [base, *(f"{base}-{number}" for number in range(2, 1000))]
    taken = set(Brand.all_objects.filter(slug__in=candidates).values_list("slug", flat=True))
    return next(slug for slug in candidates if slug not in taken)
