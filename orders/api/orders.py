"""Orders: placed from a cart or directly, looked at by their owners, moved on by staff."""

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api import cursors, streams
from dbProject.api.access import NotAllowed, account_of, anyone, customer, has_rights, key_of, role
from dbProject.api.endpoints import Endpoint, FieldsQuery, PagesQuery
from dbProject.api.once import once
from dbProject.api.shapes import Shape
from orders.api import visitor
from orders.api.sent import CheckoutIn, MoveIn, OrderIn, goods_of, units_of
from orders.api.shown import OrderOut
from orders.errors import EmptyCart
from orders.models import Order
from orders.models.order import OrderQuerySet
from orders.selectors import carrier_prices
from orders.services import checkout, timeline
from orders.services import status as services
from orders.services.timeline import Actor
from products.api.sent import HIGHEST_PK
from users.models import User

S = Order.Status
FULFILL, CANCEL, SETTLE = (f"orders.{verb}_order" for verb in ("fulfill", "cancel", "settle"))
RIGHTS = {
    S.PENDING: SETTLE,
    S.CONFIRMED: SETTLE,
    S.PROCESSING: FULFILL,
    S.SHIPPED: FULFILL,
    S.DELIVERED: FULFILL,
    S.CANCELLED: CANCEL,
    S.REFUNDED: SETTLE,
}
"""Which right moves an order there, as on the staff's own screens."""
FROM_CART = {
    "shipping_address": {
        "name": "Ada Byron",
        "street": "Torstr. 1",
        "zip_code": "10119",
        "city": "Berlin",
        "country": "DE",
    },
}
EXAMPLE = {"items": [{"product": 1, "quantity": 2}], **FROM_CART, "email": "ada@example.com"}
READ, WRITE = "orders:read", "orders:write"


class OrdersQuery(PagesQuery):
    status = serializers.ChoiceField(choices=Order.Status.choices, required=False)
    order_number = serializers.CharField(required=False, max_length=19)
    placed_from = serializers.DateTimeField(required=False)
    placed_before = serializers.DateTimeField(required=False)


class OrderList(Endpoint):
    """A customer's own orders, the newest first; systems and staff with a role see all. Guests may order."""

    rules = {"GET": customer(scope=READ), "POST": anyone(scope=WRITE)}
    shapes = {
        "GET": Shape(OrderOut, in_pages=True),
        "POST": Shape(OrderOut, OrderIn, status=201, is_costly=True, example=EXAMPLE),
    }
    query_class = OrdersQuery

    def get(self, request: Request) -> Response:
        asked = self.asked()
        filters = {
            "status": asked.get("status"),
            "order_number": asked.get("order_number"),
            "created_at__gte": asked.get("placed_from"),
            "created_at__lt": asked.get("placed_before"),
        }
        rows = _visible(request, by_role=True).filter(
            **{name: value for name, value in filters.items() if value}
        )
        return self.page_of(rows.newest_first().prefetch_related("items", "discounts"), OrderOut)

    def post(self, request: Request) -> Response:
        """Order these goods, past any cart. A guest says where to write to, and a system for whom."""
        user = account_of(request)
        sent = self.body(OrderIn, needs_email=user is None)
        lines = sent.pop("items")

        def asked() -> Any:
            return carrier_prices.asked_for(goods_of(lines), **_place(sent))

        def place(prices: Any) -> tuple[int, Any]:
            order = checkout.place_directly(units_of(lines), user=user, asked=prices, **_wanted(sent, user))
            return status.HTTP_201_CREATED, self.shown(OrderOut, order)

        return once(request, place, before=asked, email=sent.get("email", ""))


class OrderFromCart(Endpoint):
    """Order what is in the cart, which is empty then."""

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(OrderOut, CheckoutIn, status=201, is_costly=True, example=FROM_CART)}

    def post(self, request: Request) -> Response:
        user = account_of(request)
        sent = self.body(CheckoutIn, needs_email=user is None)

        def asked() -> Any:
            cart = visitor.cart(request)
            if cart is None:
                raise EmptyCart
            return cart, carrier_prices.asked(cart, **_place(sent))

        def place(ready: Any) -> tuple[int, Any]:
            cart, prices = ready
            wanted = _wanted(sent, user)
            order = checkout.place_order(
                user=user, cart=cart, idempotency_key=uuid4().hex, asked=prices, **wanted
            )
            return status.HTTP_201_CREATED, self.shown(OrderOut, order)

        return once(request, place, before=asked, email=sent.get("email", ""))


