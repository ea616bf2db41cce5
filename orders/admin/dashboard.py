"""What needs hands today, with the orders on top of what the catalog knows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin import cells, filters
from orders.admin.fulfillment import ANSWER
from orders.models import Order, Return
from orders.services import card_testing
from products.admin import dashboard

SHOWN = dashboard.SHOWN


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to ``context`` what this person may see of the work that waits; four queries for the orders."""
    context = dashboard.figures(request, context)
    if not request.user.has_perm("orders.view_order"):
        return context
    waiting = Order.objects.needing_hands()
    address = f"{reverse('admin:orders_order_changelist')}?status={filters.HANDS}"
    card = dashboard.card(_("Orders that need hands"), waiting.count(), address, "warn")
    cards = (
        [card, _returns(), *context["cards"]] if request.user.has_perm(ANSWER) else [card, *context["cards"]]
    )
    if request.user.has_perm("orders.view_payment"):
        cards.append(_declines())
    oldest = waiting.select_related("user").order_by("created_at", "pk")[:SHOWN]
    rows = [(order, cells.customer(order)[0], cells.status(order)) for order in oldest]
    return {**context, "cards": cards, "waiting_orders": rows}


def _returns() -> Any:
    """Return the card of returns that wait for an answer; one query."""
    waiting = Return.objects.filter(status=Return.Status.REQUESTED).count()
    address = f"{reverse('admin:orders_order_changelist')}?returns={Return.Status.REQUESTED}"
    return dashboard.card(_("Returns that wait for an answer"), waiting, address, "warn")


def _declines() -> Any:
    """Return the card of networks that look as if somebody tried out cards there; one query."""
    address = f"{reverse('admin:orders_payment_changelist')}?declines=many"
    return dashboard.card(
        _("Networks with many declined cards"), card_testing.busy_networks().count(), address, "bad"
    )
