"""Payment providers, all behind one interface: start, status, capture, refund, and webhooks.

Nothing here touches our database: services ask between transactions and book what they are told.
"""

from orders.gateways.base import Charge, Gateway, Report, Snapshot, Started, Webhook
from orders.gateways.calls import PATIENCE_SECONDS, call, gateway, patience

__all__ = [
    "PATIENCE_SECONDS",
    "Charge",
    "Gateway",
    "Report",
    "Snapshot",
    "Started",
    "Webhook",
    "call",
    "gateway",
    "patience",
]
