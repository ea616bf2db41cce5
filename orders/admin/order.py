"""The order list and the order page of staff: to read, and to move along the table."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from dbProject.errors import ShopError
from dbProject.staff import ReadOnlyAdmin
from orders.admin import cells, documents, filters, steps
from orders.admin.fulfillment import FulfillmentScreens
from orders.models import Order, OrderEvent, OrderItem, Refund, ReturnItem, Shipment, ShipmentItem
from orders.selectors import documents as papers
from orders.selectors import fulfillment, refunds
from orders.services import refunding, status, timeline
from orders.views.documents import pdf
from products.models import Product

REFUSALS_SHOWN = 5


@admin.register(Order)
class OrderAdmin(FulfillmentScreens, ReadOnlyAdmin):
    """Nothing of an order is typed anew: it moves along ``Order.NEXT``, each step by the service."""

    list_display = ("number", "customer", "state", "total", "placed")
    list_display_links = ("number",)
    list_select_related = ("user",)
    list_filter = (
        filters.StatusFilter, filters.PaymentFilter, filters.ReturnsFilter, filters.PlacedFilter,
        filters.PastFilter,
    )  # fmt: skip
    search_fields = (
        "order_number", "email", "user__first_name", "user__last_name", "shipping_address__name",
        "items__product_sku",
    )  # fmt: skip
    search_help_text = gettext_lazy("Order number, e-mail address, name or SKU")
    actions = ("start_packing", "mark_shipped")

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/move/<str:to>/", wrap(self.move_view), name="orders_order_move"),
            path("<int:pk>/note/", wrap(self.note_view), name="orders_order_note"),
            path(
                "<int:pk>/packing-slip/",
                wrap(never_cache(self.packing_slip_view)),
                name="orders_order_packing_slip",
            ),
            *self.fulfillment_urls(),
            *super().get_urls(),
        ]

    def has_note_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.change_order"))

    def has_fulfill_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(steps.FULFILL))

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        lines = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
        rows: QuerySet[Order] = Order.objects.annotate(
            units=Subquery(lines.annotate(n=Sum("quantity")).values("n"))
        ).hands_first()
        return rows

    def get_ordering(self, request: HttpRequest) -> Any:
        return self.get_queryset(request).query.order_by

    @display(description=gettext_lazy("order"), ordering="order_number", header=True)
    def number(self, order: Order) -> list[str]:
        units = getattr(order, "units", 0) or 0
        text = ngettext("%(count)d unit", "%(count)d units", units) % {"count": units}
        return [order.order_number, " · ".join(part for part in (text, order.shipping_name) if part)]

    @display(description=gettext_lazy("customer"), ordering="email", header=True)
    def customer(self, order: Order) -> list[str]:
        return cells.customer(order)

    @display(description=gettext_lazy("status"), ordering="status")
    def state(self, order: Order) -> SafeString:
        return format_html(
            '{}<span class="shop-second shop-soft">{}</span>', cells.status(order), cells.held(order)
        )

    @display(description=gettext_lazy("total"), ordering="total_amount")
    def total(self, order: Order) -> SafeString:
        return cells.total(order)

    @display(description=gettext_lazy("ordered"), ordering="created_at")
    def placed(self, order: Order) -> str:
        return date_format(timezone.localtime(order.created_at), "SHORT_DATETIME_FORMAT")

    # The page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show all that is known of an order; the same number of queries for any."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET" or not object_id.isdecimal():
            raise PermissionDenied if request.method != "GET" else Http404
        return self._page(request, self._order(int(object_id)), steps.NoteForm())

    def move_view(self, request: HttpRequest, pk: int, to: str) -> HttpResponse:
        """Take an order one step on. What moves money shows what it will do first."""
        step = steps.BY_STATUS.get(to)
        if step is None:
            raise Http404
        if not (self.has_view_permission(request) and request.user.has_perm(step.permission)):
            raise PermissionDenied
        order = get_object_or_404(Order.objects, pk=pk)
        form = steps.ReasonForm(request.POST if request.POST.get("step") == "confirm" else None)
        if not order.may_become(to):
            self.message_user(
                request, _("The order has moved on meanwhile; this is no longer possible."), messages.ERROR
            )
        elif step.asks and not form.is_valid():
            return self._question(request, order, step, form)
        elif request.method == "POST":
            try:
                detail = form.cleaned_data["detail"] if step.asks else ""
                status.move(order, to=to, actor=timeline.staff(request.user), detail=detail)  # type: ignore[arg-type]
            except ShopError as refusal:
                self.message_user(request, refusal.detail, messages.ERROR)
            else:
                self.message_user(request, f"{order.order_number}: {step.done}", messages.SUCCESS)
        return self._back(order)

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Append a line for colleagues to the timeline."""
        if request.method != "POST" or not self.has_note_permission(request):
            raise PermissionDenied
        order = self._order(pk)
        form = steps.NoteForm(request.POST)
        if not form.is_valid():
            return self._page(request, order, form)
        timeline.record(
            order,
            OrderEvent.Kind.NOTE,
            actor=timeline.staff(request.user),  # type: ignore[arg-type]
            detail=form.cleaned_data["note"],
        )
        self.message_user(request, _("The note is in the timeline."), messages.SUCCESS)
        return self._back(order)

    def packing_slip_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what goes into the parcel, to be printed and laid in."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = get_object_or_404(Order.objects.prefetch_related("items", "shipments__items"), pk=pk)
        return pdf(papers.packing_slip(order), name=f"{order.order_number}-packing", shows=True)

    # What can be done with many

    @admin.action(description=gettext_lazy("Start packing"), permissions=["fulfill"])
    def start_packing(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._move_many(request, queryset, steps.BY_STATUS[Order.Status.PROCESSING])

    @admin.action(description=gettext_lazy("Mark as shipped"), permissions=["fulfill"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self._move_many(request, queryset, steps.BY_STATUS[Order.Status.SHIPPED])

    def _move_many(self, request: HttpRequest, queryset: QuerySet[Order], step: steps.Step) -> None:
        """Move each by itself, so that one that cannot does not hold up the others."""
        refused: list[str] = []
        chosen = list(queryset.order_by("pk"))
        for order in chosen:
            try:
                status.move(order, to=step.to, actor=timeline.staff(request.user))  # type: ignore[arg-type]
            except ShopError:
                refused.append(f"{order.order_number} ({order.get_status_display()})")
        if moved := len(chosen) - len(refused):
            text = ngettext("%(count)d order: %(done)s", "%(count)d orders: %(done)s", moved)
            self.message_user(request, text % {"count": moved, "done": step.done}, messages.SUCCESS)
        if refused:
            text = ngettext(
                "%(count)d order stays as it is: %(which)s",
                "%(count)d orders stay as they are: %(which)s",
                len(refused),
            )
            shown = ", ".join(refused[:REFUSALS_SHOWN]) + (" …" if len(refused) > REFUSALS_SHOWN else "")
            self.message_user(request, text % {"count": len(refused), "which": shown}, messages.ERROR)

    # Pieces

    def _order(self, pk: int) -> Order:
        goods = Product.all_objects.with_cover()
        lines = OrderItem.objects.order_by("pk").prefetch_related(Prefetch("product", goods))
        events = OrderEvent.objects.select_related("user")
        rows = Order.objects.select_related("user").prefetch_related(
            Prefetch("items", lines),
            "discounts",
            "payment_events",
            "documents",
            Prefetch("events", events),
            Prefetch("shipments", Shipment.objects.select_related("user")),
            Prefetch("shipments__items", ShipmentItem.objects.select_related("item")),
            "returns",
            Prefetch("returns__items", ReturnItem.objects.select_related("item")),
            Prefetch("refunds", Refund.objects.select_related("user", "of_return")),
        )
        order: Order = get_object_or_404(rows, pk=pk)
        return order

    def _page(self, request: HttpRequest, order: Order, note: steps.NoteForm) -> HttpResponse:
        name, email = cells.customer(order)
        return TemplateResponse(
            request,
            "admin/orders/order/page.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": order.order_number,
                "order": order,
                "status": cells.status(order),
                "held": cells.held(order),
                "customer": name,
                "email": email,
                "documents": [(one, documents.address(one)) for one in order.documents.all()]
                if request.user.has_perm("orders.view_document")
                else [],
                "lines": [
                    (item, cells.cover(item.product), cells.rate(item.tax_rate)) for item in order.items.all()
                ],
                "progress": fulfillment.progress(order),
                "books": (books := refunds.books(order)),
                "paid": cells.payment(order, books),
                "by_hand": [due for due in refunding.unsettled(order) if due.provider == refunding.MANUAL],
                "is_refundable": refunds.is_open(order) and books.kept > 0,
                "returns": [(back, cells.return_state(back)) for back in order.returns.all()],
                "is_shippable": order.status in Order.NEEDING_HANDS,
                "may": self.may(request.user),
                "steps": steps.possible(order, request.user),
                "note": note if self.has_note_permission(request) else None,
                "may_see_accounts": request.user.has_perm("users.view_user"),
                "may_see_products": request.user.has_perm("products.view_product"),
            },
        )

    def _question(
        self, request: HttpRequest, order: Order, step: steps.Step, form: steps.ReasonForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{step.title}: {order.order_number}",
            "lead": steps.consequence(order, step),
            "form": form,
            "step": "confirm",
            "button": step.title,
            "back": reverse("admin:orders_order_change", args=[order.pk]),
        }
        return TemplateResponse(request, "admin/shop_form.html", context)

    def _back(self, order: Order) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
