"""The task that only the next release knows."""

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from dbProject.outbox import services as outbox
from dbProject.outbox.tasks import consumer


@consumer
def thank(*, order_id, event_id, **_later):
    """Have one customer thanked: a second time would be seen."""
    from orders.models import Order

    with transaction.atomic():
        if outbox.finish(event_id):
            Order.objects.filter(pk=order_id).update(thanks=Concat(F("thanks"), Value(", done")))
