"""Who is shopping: the account, the guest whom the session knows, or whoever has a link to an order."""

from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest
from django.urls import reverse

from dbProject import clients
from orders.errors import UnknownOrder
from orders.models import Cart, Order
from orders.selectors import carts, orders
from orders.services import card_testing
from orders.services import cart as services
from orders.services.card_testing import Payer
from users.models import User


def account(request: HttpRequest) -> User | None:
    """Return who is logged in."""
    return request.user if request.user.is_authenticated else None


def cart(request: HttpRequest) -> Cart | None:
    """Return the visitor's cart, if they have one; at most one query."""
    return carts.find(user=account(request), session_key=request.session.get(carts.GUEST_CART))


def cart_to_fill(request: HttpRequest) -> Cart:
    """Return the visitor's cart; a guest's first one is stored with what is put into it."""
    if found := cart(request):
        return found
    if user := account(request):
        return services.open_for(user)
    if known := request.session.get(carts.GUEST_CART):
        return services.open_for_guest(known)
    key = request.session[carts.GUEST_CART] = uuid4().hex
    return Cart(session_key=key)


def order(request: HttpRequest, order_number: str) -> Order:
    """Return the order if this visitor may see it: by their account, or by the signed link.

    Raises:
        UnknownOrder: There is none, or it is somebody else's.
    """
    if key := request.GET.get("key"):
        return orders.by_link(order_number, key)
    if user := account(request):
        return orders.of_user(user, order_number)
    raise UnknownOrder


def payer(request: HttpRequest) -> Payer:
    """Return who is about to pay, as far as declined cards are counted."""
    user, address = account(request), clients.address_of(request)
    session = request.session.session_key
    return Payer(
        visitor=card_testing.hashed(f"user {user.pk}" if user else f"session {session}" if session else ""),
        network=card_testing.hashed(clients.household_of(address) if address else ""),
        is_vouched_for=user is not None and user.is_verified,
    )


def path_of(request: HttpRequest, order: Order, *, said: str = "") -> str:
    """Return the path of the page of ``order`` for this visitor; ``said`` is what the page says on top."""
    key = request.GET.get("key", "")
    query = urlencode({**({"key": key} if key else {}), **({said: 1} if said else {})})
    path = reverse("order_detail", args=[order.order_number])
    return f"{path}?{query}" if query else path
