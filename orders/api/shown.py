"""What programs see of carts and orders."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from dbProject.api.shapes import described_as
from orders.models import Order, OrderDiscount, OrderItem
from orders.selectors import orders
from products.api.shown import ProductOut


def amount(help_text: str = "") -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=2, help_text=help_text)


class CartItemOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    product = ProductOut()
    quantity = serializers.IntegerField()
    unit_price = amount("Today.")
    total_price = amount("Today, before discounts.")
    units_left = serializers.IntegerField(
        allow_null=True, help_text="How many can be had, where that is less than the cart holds."
    )
    is_gone = serializers.BooleanField(help_text="Whether it is no longer for sale.")


class CartDiscountOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    reason = serializers.CharField(help_text="Its arithmetic in words.")
    amount = amount()


class CartOut(serializers.Serializer[Any]):
    """A cart: ``subtotal`` is its lines by their price tags, ``total_amount`` is what is charged."""

    items = CartItemOut(many=True)
    units = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217.")
    subtotal = amount("By the price tags, before discounts.")
    discounts = CartDiscountOut(many=True)
    discount_amount = amount("Gross.")
    shipping_amount = amount("Gross; for the store's own country, the first way of delivery.")
    tax_amount = amount("Part of the total.")
    total_amount = amount("Gross: what is charged, and what ``total_seen`` is compared with.")
    coupon_code = serializers.CharField(allow_blank=True)
    coupon_problem = serializers.CharField(allow_blank=True, help_text="Why the coupon takes nothing off.")
    can_be_ordered = serializers.BooleanField()
    cart_token = serializers.CharField(
        allow_null=True, help_text="A guest's, for `X-Cart-Token` where there is no cookie."
    )


class AddedOut(CartOut):
    """A cart, and what became of what was put into it."""

    item = serializers.IntegerField(help_text="The line's id.")
    added = serializers.IntegerField(help_text="How many units of those asked for could be had.")
    note = serializers.CharField(allow_blank=True, help_text="What the customer should know of that.")


class OrderItemOut(serializers.ModelSerializer[OrderItem]):
    class Meta:
        model = OrderItem
        fields = (
            "id", "product", "product_name", "product_sku", "quantity", "unit_price", "total_price",
            "discount_amount", "tax_rate", "net_amount", "tax_amount", "gross_amount",
        )  # fmt: skip


class OrderDiscountOut(serializers.ModelSerializer[OrderDiscount]):
    class Meta:
        model = OrderDiscount
        fields = ("name", "code", "reason", "amount")


class AddressOut(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, allow_blank=True)
    company = serializers.CharField(required=False, allow_blank=True)
    street = serializers.CharField(allow_blank=True)
    street2 = serializers.CharField(required=False, allow_blank=True)
    zip_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True)
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    phone = serializers.CharField(required=False, allow_blank=True)


@described_as(AddressOut)
class AddressField(serializers.JSONField):
    """An address as it was frozen."""


class OrderOut(serializers.ModelSerializer[Order]):
    """An order: ``total_amount = subtotal - discount_amount + shipping_amount + tax_amount``.

    The first three are net.
    """

    items = OrderItemOut(many=True)
    discounts = OrderDiscountOut(many=True)
    billing_address = AddressField()
    shipping_address = AddressField()
    payment_url = serializers.SerializerMethodField(
        help_text="A page of ours that starts the payment when it is opened; null once nothing is to be paid."
    )
    url = serializers.SerializerMethodField(help_text="The order's page, open to whoever has this address.")

    class Meta:
        model = Order
        fields = (
            "id", "order_number", "status", "user", "email", "phone", "currency", "items", "discounts",
            "subtotal", "discount_amount", "shipping_amount", "tax_amount", "total_amount", "subtotal_gross",
            "discount_gross", "shipping_gross", "tax_note", "billing_address", "shipping_address",
            "shipping_name", "days_min", "days_max", "notes", "created_at", "updated_at", "confirmed_at",
            "shipped_at", "delivered_at", "cancelled_at", "payment_url", "url",
        )  # fmt: skip

    def get_payment_url(self, order: Order) -> str | None:
        if not order.is_payable:
            return None
        path = reverse("order_pay", args=[order.order_number])
        return f"{settings.SITE_URL}{path}?key={orders.signature(order)}"

    @described_as(serializers.URLField())
    def get_url(self, order: Order) -> str:
        return f"{settings.SITE_URL}{orders.signed_path(order)}"


class OptionOut(serializers.Serializer[Any]):
    shipping_method = serializers.IntegerField(source="method_id")
    name = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    price = amount("As price tags are, before offers.")
    days_min = serializers.IntegerField(help_text="Working days.")
    days_max = serializers.IntegerField(help_text="Working days.")


class QuotesOut(serializers.Serializer[Any]):
    """How goods may travel, the first one chosen, and what it all comes to."""

    quotes = OptionOut(many=True)
    needs_delivery = serializers.BooleanField()
    currency = serializers.CharField()
    shipping_amount = amount("Gross, of the first.")
    tax_amount = amount("Part of the total.")
    total_amount = amount("Gross, with the first.")
