"""Addresses that something had before."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dbProject.models import TimestampedModel


class SlugRedirect(TimestampedModel):
    """An old slug of a product, a category or a brand, which still leads to it."""

    slug = models.SlugField(max_length=255)
    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, null=True, related_name="+")
    category = models.ForeignKey("products.Category", on_delete=models.CASCADE, null=True, related_name="+")
    brand = models.ForeignKey("products.Brand", on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        db_table = "slug_redirects"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    Q(product__isnull=False, category=None, brand=None)
                    | Q(product=None, category__isnull=False, brand=None)
                    | Q(product=None, category=None, brand__isnull=False)
                ),
                name="slug_redirect_leads_to_one",
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(product__isnull=False), name="slug_redirect_product_once"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(category__isnull=False), name="slug_redirect_category_once"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(brand__isnull=False), name="slug_redirect_brand_once"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
