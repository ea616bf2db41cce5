"""Orders that are paid or given back, and the documents that were issued with that."""

from decimal import Decimal

from django.utils import timezone

from orders.models import Document
from orders.services import coupons, documents, payments, refunds, timeline
from orders.tests.factories import CouponFactory, MethodFactory, OrderFactory, PromotionFactory
from orders.tests.papers import pages
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

YEAR = timezone.localdate().year
RENDER = "orders.tasks.render_document"


def paid(order, event_id="paid"):
    return payments.apply_event(
        provider="test",
        event_id=event_id,
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


def refunded(order, amount, key="1"):
    refunds.refund(order, amount=Decimal(amount), reason="Broken.", actor=timeline.SHOP, key=key)


def numbers(**wanted):
    return list(Document.objects.filter(**wanted).order_by("pk").values_list("number", flat=True))


def said(document):
    return "\n".join(pages(documents.read(document)))


def paid_order():
    """A paid order at two rates, with a discount and a delivery."""
    MethodFactory(name="Parcel")
    user, coupon = UserFactory(), CouponFactory(promotion=PromotionFactory(name="Winter offer", value=7))
    coupons.put_in_cart(user.cart, code=coupon.code)
    lamp = ProductFactory(name="Lamp", price=Decimal("119.90"))
    tea = ProductFactory(name="Tea", price=Decimal("7.49"), tax_class="reduced")
    return paid(OrderFactory(user=user, units={lamp: 1, tea: 3}))
