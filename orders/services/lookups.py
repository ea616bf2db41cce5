"""Guests who ask for their order."""

from django.db import transaction

from dbProject.outbox import services as outbox
from orders.selectors import orders


@transaction.atomic
def ask_for_link(*, order_number: str, email: str) -> None:
    """Have the link to an order mailed to the address it was ordered with, if the two belong together.

    Says nothing of whether they do: who guesses learns nothing.
    """
    order = orders.find(order_number=order_number, email=email)
    if order is not None:
        outbox.record("orders.tasks.send_order_link_email", order_id=order.pk)
