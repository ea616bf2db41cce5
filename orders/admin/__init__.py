"""Staff screens of what is sold."""

from orders.admin import offers, order

__all__ = ["offers", "order"]
