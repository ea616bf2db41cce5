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
    """Mail the customer what they ordered: claim, send outside any transaction, mark. Safe to repeat.

    Killed between sending and marking, it repeats once, under the same Message-ID.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    if not outbox.claim(event_id, seconds=CLAIM_SECONDS):
        return
    order = Order.all_objects.for_page().get(pk=order_id)
    with translation.override(order.language):
        context = {
            "order": order,
            "link": f"{settings.SITE_URL}{orders.signed_path(order)}",
            "STORE_NAME": settings.STORE_NAME,
            "SITE_URL": settings.SITE_URL,
        }
        mail = EmailMultiAlternatives(
            subject=_("Your order %(number)s at %(store)s")
            % {"number": order.order_number, "store": settings.STORE_NAME},
            body=render_to_string("orders/mail/order_received.txt", context),
            to=[order.email],
            headers={"Message-ID": f"<{event_id}@{urlsplit(settings.SITE_URL).hostname}>"},
        )
        mail.attach_alternative(render_to_string("orders/mail/order_received.html", context), "text/html")
    mail.send()
    outbox.finish(event_id)
