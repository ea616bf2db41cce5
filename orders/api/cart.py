"""The cart of an account, or of a guest by cookie or cart token."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import anyone
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape
from orders.api import visitor
from orders.api.sent import AddIn, CouponIn, QuantityIn
from orders.api.shown import AddedOut, CartOut
from orders.models import Cart
from orders.selectors import carts
from orders.services import cart as services
from orders.services import coupons
from products.selectors import products

NOTHING = Decimal("0.00")


class CartDetail(Endpoint):
    """What is in the cart today, and what it comes to."""

    rules = {"GET": anyone()}
    shapes = {"GET": Shape(CartOut)}

    def get(self, request: Request) -> Response:
        return Response(self.shown(CartOut, _seen(visitor.cart(request))))


class CartAdd(Endpoint):
    """Put something into the cart, as far as stock and limits allow."""

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(AddedOut, AddIn, status=201, example={"product_id": 1, "quantity": 2})}

    def post(self, request: Request) -> Response:
        sent = self.body(AddIn)
        cart = visitor.cart_to_fill(request)
        added = services.add(cart, **sent)
        facts = {"item": added.item.pk, "added": added.units, "note": added.note}
        return Response(self.shown(AddedOut, _seen(cart) | facts), status=status.HTTP_201_CREATED)


class CartLine(Endpoint):
    """One line: how many of it, or none any more."""

    rules = {"PATCH": anyone(), "DELETE": anyone()}
    shapes = {"PATCH": Shape(CartOut, QuantityIn), "DELETE": Shape(CartOut)}

    def patch(self, request: Request, pk: int) -> Response:
        """Change how many of a line there are; 0 takes it out."""
        sent, cart = self.body(QuantityIn), visitor.own(request)
        services.set_quantity(cart, item_id=pk, quantity=sent["quantity"])
        return Response(self.shown(CartOut, _seen(cart)))

    def delete(self, request: Request, pk: int) -> Response:
        """Take a line out of the cart."""
        cart = visitor.own(request)
        services.remove(cart, item_id=pk)
        return Response(self.shown(CartOut, _seen(cart)))


class CartCoupon(Endpoint):
    """The coupon of the cart."""

    rules = {"POST": anyone(), "DELETE": anyone()}
    shapes = {"POST": Shape(CartOut, CouponIn), "DELETE": Shape(CartOut)}

    def post(self, request: Request) -> Response:
        """Put a coupon on the cart, in the place of another."""
        sent, cart = self.body(CouponIn), visitor.own(request)
        coupons.put_in_cart(cart, code=sent["code"])
        return Response(self.shown(CartOut, _seen(cart)))

    def delete(self, request: Request) -> Response:
        """Take the coupon off the cart. Repeatable."""
        cart = visitor.own(request)
        coupons.take_out_of_cart(cart)
        return Response(self.shown(CartOut, _seen(cart)))


def _seen(cart: Cart | None) -> dict[str, Any]:
    """Return what :class:`CartOut` shows; seven queries for any number of lines."""
    page = carts.page(cart, with_saved=False) if cart is not None and cart.pk else None
    lines = page.lines if page else []
    dressed = products.dressed_for_programs({line.product.pk: line.image for line in lines})
    sums = page.quote.totals if page and page.quote else None
    there = [line.item.total_price for line in lines if not line.is_gone]  # type: ignore[union-attr]
    return {
        "items": [
            {
                "id": line.item.pk,
                "product": dressed[line.product.pk],
                "quantity": line.item.quantity,
                "unit_price": line.product.effective_price,
                "total_price": line.product.effective_price * line.item.quantity,
                "units_left": line.left,
                "is_gone": line.is_gone,
            }
            for line in lines
        ],
        "units": page.units if page else 0,
        "currency": settings.STORE_CURRENCY,
        "subtotal": sum(there, NOTHING),
        "discounts": sums.discounts if sums else [],
        "discount_amount": sums.discount_gross if sums else NOTHING,
        "shipping_amount": sums.shipping_gross if sums else NOTHING,
        "tax_amount": sums.tax_amount if sums else NOTHING,
        "total_amount": sums.total_amount if sums else NOTHING,
        "coupon_code": page.coupon_code if page else "",
        "coupon_problem": page.coupon_problem if page else "",
        "can_be_ordered": bool(page and page.is_fine),
        "cart_token": cart.session_key if cart is not None else None,
    }
