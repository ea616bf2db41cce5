from django.urls import path

from orders.views import (
    cart,
    checkout,
    documents,
    live,
    orders,
    returns,
    saved_views,
    test_bank,
    withdrawals,
)
from orders.views.offer import AccountOffer

urlpatterns = [
    path("cart/", cart.cart_detail, name="cart_detail"),
    path("cart/add/", cart.cart_add, name="cart_add"),
    path("cart/coupon/", cart.cart_coupon, name="cart_coupon"),
    path("cart/prices/", cart.cart_prices, name="cart_prices"),
    path("cart/items/<int:pk>/", cart.cart_item, name="cart_item"),
    path("cart/items/<int:pk>/remove/", cart.cart_item_remove, name="cart_item_remove"),
    path("cart/items/<int:pk>/save/", cart.cart_item_save, name="cart_item_save"),
    path("cart/saved/<int:pk>/move/", cart.saved_item_move, name="saved_item_move"),
    path("cart/saved/<int:pk>/remove/", cart.saved_item_remove, name="saved_item_remove"),
    path("account/wishlists/items/<int:pk>/move/", cart.wishlist_item_move, name="wishlist_item_move"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/find/", orders.order_find, name="order_find"),
    path("orders/<str:order_number>/", orders.order_detail, name="order_detail"),
    path("orders/<str:order_number>/again/", cart.cart_reorder, name="cart_reorder"),
    path("orders/<str:order_number>/return/", returns.order_return, name="order_return"),
    path(
        "orders/<str:order_number>/documents/<str:document_number>/",
        documents.order_document,
        name="order_document",
    ),
    path("orders/<str:order_number>/cancel/", orders.order_cancel, name="order_cancel"),
    path("orders/<str:order_number>/account/", AccountOffer.as_view(), name="account_offer"),
    path("orders/<str:order_number>/pay/", orders.order_pay, name="order_pay"),
    path("orders/<str:order_number>/paid/", orders.order_paid, name="order_paid"),
    path("orders/<str:order_number>/state/", live.order_state, name="order_state"),
    path("orders/<str:order_number>/events/", live.order_events, name="order_events"),
    path("withdraw/", withdrawals.withdraw, name="withdraw"),
    path("reports/stop/<str:token>/", saved_views.stop, name="saved_view_stop"),
    path("test-bank/<str:reference>/", test_bank.page, name="test_bank"),
]
