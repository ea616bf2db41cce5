"""Background work of orders done at once, in the test's own thread."""

from dbProject.outbox.tests import working


def work_off(*names):
    """Run what the outbox holds of these tasks of ``orders.tasks``, and what follows, until none is left."""
    working.work_off(*(f"orders.tasks.{name}" for name in names))


def settle_payments():
    """Run what the outbox holds of payments."""
    work_off("capture_payment", "apply_payment_webhook", "close_payment", "refund_order")
