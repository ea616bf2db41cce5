"""Orders that were placed as a guest and find their way to an account."""

from django.db import transaction

from orders.models import Order
from orders.services import status
from users.models import User


@transaction.atomic
def claim(user: User, *, email: str) -> int:
    """Give ``user`` what was ordered as a guest with ``email``, which has just answered a mail of ours.

    Repeatable; returns how many orders came. An order that has an owner stays theirs. What has been delivered
    may be reviewed as bought here.
    """
    guests = Order.objects.filter(user=None, email=email.lower()).order_by("pk")
    pks = list(guests.select_for_update(of=("self",)).values_list("pk", flat=True))
    Order.objects.filter(pk__in=pks).update(user=user)
    for order in Order.objects.filter(pk__in=pks, status=Order.Status.DELIVERED).select_related("user"):
        status.invite_to_review(order)
    return len(pks)
