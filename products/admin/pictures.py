"""Pictures that imports named and the shop still has to fetch, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from products.models import PictureAddress


@admin.register(PictureAddress)
class PictureAddressAdmin(ReadOnlyAdmin):
    list_display = ("product_name", "address", "attempts", "try_after_at", "error")
    list_display_links = None
    list_select_related = ("product",)
    search_fields = ("product__sku", "product__name", "address", "error")
    ordering = ("try_after_at", "pk")

    @display(description=_("product"))
    def product_name(self, row: PictureAddress) -> str:
        return str(row.product)
