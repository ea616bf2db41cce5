"""Messages that an order sends to its customer."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject.outbox import services as outbox
from orders.models import Order
from orders.selectors import orders

CLAIM_SECONDS = 30
"""Longer than a mail server may take (``EMAIL_TIMEOUT``), shorter than the outbox's patience."""


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
    """Claim, send outside any transaction, mark.

    Killed between sending and marking, it repeats once, under the same Message-ID.
    """
    if not outbox.claim(event_id, seconds=CLAIM_SECONDS):
        return
    context = {
        "order": order,
        "link": f"{settings.SITE_URL}{orders.signed_path(order)}",
        "STORE_NAME": settings.STORE_NAME,
        "SITE_URL": settings.SITE_URL,
    }
    mail = EmailMultiAlternatives(
        subject=subject % {"number": order.order_number, "store": settings.STORE_NAME},
        body=render_to_string(f"{template}.txt", context),
        to=[order.email],
        headers={"Message-ID": f"<{event_id}@{urlsplit(settings.SITE_URL).hostname}>"},
    )
    mail.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    mail.send()
    outbox.finish(event_id)
