"""The brands of staff."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from dbProject.staff import ShopModelForm, SoftDeleteAdmin
from products.admin.product_forms import ShelfPictureField
from products.models import Brand
from products.services import brands


class BrandForm(ShopModelForm):
    fields_of = {"slug_taken": "slug"}
    logo = ShelfPictureField(label=_("logo"), required=False)


@admin.register(Brand)
class BrandAdmin(SoftDeleteAdmin):
    form = BrandForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("name", "product_count", "is_active")
    list_filter = (("is_active", BooleanRadioFilter),)
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = ((None, {"fields": (("name", "slug"), "is_active", "description", ("website", "logo"))}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        shown = Q(products__deleted_at=None) & ~Q(products__kind="variant")
        rows: QuerySet[Brand] = super().get_queryset(request)
        return rows.annotate(product_count=Count("products", filter=shown))

    @display(description=_("products"), ordering="product_count")
    def product_count(self, brand: Brand) -> SafeString:
        address = f"{reverse('admin:products_product_changelist')}?brand__id__exact={brand.pk}"
        count = getattr(brand, "product_count", 0)
        return format_html('<a class="shop-number" href="{}">{}</a>', address, count)

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        if change:
            brands.save_brand(obj)
            return
        said = {name: value for name, value in form.cleaned_data.items() if name in form.fields}
        created = brands.create_brand(**said)
        obj.pk, obj._state.adding = created.pk, False

    def delete_model(self, request: HttpRequest, obj: Brand) -> None:
        brands.delete_brand(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for brand in queryset:
            brands.delete_brand(brand)
