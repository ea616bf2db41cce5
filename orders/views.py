"""Pages of cart, checkout and orders. None of them is kept by anybody but their reader."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.errors import UnknownOrder
from orders.models import Order
from orders.selectors import orders


@require_safe
@never_cache
def order_detail(request: HttpRequest, order_number: str) -> HttpResponse:
    """Show an order to its buyer, or to whoever has the link that was mailed."""
    return TemplateResponse(
        request, "orders/order_detail.html", {"order": readable_order(request, order_number)}
    )


def readable_order(request: HttpRequest, order_number: str) -> Order:
    """Return the order if this reader may see it.

    Raises:
        UnknownOrder: There is none, or it is somebody else's.
    """
    if key := request.GET.get("key"):
        return orders.by_link(order_number, key)
    if request.user.is_authenticated:
        return orders.of_user(request.user, order_number)
    raise UnknownOrder
