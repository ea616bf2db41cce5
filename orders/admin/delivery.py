"""Where the shop delivers to, how, and for how much."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import display

from dbProject.staff import LabeledFormSet, ShopModelAdmin, sort_rows
from orders.admin import cells
from orders.admin.delivery_forms import BandForm, MethodForm, ZoneForm
from orders.admin.localized import NAMES
from orders.models import ShippingBand, ShippingMethod, ShippingZone
from orders.services import delivery
from products.admin.cells import amount
from products.admin.inlines import ReadOnlyInline
from users import countries


class BandInline(TabularInline):
    model = ShippingBand
    form = BandForm
    formset = LabeledFormSet
    hide_title = True
    extra = 0
    verbose_name_plural = gettext_lazy("prices: of several that fit, the cheapest counts")


class MethodInline(ReadOnlyInline):
    """The ways into a zone; each has a form of its own."""

    model = ShippingMethod
    fields = ("name", "prices", "free_from", "days", "is_active")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingMethod]:
        rows: QuerySet[ShippingMethod] = super().get_queryset(request)
        return rows.prefetch_related("bands")

    @display(description=gettext_lazy("price"))
    def prices(self, method: ShippingMethod) -> SafeString:
        return cells.delivery_price(method)

    @display(description=gettext_lazy("working days"))
    def days(self, method: ShippingMethod) -> str:
        return cells.days(method)


@admin.register(ShippingZone)
class ZoneAdmin(ShopModelAdmin):
    form = ZoneForm
    list_display = ("title", "method_count")
    search_fields = ("name",)
    ordering = ("pk",)
    fieldsets = ((None, {"fields": ("name", "countries")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingZone]:
        rows: QuerySet[ShippingZone] = super().get_queryset(request)
        return rows.annotate(method_count=Count("methods"))

    def get_inlines(self, request: HttpRequest, obj: ShippingZone | None) -> Any:
        return [MethodInline] if obj else []

    @display(description=gettext_lazy("zone"), ordering="name", header=True)
    def title(self, zone: ShippingZone) -> list[str]:
        return [
            zone.name,
            ", ".join(name for _code, name in countries.choices(zone.countries) if zone.countries),
        ]

    @display(description=gettext_lazy("delivery methods"), ordering="method_count")
    def method_count(self, zone: ShippingZone) -> SafeString:
        address = f"{reverse('admin:orders_shippingmethod_changelist')}?zone__id__exact={zone.pk}"
        count = getattr(zone, "method_count", 0)
        return format_html('<a class="shop-number" href="{}">{}</a>', address, count)

    def save_model(self, request: HttpRequest, obj: ShippingZone, form: Any, change: bool) -> None:
        delivery.save_zone(obj)

    def delete_model(self, request: HttpRequest, obj: ShippingZone) -> None:
        delivery.delete_zone(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for zone in queryset:
            delivery.delete_zone(zone)


@admin.register(ShippingMethod)
class MethodAdmin(ShopModelAdmin):
    form = MethodForm
    list_display = ("title", "prices", "free", "days", "carrier", "is_active")
    list_filter = (("zone", RelatedDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("zone",)
    search_fields = ("name", "zone__name", "carrier")
    ordering = ("zone", "sort_order", "pk")
    inlines = (BandInline,)
    fieldsets = (
        (None, {"fields": (("name", *NAMES), "zone", "is_active")}),
        (gettext_lazy("How long it takes"), {"fields": (("days_min", "days_max"),)}),
        (gettext_lazy("What it costs"), {"fields": ("free_from", "carrier")}),
        (gettext_lazy("More"), {"fields": ("sort_order",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingMethod]:
        rows: QuerySet[ShippingMethod] = super().get_queryset(request)
        return rows.prefetch_related("bands")

    @display(description=gettext_lazy("delivery"), ordering="name", header=True)
    def title(self, method: ShippingMethod) -> list[str]:
        return [method.name, method.zone.name]

    @display(description=gettext_lazy("price"))
    def prices(self, method: ShippingMethod) -> SafeString:
        return cells.delivery_price(method)

    @display(description=gettext_lazy("free from"), ordering="free_from")
    def free(self, method: ShippingMethod) -> SafeString:
        return cells.number(amount(method.free_from))

    @display(description=gettext_lazy("working days"), ordering="days_min")
    def days(self, method: ShippingMethod) -> str:
        return cells.days(method)

    def save_model(self, request: HttpRequest, obj: ShippingMethod, form: Any, change: bool) -> None:
        delivery.save_method(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        sort_rows(formset)
        changed = [row for row, _fields in formset.changed_objects]
        delivery.change_bands(saved=[*formset.new_objects, *changed], removed=formset.deleted_objects)

    def delete_model(self, request: HttpRequest, obj: ShippingMethod) -> None:
        delivery.delete_method(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for method in queryset:
            delivery.delete_method(method)
