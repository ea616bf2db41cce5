"""The attributes of staff: what can be said of products, and of what type the answers are."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.staff import ShopModelAdmin, ShopModelForm
from products.admin import translated
from products.models import ProductAttribute
from products.services import attributes


class AttributeForm(ShopModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("attribute_type", self.instance.attribute_type)
        if cleaned.get("unit") and kind != ProductAttribute.Type.NUMBER:
            self.add_error("unit", _("Only numbers have a unit."))
        return cleaned

    def clean_translations(self) -> dict[str, Any]:
        return translated.checked(
            self.cleaned_data["translations"],
            {"name": str, "unit": str, "values": dict},
            example='{"de": {"name": "Farbe", "unit": "…", "values": {"Oak": "Eiche"}}}',
        )


@admin.register(ProductAttribute)
class AttributeAdmin(ShopModelAdmin):
    form = AttributeForm
    list_display = ("name", "slug", "attribute_type", "unit", "value_count", "is_filterable", "is_required")
    list_filter = (
        ("attribute_type", ChoicesDropdownFilter),
        ("is_filterable", BooleanRadioFilter),
    )
    search_fields = ("name", "slug")
    ordering = ("sort_order", "name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "slug"),
                    ("attribute_type", "unit"),
                    ("is_filterable", "is_required"),
                    "sort_order",
                )
            },
        ),
        (_("In other languages"), {"fields": ("translations",), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductAttribute]:
        rows: QuerySet[ProductAttribute] = super().get_queryset(request)
        return rows.annotate(value_count=Count("values"))

    @display(description=_("values"), ordering="value_count")
    def value_count(self, attribute: ProductAttribute) -> int:
        return int(attribute.value_count)  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: ProductAttribute | None = None) -> Any:
        """Lock the type, and the unit with it, once answers of that type exist."""
        return ("attribute_type", "unit") if obj and obj.values.exists() else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def save_model(self, request: HttpRequest, obj: ProductAttribute, form: Any, change: bool) -> None:
        attributes.save_attribute(obj)

    def delete_model(self, request: HttpRequest, obj: ProductAttribute) -> None:
        attributes.delete_attribute(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for attribute in queryset:
            attributes.delete_attribute(attribute)
