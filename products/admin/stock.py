"""The stock ledger, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from products.models import StockMovement


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    """Lines are appended by the stock service and never changed."""

    list_display = ("created_at", "product_name", "kind", "signed_change", "reason", "reference", "actor")
    list_display_links = None
    list_filter = (("kind", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    list_select_related = ("product", "actor")
    search_fields = ("product__sku", "product__name", "reason", "reference")
    ordering = ("-pk",)

    @display(description=_("product"))
    def product_name(self, movement: StockMovement) -> str:
        return str(movement.product)

    @display(description=_("change"), ordering="change")
    def signed_change(self, movement: StockMovement) -> str:
        return f"{movement.change:+d}"
