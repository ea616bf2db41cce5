"""Staff screens of what is sold."""

from orders.admin import delivery, documents, offers, order, taxes

__all__ = ["delivery", "documents", "offers", "order", "taxes"]
