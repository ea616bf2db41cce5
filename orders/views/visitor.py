"""Who is shopping: the account, or the guest whom the session knows."""

from uuid import uuid4

from django.http import HttpRequest

from orders.models import Cart
from orders.selectors import carts
from orders.services import cart as services
from users.models import User


def account(request: HttpRequest) -> User | None:
    """Return who is logged in."""
    return request.user if request.user.is_authenticated else None


def cart(request: HttpRequest) -> Cart | None:
    """Return the visitor's cart, if they have one; at most one query."""
    return carts.find(user=account(request), session_key=request.session.get(carts.GUEST_CART))


def cart_to_fill(request: HttpRequest) -> Cart:
    """Return the visitor's cart, made if need be."""
    if found := cart(request):
        return found
    if user := account(request):
        return services.open_for(user)
    key = uuid4().hex
    request.session[carts.GUEST_CART] = key
    return services.open_for_guest(key)
