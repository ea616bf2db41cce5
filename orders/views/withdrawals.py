"""Withdrawing from a contract: always reachable, in two steps, without logging in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.errors import UnknownOrder
from orders.forms import WithdrawalForm
from orders.services import withdrawals
from orders.views import visitor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask what is withdrawn from, show it for confirmation, and confirm that it has arrived.

    The answer is the same whether there is such an order or not.
    """
    if request.method != "POST":
        return _page(request, "orders/withdraw.html", form=WithdrawalForm(initial=_known(request)))
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _page(request, "orders/withdraw.html", form=form, status=422)
    if "change" in request.POST:
        return _page(request, "orders/withdraw.html", form=WithdrawalForm(initial=form.cleaned_data))
    if "confirm" not in request.POST:
        return _page(request, "orders/withdraw_confirm.html", form=form)
    withdrawal = withdrawals.declare(**form.cleaned_data, language=request.LANGUAGE_CODE)
    return _page(request, "orders/withdrawn.html", withdrawal=withdrawal)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, context, status=status)


def _known(request: HttpRequest) -> dict[str, Any]:
    """Return what the order says from whose page the visitor comes."""
    order_number = request.GET.get("order", "")
    if not order_number:
        return {}
    try:
        order = visitor.order(request, order_number)
    except UnknownOrder:
        return {"order_number": order_number[:30]}
    return {
        "order_number": order.order_number,
        "email": order.email,
        "name": order.shipping_address.get("name", ""),
    }
