"""Payment providers, all behind one interface: start, status, capture, refund, and webhooks.

Nothing here touches our database: services ask between transactions and book what they are told.
"""

from orders.gateways.base import Charge, Gateway, Report, Snapshot, Started, Webhook
from orders.gateways.calls import call, gateway

__all__ = ["Charge", "Gateway", "Report", "Snapshot", "Started", "Webhook", "call", "gateway"]
