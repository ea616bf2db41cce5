"""Buyers who press the button of the checkout's page, each in a browser of their own."""

import html
import re
from itertools import count
from uuid import uuid4

from django.test import Client

from orders.models import Order
from orders.selectors import carts
from orders.tests.factories import ADDRESS

ALERT = re.compile(r'role="alert"><p>(.*?)</p>')
REFUSALS = {"Not enough left of": "OutOfStock", "Many people are doing this": "Busy"}
"""What the page begins to say, and the name of the refusal that says so."""
NUMBERS = count(1)


def browser_of(cart):
    """Return the browser of the guest whose cart it is, at an address of its own."""
    number = next(NUMBERS)
    browser = Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    session = browser.session
    session[carts.GUEST_CART] = cart.session_key
    session.save()
    return browser


def shopper(cart, *, total_seen="10.00", **typed):
    """Return the call with which the guest whose cart it is presses *Buy now*.

    It returns the order, the name of the refusal that the page shows, or else what the page says.
    """
    browser = browser_of(cart)
    fields = {
        **ADDRESS,
        "email": f"guest{cart.pk}@example.com",
        "idempotency_key": uuid4(),
        "total_seen": total_seen,
        **typed,
    }

    def press():
        answer = browser.post("/checkout/", fields)
        if answer.status_code == 303:
            return Order.objects.get(order_number=answer["Location"].split("/")[2])
        said = html.unescape(ALERT.search(answer.content.decode()).group(1))
        return next((name for start, name in REFUSALS.items() if said.startswith(start)), said)

    return press
