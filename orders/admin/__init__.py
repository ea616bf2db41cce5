"""Staff screens of what is sold."""

from orders.admin import delivery, offers, order, taxes

__all__ = ["delivery", "offers", "order", "taxes"]
