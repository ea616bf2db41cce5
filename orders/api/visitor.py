"""Whose cart it is: an account's, the one of a session, or the one of a cart token."""

from uuid import uuid4

from rest_framework.request import Request

from dbProject.api.access import account_of
from orders.errors import UnknownCart
from orders.models import Cart
from orders.selectors import carts
from orders.services import cart as services


def cart(request: Request) -> Cart | None:
    """Return the cart of whoever asks, if they have one; at most one query.

    Raises:
        UnknownCart: A cart token that leads to none (any more).
    """
    if user := account_of(request):
        return carts.find(user=user, session_key=None)
    if token := request.headers.get(carts.CART_TOKEN):
        found = carts.find(user=None, session_key=token) if token.isalnum() else None
        if found is None:
            raise UnknownCart
        return found
    return carts.find(user=None, session_key=request._request.session.get(carts.GUEST_CART))


def own(request: Request) -> Cart:
    """Return the cart of whoever asks.

    Raises:
        UnknownCart: They have none.
    """
    found = cart(request)
    if found is None:
        raise UnknownCart
    return found


def cart_to_fill(request: Request) -> Cart:
    """Return the cart of whoever asks; a guest's first one is stored with what is put into it.

    Raises:
        UnknownCart: A cart token that leads to none (any more).
    """
    if found := cart(request):
        return found
    if user := account_of(request):
        return services.open_for(user)
    session = request._request.session
    if known := session.get(carts.GUEST_CART):
        return services.open_for_guest(known)
    key = session[carts.GUEST_CART] = uuid4().hex
    return Cart(session_key=key)
