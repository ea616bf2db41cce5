"""What other systems are told of, and how patiently (see dbProject.webhooks and docs/webhooks.md)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from dbProject.settings.environment import env

WEBHOOK_KINDS = {
    "order.created": _("An order was placed"),
    "order.confirmed": _("An order is confirmed, usually because it is paid"),
    "order.processing": _("An order is being packed"),
    "order.shipped": _("All of an order has left the house"),
    "order.delivered": _("All of an order has arrived"),
    "order.cancelled": _("An order is cancelled"),
    "order.refunded": _("An order is paid back"),
    "payment.captured": _("Money has come"),
    "payment.declined": _("A card or account was declined"),
    "payment.refunded": _("Money has gone back"),
    "stock.changed": _("Units on the shelf have changed"),
    "product.created": _("Products are new"),
    "product.updated": _("Products or their prices have changed"),
    "product.deleted": _("Products are gone"),
}
WEBHOOK_DESCRIPTIONS = ["dbProject.webhooks.openapi", "products.api.told", "orders.api.told"]
"""Modules that say what is in the events (``EVENTS``, ``SCHEMAS``), for the description of the API."""
WEBHOOK_PAUSES = [
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=20, minutes=30),
]  # fmt: skip
"""How long to wait after the first failure, the second ...; after three days a delivery is given up."""
WEBHOOK_DISABLED_AFTER = timedelta(days=3)  # of failures without one success, an endpoint is switched off
WEBHOOK_SECONDS = 10.0  # that a receiver may take
WEBHOOK_RESPONSE_CHARACTERS = 1_000  # of its answer that are kept
WEBHOOK_OLD_SECRET_AGE = timedelta(days=1)  # both secrets sign for so long after a new one was made
WEBHOOKS_PER_KEY = 20  # addresses that one system may have
WEBHOOK_LOG_AGE = timedelta(days=30)
WEBHOOK_ENDPOINTS_REMEMBERED = 5.0  # seconds that a process knows what anybody wants to hear of
WEBHOOKS_TO_PRIVATE_HOSTS = env.bool("WEBHOOKS_TO_PRIVATE_HOSTS", default=False)
"""Whether receivers may be inside of our own network, and without TLS; for development."""
