"""Payments and the provider's messages: what is open, what was said and when."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from orders.admin import cells
from orders.models import Payment, PaymentWebhook
from orders.services import card_testing
from products.admin.cells import amount

MANY = "many"


class DeclinesFilter(DropdownFilter):
    """What comes from networks from which many cards are declined."""

    title = gettext_lazy("declined cards")
    parameter_name = "declines"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(MANY, gettext_lazy("Many from one network in 24 hours"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == MANY:
            return queryset.filter(network__in=card_testing.busy_networks())
        return queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """What the provider was asked for, and what became of it."""

    list_display = ("key", "of_order", "provider", "money", "state", "declined", "begun_from", "created_at")
    list_select_related = ("order",)
    list_filter = (("state", ChoicesDropdownFilter), "provider", DeclinesFilter)
    search_fields = ("key", "reference", "order__order_number", "order__email", "network")
    search_help_text = gettext_lazy("Order number, e-mail address or the provider's reference")
    fields = (
        "key",
        "order",
        "provider",
        "reference",
        "amount",
        "state",
        "network",
        "checks",
        "next_check_at",
        "created_at",
    )

    @display(description=gettext_lazy("order"), ordering="order__order_number")
    def of_order(self, payment: Payment) -> SafeString:
        page = reverse("admin:orders_order_change", args=[payment.order_id])
        return format_html('<a href="{}">{}</a>', page, payment.order.order_number)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payment]":
        declined = Count("order__payment_events", filter=Q(order__payment_events__kind="declined"))
        found: QuerySet[Payment] = super().get_queryset(request)
        return found.annotate(declined=declined)

    @display(description=gettext_lazy("declined"), ordering="declined")
    def declined(self, payment: Any) -> SafeString:
        """How many cards were declined for the order."""
        return cells.number(str(payment.declined or ""))

    @display(description=gettext_lazy("network"))
    def begun_from(self, payment: Payment) -> SafeString:
        """Which network began it, as a hash that leads to what else came from there."""
        return format_html('<a href="?q={}">{}</a>', payment.network, payment.network[:8])

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
