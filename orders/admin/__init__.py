"""Staff screens of what is sold."""

from orders.admin import order

__all__ = ["order"]
