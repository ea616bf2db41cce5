"""What hangs on a product's form: pictures, attribute values, variants, and its ledger to read."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from dbProject.staff import LabeledFormSet
from products.admin import cells
from products.admin.product_forms import AttributeValueForm, PictureForm
from products.models import Product, ProductAttributeValue, ProductImage, StockMovement
from products.services import attributes, pictures


class ReadOnlyInline(TabularInline):
    hide_title = True
    extra = 0
    max_num = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PictureInline(TabularInline):
    hide_title = True
    formset = LabeledFormSet
    model = ProductImage
    form = PictureForm
    extra = 1
    fields = ("thumbnail", "upload", "alt_text", "is_primary", "sort_order")
    readonly_fields = ("thumbnail",)

    @display(description=_("picture"))
    def thumbnail(self, image: ProductImage) -> SafeString:
        return cells.thumbnail(image if image.pk else None)


class AttributeValueInline(TabularInline):
    hide_title = True
    formset = LabeledFormSet
    model = ProductAttributeValue
    form = AttributeValueForm
    extra = 0
    autocomplete_fields = ("attribute",)
    fields = ("attribute", "value")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductAttributeValue]:
        rows: QuerySet[ProductAttributeValue] = super().get_queryset(request)
        return rows.select_related("attribute").order_by("attribute__sort_order", "attribute__name")


class OptionInline(ReadOnlyInline):
    """A variant's options: they are its identity, and do not change."""

    model = ProductAttributeValue
    verbose_name_plural = _("options")
    fields = ("attribute", "value")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductAttributeValue]:
        rows: QuerySet[ProductAttributeValue] = super().get_queryset(request)
        return rows.select_related("attribute")


class VariantInline(ReadOnlyInline):
    model = Product
    fk_name = "parent"
    verbose_name = _("variant")
    verbose_name_plural = _("variants")
    fields = ("options", "sku", "price_now", "stock_quantity", "stock", "is_active")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        values = ProductAttributeValue.objects.select_related("attribute")
        rows = Product.objects.order_by("pk")
        return rows.prefetch_related(Prefetch("attribute_values", values))

    @display(description=_("options"))
    def options(self, variant: Product) -> str:
        return ", ".join(value.value for value in variant.attribute_values.all()) or variant.name

    @display(description=_("price"))
    def price_now(self, variant: Product) -> SafeString:
        return cells.price(variant)

    @display(description=_("stock word"))
    def stock(self, variant: Product) -> SafeString:
        return cells.stock_word(variant)


class MovementInline(ReadOnlyInline):
    """The newest lines of the ledger."""

    model = StockMovement
    verbose_name_plural = _("stock ledger")
    fields = ("created_at", "kind", "change", "reason", "reference", "actor")
    readonly_fields = fields
    per_page = 10

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        rows: QuerySet[StockMovement] = super().get_queryset(request)
        return rows.select_related("actor")


def save_pictures(product: Product, formset: Any) -> None:
    """Do what was asked for in the rows of pictures.

    Raises:
        PictureRefused: One is no picture that the shop accepts; nothing is stored.
    """
    for image in formset.deleted_objects:
        pictures.remove(image)
    for image, changed in formset.changed_objects:
        if "upload" in changed:
            pictures.remove(image)
    for form in formset.forms:
        if form in formset.deleted_forms or not form.has_changed():
            continue
        said = form.cleaned_data
        image = form.instance
        if said.get("upload"):
            position = said["sort_order"] if image.pk or "sort_order" in form.changed_data else None
            is_primary = said["is_primary"] or None
            image = pictures.add(
                product,
                said["upload"],
                alt_text=said["alt_text"],
                is_primary=is_primary,
                sort_order=position,
            )
        else:
            pictures.describe(image, alt_text=said["alt_text"], sort_order=said["sort_order"])
        if said["is_primary"] and "is_primary" in form.changed_data:
            pictures.make_primary(image)


def save_values(product: Product, formset: Any) -> None:
    """Do what was asked for in the rows of attribute values.

    Raises:
        AttributeValueRefused: A value that is not of its attribute's type.
    """
    if formset.deleted_objects:
        attributes.clear_values(product, [row.attribute.slug for row in formset.deleted_objects])
    rows = [*formset.new_objects, *(row for row, _changed in formset.changed_objects)]
    if rows:
        attributes.set_values(product, {row.attribute.slug: row.value for row in rows})
