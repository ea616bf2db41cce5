"""What needs hands today, with the orders on top of what the catalog knows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin import cells, filters
from orders.models import Order
from products.admin import dashboard

SHOWN = dashboard.SHOWN


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to ``context`` what this person may see of the work that waits; two queries for the orders."""
    context = dashboard.figures(request, context)
    if not request.user.has_perm("orders.view_order"):
        return context
    waiting = Order.objects.needing_hands()
    address = f"{reverse('admin:orders_order_changelist')}?status={filters.HANDS}"
    card = dashboard.card(_("Orders that need hands"), waiting.count(), address, "warn")
    oldest = waiting.select_related("user").order_by("created_at", "pk")[:SHOWN]
    rows = [(order, cells.customer(order)[0], cells.status(order)) for order in oldest]
    return {**context, "cards": [card, *context["cards"]], "waiting_orders": rows}
