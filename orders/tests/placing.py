"""Carts, and orders placed from them by a guest."""

from orders.services import cart as carts
from orders.services import checkout
from orders.tests.factories import ADDRESS, CartFactory


def place(cart, **wishes):
    wishes = {"email": "guest@example.com", "idempotency_key": "once", "shipping_address": ADDRESS} | wishes
    return checkout.place_order(cart=cart, **wishes)


def cart_of(*products, quantity=1):
    cart = CartFactory()
    for product in products:
        carts.add(cart, product_id=product.pk, quantity=quantity)
    return cart
