"""Withdrawals as they came: those that name no order of ours wait for somebody who finds it."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from orders.models import Withdrawal


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """Nothing of a declaration is changed."""

    list_display = ("order_number", "of_order", "name", "email", "what", "declared_at")
    list_select_related = ("order",)
    list_filter = (("order", admin.EmptyFieldListFilter),)
    date_hierarchy = "declared_at"
    search_fields = ("order_number", "email", "name")
    search_help_text = gettext_lazy("Order number, e-mail address or name")
    fields = ("order_number", "of_order", "name", "email", "what", "language", "declared_at")

    @display(description=gettext_lazy("order"))
    def of_order(self, withdrawal: Withdrawal) -> SafeString | str:
        if withdrawal.order is None:
            return format_html("<strong>{}</strong>", gettext_lazy("Not found: please look for it"))
        return format_html('<a href="../../order/{}/change/">{}</a>', withdrawal.order.pk, withdrawal.order)
