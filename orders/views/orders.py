"""Orders as their buyers see them: what was bought, how it is doing, and what can still be done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dbProject.resilience import ServiceFailed
from orders.errors import IllegalTransition, PaymentHeldUp, PaymentRefused
from orders.forms import FindOrderForm
from orders.models import Order
from orders.selectors import progress, shown_sums
from orders.services import charging, lookups, status, timeline
from orders.views import visitor
from orders.views.offer import offer

SEE_OTHER = 303


@require_safe
@never_cache
def order_detail(request: HttpRequest, order_number: str) -> HttpResponse:
    """Show an order to its buyer, or to whoever has the link that was mailed."""
    order = visitor.order(request, order_number)
    context = {
        "order": order,
        "sums": shown_sums.of_order(order),
        "documents": order.documents.all(),
        "key": request.GET.get("key", ""),
        "state": progress.of_page(order),
        "is_new": "new" in request.GET,
        "is_checking": "checking" in request.GET and order.is_payable,
        "offer": offer(order) if visitor.account(request) is None else None,
    }
    return TemplateResponse(request, "orders/order_detail.html", context)


@require_POST
@never_cache
def order_cancel(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Cancel an order that has not left the house."""
    order = visitor.order(request, order_number)
    status.cancel(order, actor=timeline.customer(visitor.account(request)))
    messages.success(request, _("The order is cancelled. What you have paid goes back to you."))
    return _to_order(request, order)


@require_safe
@never_cache
def order_pay(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Lead to the payment provider's page. Opening it twice, or in two tabs, leads to the same payment."""
    order = visitor.order(request, order_number)
    if not order.is_payable:
        return _to_order(request, order)
    try:
        payment = charging.start(order, by=visitor.payer(request))
    except PaymentHeldUp as refusal:
        return _held_up(request, order, refusal)
    except (ServiceFailed, PaymentRefused):
        context = {"order": order, "key": request.GET.get("key", "")}
        return TemplateResponse(request, "orders/payment_unavailable.html", context, status=503)
    except IllegalTransition:  # paid or cancelled in this moment
        return _to_order(request, order)
    return HttpResponseRedirect(payment.url, status=SEE_OTHER)


@require_safe
@never_cache
def order_paid(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Take the customer back from the provider, whose answer counts, not where the customer comes from."""
    order = visitor.order(request, order_number)
    try:
        order = charging.look_after(order)
    except (ServiceFailed, PaymentRefused):
        return _to_order(request, order, said="checking")
    if order.is_payable:
        return _to_order(request, order)
    return _to_order(request, order, said="new")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_find(request: HttpRequest) -> HttpResponse:
    """Mail the link to an order to who ordered it. The answer is the same for right and wrong."""
    form = FindOrderForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        lookups.ask_for_link(**form.cleaned_data)
    return TemplateResponse(request, "orders/order_find.html", {"form": form, "is_sent": is_sent})


def _held_up(request: HttpRequest, order: Order, refusal: PaymentHeldUp) -> HttpResponse:
    context = {
        "order": order,
        "key": request.GET.get("key", ""),
        "minutes": -(-refusal.seconds // 60),
        "login_helps": refusal.login_helps,
        "here": request.get_full_path(),
    }
    response = TemplateResponse(request, "orders/payment_held_up.html", context, status=refusal.status)
    response["Retry-After"] = str(refusal.seconds)
    return response


def _to_order(request: HttpRequest, order: Order, *, said: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(visitor.path_of(request, order, said=said), status=SEE_OTHER)
