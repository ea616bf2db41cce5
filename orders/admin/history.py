"""Lines of past orders as their files had them: to look at."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from dbProject.staff import ReadOnlyAdmin
from orders.models import HistoricLine


@admin.register(HistoricLine)
class HistoricLineAdmin(ReadOnlyAdmin):
    """Millions of lines are neither counted nor changed."""

    list_display = (
        "invoice",
        "code",
        "description",
        "quantity",
        "price",
        "customer",
        "placed_at",
        "of_order",
    )
    list_select_related = ("order",)
    list_filter = ("is_cancellation", "is_fee", "source")
    paginator = InfinitePaginator
    ordering = ("-placed_at", "-id")
    search_fields = ("=invoice", "=code", "=customer")
    search_help_text = gettext_lazy("Invoice, code or customer, as the file has them")
    fields = (
        "source", "invoice", "placed_at", "code", "description", "quantity", "price", "is_fee",
        "is_cancellation", "cancels", "customer", "country_name", "country", "product", "of_order",
    )  # fmt: skip

    def get_sortable_by(self, request: Any) -> tuple[str, ...]:
        return ("placed_at",)

    @display(description=gettext_lazy("unit price"))
    def price(self, line: HistoricLine) -> str:
        return f"{line.unit_price.normalize():f} {line.currency}"

    @display(description=gettext_lazy("order"))
    def of_order(self, line: HistoricLine) -> SafeString | str:
        if line.order is None:
            return ""
        return format_html('<a href="/admin/orders/order/{}/change/">{}</a>', line.order.pk, line.order)
