"""Background work done at once, in the test's own thread."""

from django.utils.module_loading import import_string

from dbProject.outbox.models import OutboxEvent


def work_off(*tasks):
    """Run what the outbox holds of these tasks, and what follows, until none is left."""
    waiting = OutboxEvent.objects.filter(task__in=tasks, finished_at=None)
    while event := waiting.order_by("created_at").first():
        import_string(event.task).run(event_id=str(event.pk), **event.payload)
