"""Orders born as in the shop: placed from a cart, with their stock taken and their timeline begun."""

from decimal import Decimal
from uuid import uuid4

import factory

from orders.models import (
    Cart,
    CartItem,
    Coupon,
    Order,
    OrderItem,
    Promotion,
    Refund,
    Return,
    Shipment,
    ShippingBand,
    ShippingMethod,
    ShippingZone,
)
from orders.services import cart as carts
from orders.services import checkout, refunds, returns, shipments, status, timeline
from products.services import stock
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

ADDRESS = {
    "name": "Robin Customer",
    "street": "Torstr. 1",
    "city": "Berlin",
    "state": "",
    "zip_code": "10119",
    "country": "DE",
}
ON_THE_WAY = {
    Order.Status.PENDING: [],
    Order.Status.CONFIRMED: [Order.Status.CONFIRMED],
    Order.Status.PROCESSING: [Order.Status.CONFIRMED, Order.Status.PROCESSING],
    Order.Status.SHIPPED: [Order.Status.CONFIRMED, Order.Status.PROCESSING, Order.Status.SHIPPED],
    Order.Status.DELIVERED: [
        Order.Status.CONFIRMED,
        Order.Status.PROCESSING,
        Order.Status.SHIPPED,
        Order.Status.DELIVERED,
    ],
    Order.Status.CANCELLED: [Order.Status.CANCELLED],
    Order.Status.REFUNDED: [Order.Status.CONFIRMED, Order.Status.REFUNDED],
}
"""The steps that lead to each status."""


class CartFactory(factory.django.DjangoModelFactory[Cart]):
    """A guest's cart; with ``user=`` the one that was made with the account."""

    class Meta:
        model = Cart

    session_key = factory.LazyFunction(lambda: uuid4().hex)

    @classmethod
    def _create(cls, model_class, *args, session_key, user=None, **fields):
        return carts.open_for(user) if user else carts.open_for_guest(session_key)


class CartItemFactory(factory.django.DjangoModelFactory[CartItem]):
    class Meta:
        model = CartItem

    cart = factory.SubFactory(CartFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 1

    @classmethod
    def _create(cls, model_class, *args, cart, product, quantity):
        return carts.add(cart, product_id=product.pk, quantity=quantity).item


class OrderFactory(factory.django.DjangoModelFactory[Order]):
    """An order of one product by a customer; ``units={product: 2}`` orders others, ``status=`` moves it on.

    ``user=None`` makes it a guest's.
    """

    class Meta:
        model = Order

    user = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class, *args, user, units=None, status=Order.Status.PENDING, **fields):
        cart = CartFactory(user=user) if user else CartFactory()
        for product, quantity in (units or {ProductFactory(): 1}).items():
            carts.add(cart, product_id=product.pk, quantity=quantity)
        order = checkout.place_order(
            user=user,
            cart=cart,
            idempotency_key=uuid4().hex,
            email=fields.pop("email", user.email if user else "guest@example.com"),
            shipping_address=fields.pop("shipping_address", ADDRESS),
            **fields,
        )
        return moved(order, status)


def moved(order, to):
    """Take an order along the table to a status."""
    for step in ON_THE_WAY[to]:
        order = status.move(order, to=step, actor=timeline.SHOP)
    return order


class OrderItemFactory(factory.django.DjangoModelFactory[OrderItem]):
    """A line; with ``order=`` one more line of an order that is there, whose amounts follow."""

    class Meta:
        model = OrderItem

    product = factory.SubFactory(ProductFactory)
    quantity = 1
    order = None

    @classmethod
    def _create(cls, model_class, *args, order, product, quantity, **fields):
        if order is None:
            return OrderFactory(units={product: quantity}, **fields).items.get()
        stock.take({product.pk: quantity}, reference=order.order_number)
        price = product.effective_price
        item = OrderItem.objects.create(
            order=order,
            product=product,
            product_name=product.name,
            product_sku=product.sku,
            quantity=quantity,
            unit_price=price,
            total_price=price * quantity,
            tax_rate=Decimal(),
            net_amount=price * quantity,
            tax_amount=Decimal(),
            gross_amount=price * quantity,
        )
        for name in ("subtotal", "subtotal_gross", "total_amount"):
            setattr(order, name, getattr(order, name) + item.gross_amount)
        order.save()
        return item


