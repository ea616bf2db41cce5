"""Messages that an order sends to its customer."""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import mail
from orders.models import Order
from orders.selectors import orders


def send_order_received(*, order_id: int, event_id: str) -> None:
    """Mail the customer what they ordered. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    order = Order.all_objects.for_page().get(pk=order_id)
    with translation.override(order.language):
        subject = _("Your order %(number)s at %(store)s")
        _send(order, "orders/mail/order_received", subject=subject, event_id=event_id)


def send_order_link(*, order_id: int, event_id: str) -> None:
    """Mail the customer the link to their order. Safe to repeat.

    Raises:
        OSError: As :func:`send_order_received`.
    """
    order = Order.all_objects.get(pk=order_id)
    with translation.override(order.language):
        subject = _("The link to your order %(number)s at %(store)s")
        _send(order, "orders/mail/order_link", subject=subject, event_id=event_id)


def _send(order: Order, template: str, *, subject: str, event_id: str) -> None:
    mail.send_once(
        event_id,
        to=order.email,
        subject=subject % {"number": order.order_number, "store": settings.STORE_NAME},
        template=template,
        context={"order": order, "link": f"{settings.SITE_URL}{orders.signed_path(order)}"},
    )
