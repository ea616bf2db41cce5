"""What a reminder of a cart is made of, as the cart is when the mail is sent."""

from typing import NamedTuple

from orders.models import Cart, Order
from orders.selectors import carts
from orders.selectors.carts import Line
from products.models import Product, Recommendation
from products.selectors import recommendations
from users.models import MailConsent
from users.selectors import consents

KIND = MailConsent.Kind.ABANDONED_CART
MOST_BESIDE = 3


class Letter(NamedTuple):
    """To whom, in which language, and what lies in their cart."""

    user_id: int
    email: str
    language: str
    lines: list[Line]
    beside: list[Product]
    """What goes with them, where enough have bought it together."""


def reminder(cart_id: int) -> Letter | None:
    """Return the reminder of a cart; ten queries. None if there is nothing to remind of any more.

    Its owner has ordered since, or came back, or wants no such mails, or nothing of it can be had.
    """
    cart = Cart.objects.filter(pk=cart_id, user__in=consents.recipients(KIND)).select_related("user").first()
    if cart is None or cart.user is None or cart.reminded_at is None or cart.updated_at > cart.reminded_at:
        return None
    if Order.objects.filter(user=cart.user, created_at__gte=cart.updated_at).exists():
        return None
    lines = carts.orderable_lines(cart)
    language = consents.language_of(cart.user, kind=KIND)
    if not lines:
        return None
    return Letter(cart.user.pk, cart.user.email, language, lines, _beside(lines))


def _beside(lines: list[Line]) -> list[Product]:
    row = recommendations.goes_with(carts.things_of(lines))
    return row.products[:MOST_BESIDE] if row.kind == Recommendation.Kind.TOGETHER else []
