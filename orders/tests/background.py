"""Background work done at once, in the test's own thread."""

from dbProject.outbox.models import OutboxEvent
from orders import tasks


def work_off(*names):
    """Run what the outbox holds of these tasks of ``orders.tasks``, and what follows, until none is left."""
    waiting = OutboxEvent.objects.filter(
        task__in=[f"orders.tasks.{name}" for name in names], finished_at=None
    )
    while event := waiting.order_by("created_at").first():
        getattr(tasks, event.task.rpartition(".")[2]).run(event_id=str(event.pk), **event.payload)


def settle_payments():
    """Run what the outbox holds of payments."""
    work_off("capture_payment", "apply_payment_webhook", "refund_order")
