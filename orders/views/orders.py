"""Orders as their buyers see them: what was bought, how it is doing, and what can still be done."""

from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.errors import UnknownOrder
from orders.forms import FindOrderForm, TestPaymentForm
from orders.models import Order
from orders.selectors import orders
from orders.services import lookups, payments, status, timeline
from orders.views import visitor
from orders.views.offer import offer

SEE_OTHER = 303


@require_safe
@never_cache
def order_detail(request: HttpRequest, order_number: str) -> HttpResponse:
    """Show an order to its buyer, or to whoever has the link that was mailed."""
    order = _readable(request, order_number)
    context = {
        "order": order,
        "key": request.GET.get("key", ""),
        "is_new": "new" in request.GET,
        "offer": offer(order) if visitor.account(request) is None else None,
    }
    return TemplateResponse(request, "orders/order_detail.html", context)


@require_POST
@never_cache
def order_cancel(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Cancel an order that has not left the house."""
    order = _readable(request, order_number)
    status.cancel(order, actor=timeline.customer(visitor.account(request)))
    messages.success(request, _("The order is cancelled. What you have paid goes back to you."))
    return _to_order(request, order)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_pay(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Start the payment of an order. With the test provider: a page with *pay* and *decline*."""
    order = _readable(request, order_number)
    if not order.is_payable:
        return _to_order(request, order)
    if settings.PAYMENT_PROVIDER != "test":
        raise Http404("no page for this provider")
    if request.method != "POST":
        context = {"order": order, "key": request.GET.get("key", ""), "event_id": uuid4()}
        return TemplateResponse(request, "orders/test_payment.html", context)
    form = TestPaymentForm(request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(request.get_full_path(), status=SEE_OTHER)
    is_paid = form.cleaned_data["answer"] == "pay"
    payments.apply_event(
        provider="test",
        event_id=str(form.cleaned_data["event_id"]),
        order_number=order.order_number,
        kind="captured" if is_paid else "declined",
        amount=order.total_amount,
    )
    if not is_paid:
        messages.error(
            request, _("The payment was declined. You have not been charged. Try again, or cancel.")
        )
    return _to_order(request, order, is_new=is_paid)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_find(request: HttpRequest) -> HttpResponse:
    """Mail the link to an order to who ordered it. The answer is the same for right and wrong."""
    form = FindOrderForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        lookups.ask_for_link(**form.cleaned_data)
    return TemplateResponse(request, "orders/order_find.html", {"form": form, "is_sent": is_sent})


def _readable(request: HttpRequest, order_number: str) -> Order:
    """Return the order if this reader may see it.

    Raises:
        UnknownOrder: There is none, or it is somebody else's.
    """
    if key := request.GET.get("key"):
        return orders.by_link(order_number, key)
    if user := visitor.account(request):
        return orders.of_user(user, order_number)
    raise UnknownOrder


def _to_order(request: HttpRequest, order: Order, *, is_new: bool = False) -> HttpResponseRedirect:
    key = request.GET.get("key", "")
    query = "&".join([*([f"key={key}"] if key else []), *(["new=1"] if is_new else [])])
    path = reverse("order_detail", args=[order.order_number])
    return HttpResponseRedirect(f"{path}?{query}" if query else path, status=SEE_OTHER)
