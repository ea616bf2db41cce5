"""Carts and orders for programs: a shop's own app, a partner's system, a script."""

from django.urls import path

from orders.api.cart import CartAdd, CartCoupon, CartDetail, CartLine
from orders.api.orders import OrderDetail, OrderFromCart, OrderList, OrderStream
from orders.api.quotes import Quotes
from orders.api.webhooks import PaymentWebhook

urlpatterns = [
    path("cart/", CartDetail.as_view(), name="cart-detail"),
    path("cart/add/", CartAdd.as_view(), name="cart-add"),
    path("cart/items/<int:pk>/", CartLine.as_view(), name="cart-item"),
    path("cart/coupon/", CartCoupon.as_view(), name="cart-coupon"),
    path("orders/", OrderList.as_view(), name="order-list"),
    path("orders/create-from-cart/", OrderFromCart.as_view(), name="order-create-from-cart"),
    path("orders/quotes/", Quotes.as_view(), name="order-quotes"),
    path("orders/stream/", OrderStream.as_view(), name="order-stream"),
    path("orders/<int:pk>/", OrderDetail.as_view(), name="order-detail"),
    path("payments/webhooks/<slug:provider>/", PaymentWebhook.as_view(), name="payment_webhook"),
]
