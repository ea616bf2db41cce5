"""What programs see of the catalog."""

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from rest_framework import serializers

from dbProject.api.shapes import described_as
from products import pictures
from products.models import (
    Brand,
    Category,
    Product,
    ProductAttributeValue,
    ProductImage,
    Review,
)
from products.models.product import IN_STOCK, LOW_STOCK, OUT_OF_STOCK


class CategoryOut(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ("id", "name", "slug")


class CategoryListOut(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ("id", "name", "slug", "description", "parent")


class BrandOut(serializers.ModelSerializer[Brand]):
    class Meta:
        model = Brand
        fields = ("id", "name", "slug")


class BrandListOut(serializers.ModelSerializer[Brand]):
    class Meta:
        model = Brand
        fields = ("id", "name", "slug", "description", "website")


class ImageOut(serializers.ModelSerializer[ProductImage]):
    url = serializers.SerializerMethodField(help_text="A JPEG of at most 800 pixels.")

    class Meta:
        model = ProductImage
        fields = ("url", "alt_text", "is_primary", "width", "height")

    @described_as(serializers.URLField())
    def get_url(self, image: ProductImage) -> str:
        return picture_url(image, self.context)


class AttributeOut(serializers.ModelSerializer[ProductAttributeValue]):
    name = serializers.CharField(source="attribute.name")
    slug = serializers.CharField(source="attribute.slug")
    unit = serializers.CharField(source="attribute.unit")

    class Meta:
        model = ProductAttributeValue
        fields = ("slug", "name", "value", "unit")


class ProductOut(serializers.ModelSerializer[Product]):
    """What the list shows of a product. ``price_low`` and ``price_high`` span the variants of a parent."""

    category = CategoryOut()
    brand = BrandOut()
    effective_price = serializers.DecimalField(max_digits=10, decimal_places=2)
    avg_rating = serializers.DecimalField(
        max_digits=3, decimal_places=2, allow_null=True, help_text="1 to 5 stars, or null."
    )
    review_count = serializers.IntegerField()
    image = serializers.SerializerMethodField(help_text="A JPEG of at most 800 pixels, or null.")
    stock_status = serializers.ChoiceField(choices=[OUT_OF_STOCK, LOW_STOCK, IN_STOCK])

    class Meta:
        model = Product
        fields: tuple[str, ...] = (
            "id", "kind", "name", "slug", "sku", "short_description", "price", "sale_price",
            "effective_price", "price_low", "price_high", "stock_status", "category", "brand", "avg_rating",
            "review_count", "image",
        )  # fmt: skip

    @described_as(serializers.URLField(allow_null=True))
    def get_image(self, product: Product) -> str | None:
        return picture_url(product.cover_images[0], self.context) if product.cover_images else None


class VariantOut(serializers.ModelSerializer[Product]):
    effective_price = serializers.DecimalField(max_digits=10, decimal_places=2)
    attributes = AttributeOut(source="attribute_values", many=True)

    class Meta:
        model = Product
        fields = ("id", "name", "sku", "price", "sale_price", "effective_price", "stock_status", "attributes")


class ProductDetailOut(ProductOut):
    images = ImageOut(many=True)
    attributes = AttributeOut(source="attribute_values", many=True)
    variants = VariantOut(many=True)

    class Meta(ProductOut.Meta):
        fields = (
            *ProductOut.Meta.fields,
            "description", "ean", "weight", "dimensions", "is_digital", "images", "attributes", "variants",
        )  # fmt: skip


class ProductOfStaffOut(ProductDetailOut):
    """What staff and their systems see besides: stock, costs, and whether it is for sale at all."""

    class Meta(ProductDetailOut.Meta):
        fields = (
            *ProductDetailOut.Meta.fields,
            "stock_quantity", "low_stock_threshold", "cost_price", "tax_class", "measure", "measure_unit",
            "max_per_order", "is_active", "is_featured", "meta_title", "meta_description",
        )  # fmt: skip


class ReviewOut(serializers.ModelSerializer[Review]):
    author = serializers.CharField(source="user.first_name", help_text="The first name, or nothing.")

    class Meta:
        model = Review
        fields = (
            "id", "rating", "title", "content", "author", "is_verified_purchase", "is_approved",
            "helpful_count", "created_at",
        )  # fmt: skip


def picture_url(image: ProductImage, context: Mapping[str, Any]) -> str:
    """Return the absolute address of the widest JPEG of ``image``, or of its original where there is none."""
    jpegs = [width for width in image.widths if width <= pictures.JPEG_WIDEST]
    name = str(image.image.name)
    url = default_storage.url(pictures.rendition_name(name, max(jpegs), "jpg") if jpegs else name)
    return str(context["request"].build_absolute_uri(url))
