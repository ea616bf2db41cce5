"""Staff screens of what is sold."""

from orders.admin import delivery, documents, history, offers, order, payments, taxes, withdrawals

__all__ = ["delivery", "documents", "history", "offers", "order", "payments", "taxes", "withdrawals"]
