"""Pages of an order on which staff ship, answer, receive and refund. Money and goods are separate steps."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dbProject.errors import ShopError
from orders.admin.fulfillment_forms import AnswerForm, ReceiveForm, RefundForm, ShipForm
from orders.models import Order, Return
from orders.selectors import fulfillment, refunds
from orders.services import refunding, returns, shipments, timeline
from orders.services import refunds as giving
from products.admin.cells import amount

SHIP, DELIVER = "orders.add_shipment", "orders.change_shipment"
ANSWER, RECEIVE, REFUND = "orders.change_return", "orders.receive_return", "orders.add_refund"
DECISIONS: dict[str, tuple[Any, Any, Callable[..., Return]]] = {
    "accept": (gettext_lazy("Accept the return"), gettext_lazy("Accepted."), returns.accept),
    "decline": (gettext_lazy("Decline the return"), gettext_lazy("Declined."), returns.decline),
}
"""What a return can be answered: the title, what is said after, and the service."""


class FulfillmentScreens:
    """Mixed into the screen of orders. Each page is one form, and one call of a service."""

    admin_site: Any
    opts: Any
    message_user: Any

    def fulfillment_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        pages = [
            ("ship/", self.ship_view, "ship"),
            ("parcels/<int:number>/delivered/", self.delivered_view, "delivered"),
            ("returns/<int:number>/receive/", self.receive_view, "receive"),
            ("returns/<int:number>/<str:decision>/", self.answer_view, "answer"),
            ("refund/", self.refund_view, "refund"),
            ("payments/<int:event>/given-back/", self.given_back_view, "given_back"),
        ]
        return [
            path(f"<int:pk>/{route}", wrap(view), name=f"orders_order_{name}") for route, view, name in pages
        ]

    def may(self, user: Any) -> dict[str, bool]:
        """Return which of these steps ``user`` may take."""
        rights = {"ship": SHIP, "deliver": DELIVER, "answer": ANSWER, "receive": RECEIVE, "refund": REFUND}
        return {name: user.has_perm(right) for name, right in rights.items()}

    def ship_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send what is left, or some of it."""
        order = _for(request, pk, SHIP)
        form = ShipForm(_sent(request), lines=fulfillment.progress(order))

        def act() -> str:
            shipment = shipments.ship(
                order,
                key=form.cleaned_data["key"].hex,
                units=form.units(),
                tracking=form.tracking(),
                actor=_actor(request),
            )
            return _("Parcel %(number)d is on its way.") % {"number": shipment.number}

        if order.status not in Order.NEEDING_HANDS and request.method != "POST":
            self.message_user(request, _("There is nothing to ship."), messages.INFO)
            return _back(order)
        lead = _("What goes into this parcel? What stays here can follow in another.")
        return self._form_page(request, order, form, act, title=_("Ship"), lead=lead)

    def delivered_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Write down that a parcel has arrived."""
        if request.method != "POST":
            raise PermissionDenied
        order = _for(request, pk, DELIVER)
        shipment = get_object_or_404(order.shipments, number=number)
        shipments.deliver(shipment, actor=_actor(request))
        self.message_user(request, _("Parcel %(number)d has arrived.") % {"number": number}, messages.SUCCESS)
        return _back(order)

    def answer_view(self, request: HttpRequest, pk: int, number: int, decision: str) -> HttpResponse:
        """Accept or decline a return."""
        if decision not in DECISIONS:
            raise Http404
        title, done, decide = DECISIONS[decision]
        order = _for(request, pk, ANSWER)
        back = get_object_or_404(order.returns, number=number)
        form = AnswerForm(_sent(request))

        def act() -> str:
            decide(back, actor=_actor(request), answer=form.cleaned_data["answer"])
            return f"{_name(back)}: {done}"

        return self._form_page(request, order, form, act, title=title, lead=_wish(back))

    def receive_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Count what came back, and what of it goes on the shelf."""
        order = _for(request, pk, RECEIVE)
        back = get_object_or_404(order.returns, number=number)
        form = ReceiveForm(_sent(request), back=back)

        def act() -> str:
            returns.receive(back, restocked=form.units(), actor=_actor(request))
            return _("%(name)s has arrived. No money has moved by that.") % {"name": _name(back)}

        return self._form_page(request, order, form, act, title=_("Receive the return"), lead=_wish(back))

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have money go back: for a return (``?return=1``) or for something else."""
        order = _for(request, pk, REFUND)
        number = request.GET.get("return", "")
        back = get_object_or_404(order.returns, number=int(number)) if number.isdecimal() else None
        left = order.amount_kept()
        form = RefundForm(
            _sent(request),
            proposal=refunds.proposal(order, back),
            left=left,
            back=back,
            may_close=order.may_become(Order.Status.REFUNDED),
        )

        def act() -> str:
            data = form.cleaned_data
            refund = giving.refund(
                order,
                amount=form.amount(),
                delivery_amount=form.delivery_amount(),
                reason=data["reason"],
                of_return=back,
                closes=data.get("closes", False),
                key=data["key"].hex,
                actor=_actor(request),
            )
            return _("%(amount)s goes back to the customer.") % {"amount": amount(refund.amount)}

        if request.method != "POST" and (left <= 0 or not refunds.is_open(order)):
            self.message_user(request, _("There is no money to give back."), messages.INFO)
            return _back(order)
        lead = _wish(back) if back else _("The goods stay where they are.")
        return self._form_page(request, order, form, act, title=_("Refund"), lead=lead)

    def given_back_view(self, request: HttpRequest, pk: int, event: int) -> HttpResponse:
        """Write down that money which was taken by hand was given back by hand."""
        if request.method != "POST":
            raise PermissionDenied
        order = _for(request, pk, REFUND)
        due = get_object_or_404(order.payment_events, pk=event)
        try:
            refunding.given_back_by_hand(order, due)
        except ShopError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            text = _("%(amount)s was given back.") % {"amount": amount(due.amount)}
            self.message_user(request, text, messages.SUCCESS)
        return _back(order)

    def _form_page(
        self,
        request: HttpRequest,
        order: Order,
        form: forms.Form,
        act: Callable[[], str],
        *,
        title: str,
        lead: str,
    ) -> HttpResponse:
        """Show ``form``, or ``act`` on what was sent and say what it did; a refusal keeps what was typed."""
        if form.is_valid():
            try:
                done = act()
            except ShopError as refusal:
                form.refuse(refusal)  # type: ignore[attr-defined]
            else:
                self.message_user(request, done, messages.SUCCESS)
                return _back(order)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{title}: {order.order_number}",
            "lead": lead,
            "form": form,
            "button": title,
            "back": _path(order),
        }
        return TemplateResponse(request, "admin/shop_form.html", context)


def _for(request: HttpRequest, pk: int, right: str) -> Order:
    if not (request.user.has_perm("orders.view_order") and request.user.has_perm(right)):
        raise PermissionDenied
    order: Order = get_object_or_404(Order.objects, pk=pk)
    return order


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _actor(request: HttpRequest) -> timeline.Actor:
    return timeline.staff(request.user)  # type: ignore[arg-type]


def _name(back: Return) -> str:
    return _("Return %(number)d") % {"number": back.number}


def _wish(back: Return) -> str:
    """Say what a customer sends back, and why, in their words."""
    items = back.items.select_related("item")
    what = ", ".join(f"{one.quantity} \N{MULTIPLICATION SIGN} {one.item.product_name}" for one in items)
    why = back.get_reason_display() if back.reason != Return.Reason.UNSAID else ""
    quoted = f"“{back.words}”" if back.words else ""
    return " \N{MIDDLE DOT} ".join(part for part in (what, str(why), quoted) if part)


def _path(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def _back(order: Order) -> HttpResponseRedirect:
    return HttpResponseRedirect(_path(order))