class OrderDetail(Endpoint):
    """One order. Its owner may cancel it; staff and systems move it along the table of its statuses."""

    rules = {"GET": customer(scope=READ), "PATCH": customer(scope=WRITE)}
    shapes = {
        "GET": Shape(OrderOut),
        "PATCH": Shape(OrderOut, MoveIn, of_a_version=True, example={"status": "cancelled"}),
    }
    query_class = FieldsQuery

    def get(self, request: Request, pk: int) -> Response:
        return self.one(_found(request, pk), OrderOut)

    def patch(self, request: Request, pk: int) -> Response:
        """Move an order on. Its owner may cancel it; staff and systems follow the table of its statuses."""
        sent = {"detail": "", **self.body(MoveIn)}
        order = _found(request, pk)
        actor = _actor(request, order, to=sent["status"])
        with transaction.atomic():
            services.lock(order.pk)
            self.guard(lambda: self.shown(OrderOut, _found(request, pk)))
            if sent["status"] == S.CANCELLED:
                services.cancel(order, actor=actor, detail=sent["detail"])
            else:
                services.move(order, to=sent["status"], actor=actor, detail=sent["detail"])
        return Response(self.shown(OrderOut, _found(request, pk)))


class OrderStream(Endpoint):
    """All orders, a line of JSON each, with a ``cursor`` to go on behind it."""

    rules = {"GET": role("orders.view_order", scope=READ)}
    shapes = {"GET": Shape(OrderOut, media=streams.MEDIA_TYPE)}
    query_class = streams.StreamQuery
    has_versions = False

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = self.asked()
        rows = Order.objects.prefetch_related("items", "discounts")
        if since := asked.get("updated_since"):
            rows = rows.filter(updated_at__gte=since)
        return streams.answer(
            streams.lines(
                rows,
                after=cursors.behind(asked.get("cursor", "")),
                shown=lambda chunk: list(OrderOut(chunk, many=True, context=self.context()).data),
            )
        )


def _visible(request: Request, *, by_role: bool = False) -> OrderQuerySet:
    """Return what whoever asks may see: their own; staff and systems all, of staff maybe only ``by_role``."""
    rows: OrderQuerySet = Order.objects.all()
    is_for_all = key_of(request) is not None or has_rights(request, ["orders.view_order"], by_role=by_role)
    return rows if is_for_all else rows.of(account_of(request))


def _found(request: Request, pk: int) -> Order:
    rows = _visible(request).prefetch_related("items", "discounts")
    order: Order | None = rows.filter(pk=pk).first() if pk <= HIGHEST_PK else None
    if order is None:
        raise Http404
    return order


def _actor(request: Request, order: Order, *, to: str) -> Actor:
    """Return who takes the step.

    Raises:
        NotAllowed: A customer may cancel and nothing else, and staff have their roles.
    """
    user = account_of(request)
    if user is None:
        return timeline.SYSTEM
    if has_rights(request, [RIGHTS[S(to)]]):
        return timeline.staff(user)
    if to == S.CANCELLED and order.user_id == user.pk:
        return timeline.customer(user)
    raise NotAllowed


def _place(sent: dict[str, Any]) -> dict[str, str]:
    address = sent["shipping_address"]
    return {"country": address["country"], "zip_code": address["zip_code"]}


def _wanted(sent: dict[str, Any], user: User | None) -> dict[str, Any]:
    """Return what was sent as ``checkout.place_order`` takes it."""
    known = ("phone", "shipping_method", "vat_number", "total_seen", "notes")
    named = {"name": user.get_full_name() if user else ""}
    billing = {**named, **sent["billing_address"]} if "billing_address" in sent else None
    return {
        "shipping_address": {**named, **sent["shipping_address"]},
        "billing_address": billing,
        "email": user.email if user else sent["email"],
        **{name: sent[name] for name in known if name in sent},
    }
