"""Sending something back: the customer's side."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dbProject.errors import ShopError
from orders.return_forms import ReturnForm
from orders.selectors import fulfillment
from orders.services import returns, timeline
from orders.unit_forms import Choice
from orders.views import visitor

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def order_return(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Ask which things come back and why. What was chosen and typed stays when it is refused."""
    order = visitor.order(request, order_number)
    if request.method != "POST" and not order.is_returnable:
        messages.info(request, _("There is nothing of this order that can be sent back."))
        return HttpResponseRedirect(visitor.path_of(request, order), status=SEE_OTHER)
    choices = [Choice(line.item, line.returnable) for line in fulfillment.progress(order)]
    form = ReturnForm(request.POST if request.method == "POST" else None, choices=choices)
    status = 200
    if form.is_valid():
        try:
            returns.request(
                order,
                units=form.units(),
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                key=form.cleaned_data["key"].hex,
                actor=timeline.customer(visitor.account(request)),
            )
        except ShopError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("We have it. Our answer comes by mail, and stands on this page."))
            return HttpResponseRedirect(f"{visitor.path_of(request, order)}#returns", status=SEE_OTHER)
    elif form.is_bound:
        status = 422
    pictures = {item.pk: item.product for item in order.items.all()}
    context = {
        "order": order,
        "key": request.GET.get("key", ""),
        "form": form,
        "lines": [(pictures[item.pk], field) for item, field in form.lines()],
    }
    return TemplateResponse(request, "orders/order_return.html", context, status=status)
