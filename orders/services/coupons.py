"""Coupons in a cart, and their uses by orders."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.errors import CouponRefused
from orders.models import Cart, Coupon, CouponUse, Order
from orders.selectors import offers


@transaction.atomic
def put_in_cart(cart: Cart, *, code: str) -> Coupon:
    """Note in ``cart`` the coupon that its owner typed; it takes the place of another. Repeatable.

    Raises:
        CouponRefused: Unknown, not on, over, or used up.
    """
    coupon = offers.by_code(code, now=timezone.now())
    cart.coupon_code = coupon.code
    Cart.objects.filter(pk=cart.pk).update(coupon_code=coupon.code, updated_at=timezone.now())
    return coupon


@transaction.atomic
def take_out_of_cart(cart: Cart) -> None:
    """Forget the coupon of ``cart``. Repeatable."""
    cart.coupon_code = ""
    Cart.objects.filter(pk=cart.pk).update(coupon_code="", updated_at=timezone.now())


def use(coupon: Coupon, *, order: Order) -> CouponUse:
    """Count a use of ``coupon`` by ``order``, in the transaction that places it.

    The conditional UPDATE decides who gets the last use, and its lock on the row lets the uses of one
    customer be counted one after another.

    Raises:
        CouponRefused: Used up in all, or by this customer.
    """
    left = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
    if not Coupon.objects.filter(left, pk=coupon.pk, is_active=True).update(uses=F("uses") + 1):
        raise CouponRefused(_("This coupon has been used up."), reason="used_up")
    most = coupon.most_uses_per_customer
    if most is not None and offers.uses_by(coupon, user_id=order.user_id, email=order.email) >= most:
        raise CouponRefused(_("You have used this coupon already."), reason="used_by_you")
    return CouponUse.objects.create(coupon=coupon, order=order, user=order.user, email=order.email)


def give_back(order: Order) -> None:
    """Give back the coupon use of ``order``, in the transaction that cancels it. Repeatable."""
    uses = CouponUse.objects.filter(order=order, given_back_at=None)
    coupon_pks = list(uses.values_list("coupon", flat=True))
    if uses.update(given_back_at=timezone.now()):
        Coupon.objects.filter(pk__in=coupon_pks).update(uses=F("uses") - 1)
