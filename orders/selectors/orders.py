"""Orders as their buyers, and guests with a link, may see them."""

from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from orders.errors import UnknownOrder
from orders.models import Order
from users.models import User

SALT = "orders.link"


def of_user(user: User, order_number: str) -> Order:
    """Return the order with this number, if it is ``user``'s, with all that its page shows.

    Raises:
        UnknownOrder: There is none, or it is somebody else's: the answer is the same.
    """
    order: Order | None = Order.objects.of(user).for_page().filter(order_number=order_number).first()
    if order is None:
        raise UnknownOrder
    return order


def newest_of(user: User) -> QuerySet[Order]:
    """Return what ``user`` has ordered, the newest first, with pictures; three queries for any number."""
    found: QuerySet[Order] = Order.objects.of(user).newest_first().prefetch_related("items__product__images")
    return found


def by_link(order_number: str, signature: str) -> Order:
    """Return the order that a signed link leads to, whoever follows it, with all that its page shows.

    Raises:
        UnknownOrder: The signature is not ours, or for another order.
    """
    try:
        signed = signing.Signer(salt=SALT).unsign(f"{order_number}:{signature}")
    except signing.BadSignature:
        raise UnknownOrder from None
    order: Order | None = Order.objects.for_page().filter(order_number=signed).first()
    if order is None:
        raise UnknownOrder
    return order


def signature(order: Order) -> str:
    """Return what makes a link to ``order`` open it without logging in."""
    return signing.Signer(salt=SALT).signature(order.order_number)


def signed_path(order: Order) -> str:
    """Return the path of the order's page with its signature."""
    return f"{reverse('order_detail', args=[order.order_number])}?key={signature(order)}"


def returning_path(order: Order) -> str:
    """Return the path that a payment provider sends the customer back to."""
    return f"{reverse('order_paid', args=[order.order_number])}?key={signature(order)}"


def find(*, order_number: str, email: str) -> Order | None:
    """Return the order with this number and address, for a mail to that address only; one query."""
    return Order.objects.filter(
        order_number=order_number.strip().upper(), email=email.strip().lower()
    ).first()