class ShipmentFactory(factory.django.DjangoModelFactory[Shipment]):
    """All that is left of an order; ``units={item: 1}`` sends only that."""

    class Meta:
        model = Shipment

    order = factory.SubFactory(OrderFactory, status=Order.Status.CONFIRMED)

    @classmethod
    def _create(cls, model_class, *args, order, units=None, **wishes):
        chosen = {item.pk: quantity for item, quantity in units.items()} if units else None
        return shipments.ship(order, key=uuid4().hex, actor=timeline.SHOP, units=chosen, **wishes)


class ReturnFactory(factory.django.DjangoModelFactory[Return]):
    """One unit of the first line of a delivered order; ``units={item: 2}`` and ``status=`` say others.

    Of one that has arrived nothing is back on the shelf unless ``restocked={item: 1}``.
    """

    class Meta:
        model = Return

    order = factory.SubFactory(OrderFactory, status=Order.Status.DELIVERED)
    reason = Return.Reason.DISLIKED

    @classmethod
    def _create(
        cls, model_class, *args, order, units=None, status=Return.Status.REQUESTED, restocked=None, **fields
    ):
        asked = units or {order.items.first(): 1}
        back = returns.request(
            order,
            units={item.pk: quantity for item, quantity in asked.items()},
            key=uuid4().hex,
            actor=timeline.customer(order.user),
            **fields,
        )
        if status == Return.Status.DECLINED:
            return returns.decline(back, actor=timeline.SHOP)
        if status != Return.Status.REQUESTED:
            back = returns.accept(back, actor=timeline.SHOP)
        if status == Return.Status.RECEIVED:
            counted = {item.pk: quantity for item, quantity in (restocked or {}).items()}
            back = returns.receive(back, restocked=counted, actor=timeline.SHOP)
        return back


class RefundFactory(factory.django.DjangoModelFactory[Refund]):
    """One euro of a delivered order."""

    class Meta:
        model = Refund

    order = factory.SubFactory(OrderFactory, status=Order.Status.DELIVERED)
    amount = Decimal("1.00")
    reason = "A scratch"

    @classmethod
    def _create(cls, model_class, *args, order, **wishes):
        return refunds.refund(order, key=uuid4().hex, actor=timeline.SHOP, **wishes)


class PromotionFactory(factory.django.DjangoModelFactory[Promotion]):
    """Ten percent off everything, with a coupon."""

    class Meta:
        model = Promotion

    name = factory.Sequence("Offer {}".format)
    kind = Promotion.Kind.PERCENT
    value = Decimal(10)
    needs_coupon = True


class CouponFactory(factory.django.DjangoModelFactory[Coupon]):
    class Meta:
        model = Coupon

    code = factory.Sequence("COUPON-{}".format)
    promotion = factory.SubFactory(PromotionFactory)


class ZoneFactory(factory.django.DjangoModelFactory[ShippingZone]):
    class Meta:
        model = ShippingZone

    name = factory.Sequence("Zone {}".format)
    countries = ["DE", "AT"]


class MethodFactory(factory.django.DjangoModelFactory[ShippingMethod]):
    """Delivery for 4.90 to Germany and Austria."""

    class Meta:
        model = ShippingMethod
        skip_postgeneration_save = True

    zone = factory.SubFactory(ZoneFactory)
    name = factory.Sequence("Delivery {}".format)

    @factory.post_generation
    def price(self, create, extracted, **_):
        ShippingBand.objects.create(method=self, price=extracted or Decimal("4.90"))
