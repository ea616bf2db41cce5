"""Staff screens of what is sold."""

from orders.admin import delivery, documents, offers, order, payments, taxes, withdrawals

__all__ = ["delivery", "documents", "offers", "order", "payments", "taxes", "withdrawals"]
