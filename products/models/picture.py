"""What products look like."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


class ProductImage(TimestampedModel):
    """One picture of one product.

    ``image`` is named by the hash of its content, so products that show the same picture share one file
    and its renditions (see ``products.pictures``).
    """

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="images")
    # No width_field: Django would open the file of every row that has none yet.
    image = models.ImageField(_("picture"), upload_to="pictures/", max_length=200)
    alt_text = models.CharField(_("description for people who cannot see it"), max_length=300, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    sort_order = models.PositiveIntegerField(_("position"), default=0)
    width = models.PositiveIntegerField(_("width"), default=0, editable=False, help_text="Pixels.")
    height = models.PositiveIntegerField(_("height"), default=0, editable=False, help_text="Pixels.")
    color = models.CharField(
        max_length=7, default="#e8e4dc", editable=False, help_text="Dominant color, shown while it loads."
    )
    widths = models.JSONField(
        default=list, blank=True, editable=False, help_text="Widths in pixels that exist in every format."
    )
    is_rendered = models.BooleanField(
        default=False, editable=False, help_text="Every width that it will ever have exists."
    )
    source = models.CharField(
        max_length=1000, blank=True, editable=False, help_text="The address or path an import named."
    )

    class Meta:
        db_table = "product_images"
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("-is_primary", "sort_order", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(is_primary=True), name="product_image_one_primary"
            ),
            models.CheckConstraint(
                condition=Q(color__regex=r"^#[0-9a-f]{6}$"), name="product_image_color_hex"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="product_image_unrendered", condition=Q(is_rendered=False)),
            models.Index(fields=["image"], name="product_image_file"),
        ]

    def __str__(self) -> str:
        return self.alt_text or str(self.image)


class PictureAddress(TimestampedModel):
    """A picture that an import named by its address and that is still to be fetched."""

    product = models.ForeignKey(
        "products.Product", on_delete=models.CASCADE, related_name="picture_addresses"
    )
    address = models.URLField(max_length=1000)
    alt_text = models.CharField(max_length=300, blank=True)
    sort_order = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_after_at = models.DateTimeField(help_text="Not to be tried before.")
    error = models.CharField(max_length=300, blank=True, help_text="Why the last try failed.")

    class Meta:
        db_table = "picture_addresses"
        verbose_name = _("picture to fetch")
        verbose_name_plural = _("pictures to fetch")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "address"], name="picture_address_once_per_product")
        ]
        indexes: ClassVar = [models.Index(fields=["try_after_at"], name="picture_address_due")]

    def __str__(self) -> str:
        return self.address
