"""Payments and the provider's messages: what is open, what was said and when."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from orders.admin import cells
from orders.models import Payment, PaymentWebhook
from products.admin.cells import amount


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """What the provider was asked for, and what became of it."""

    list_display = ("key", "of_order", "provider", "money", "state", "next_check_at", "created_at")
    list_select_related = ("order",)
    list_filter = (("state", ChoicesDropdownFilter), "provider")
    search_fields = ("key", "reference", "order__order_number", "order__email")
    search_help_text = gettext_lazy("Order number, e-mail address or the provider's reference")
    fields = (
        "key",
        "order",
        "provider",
        "reference",
        "amount",
        "state",
        "checks",
        "next_check_at",
        "created_at",
    )

    @display(description=gettext_lazy("order"), ordering="order__order_number")
    def of_order(self, payment: Payment) -> SafeString:
        page = reverse("admin:orders_order_change", args=[payment.order_id])
        return format_html('<a href="{}">{}</a>', page, payment.order.order_number)

    @display(description=gettext_lazy("amount"), ordering="amount")
    def money(self, payment: Payment) -> SafeString:
        return cells.number(amount(payment.amount))


@admin.register(PaymentWebhook)
class PaymentWebhookAdmin(ReadOnlyAdmin):
    """Signed messages as they came."""

    list_display = ("event_id", "provider", "is_booked", "received_at")
    list_filter = ("provider",)
    date_hierarchy = "received_at"
    search_fields = ("event_id", "body")
    fields = ("provider", "event_id", "report", "body", "received_at")

    @display(description=gettext_lazy("reports something"), boolean=True)
    def is_booked(self, message: PaymentWebhook) -> bool:
        return message.report is not None
