"""Orders that were placed as a guest and find their way to an account."""

from orders.models import Order
from users.models import User


def claim(user: User, *, email: str) -> int:
    """Give ``user`` what was ordered as a guest with ``email``, which has just answered a mail of ours.

    Repeatable; returns how many orders came. An order that has an owner stays theirs.
    """
    count: int = Order.objects.filter(user=None, email=email.lower()).update(user=user)
    return count
