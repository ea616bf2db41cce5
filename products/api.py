"""The catalog as JSON: /api/products/, /api/categories/, /api/brands/."""

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.http import QueryDict
from django.urls import path
from rest_framework import generics, permissions, serializers

from products import pictures
from products.forms import CatalogForm
from products.models import (
    Brand,
    Category,
    Product,
    ProductAttributeValue,
    ProductImage,
    ProductQuerySet,
)
from products.models.brand import BrandQuerySet
from products.models.category import CategoryQuerySet
from products.selectors import catalog
from products.selectors import products as product_pages


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
    avg_rating = serializers.DecimalField(max_digits=3, decimal_places=2, help_text="1 to 5 stars, or null.")
    review_count = serializers.IntegerField()
    image = serializers.SerializerMethodField(help_text="A JPEG of at most 800 pixels, or null.")

    class Meta:
        model = Product
        fields: tuple[str, ...] = (
            "id", "kind", "name", "slug", "sku", "short_description", "price", "sale_price",
            "effective_price", "price_low", "price_high", "stock_status", "category", "brand", "avg_rating",
            "review_count", "image",
        )  # fmt: skip

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


class ProductList(generics.ListAPIView[Product]):
    """List what is for sale: the page's filter, with ``search`` and ``ordering`` for ``q`` and ``sort``."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = ProductOut

    def get_queryset(self) -> ProductQuerySet:
        found = catalog.catalog(CatalogForm(as_on_the_page(self.request.query_params)).wanted())
        return found.defer(None).with_category_and_brand().with_cover()  # more than a card shows


class ProductDetail(generics.RetrieveAPIView[Product]):
    """Show one product with its pictures, attributes and variants."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = ProductDetailOut

    def get_queryset(self) -> ProductQuerySet:
        return product_pages.in_detail()


class CategoryList(generics.ListAPIView[Category]):
    """List the categories, each with the one it stands in."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = CategoryListOut

    def get_queryset(self) -> CategoryQuerySet:
        categories: CategoryQuerySet = Category.objects.active()
        return categories.without_tree_fields().order_by("sort_order", "name", "pk")  # type: ignore[no-any-return]


class BrandList(generics.ListAPIView[Brand]):
    """List the brands by name."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = BrandListOut

    def get_queryset(self) -> BrandQuerySet:
        brands: BrandQuerySet = Brand.objects.active()
        return brands.order_by("name", "pk")


def as_on_the_page(query: QueryDict) -> QueryDict:
    """Return ``query`` with the names that the catalog page uses."""
    renamed = query.copy()
    for ours, theirs in (("q", "search"), ("sort", "ordering")):
        if theirs in renamed:
            renamed.setlist(ours, renamed.pop(theirs))
    return renamed


def picture_url(image: ProductImage, context: Mapping[str, Any]) -> str:
    """Return the absolute address of the widest JPEG of ``image``, or of its original where there is none."""
    jpegs = [width for width in image.widths if width <= pictures.JPEG_WIDEST]
    name = str(image.image.name)
    url = default_storage.url(pictures.rendition_name(name, max(jpegs), "jpg") if jpegs else name)
    return str(context["request"].build_absolute_uri(url))


urlpatterns = [
    path("products/", ProductList.as_view(), name="product-list"),
    path("products/<int:pk>/", ProductDetail.as_view(), name="product-detail"),
    path("categories/", CategoryList.as_view(), name="category-list"),
    path("brands/", BrandList.as_view(), name="brand-list"),
]
