"""What the project itself tells when Prometheus asks."""

from django.conf import settings
from redis import Redis

from dbProject.celery import app, has_no_broker
from dbProject.metrics.figures import Figure
from dbProject.metrics.models import Reading
from dbProject.outbox import services as outbox_services

BROKER_SECONDS = 0.5


def release() -> list[Figure]:
    """Say which release this is; no query."""
    text = "The release that answers, as a label."
    return [Figure("shop_release_info", text, 1, {"version": settings.RELEASE})]


def outbox() -> list[Figure]:
    """Say how much waits in the outbox, and for how long; one query."""
    found = outbox_services.figures()
    return [
        Figure("shop_outbox_waiting_events", "Events that are not finished.", found.depth),
        Figure(
            "shop_outbox_oldest_due_seconds", "How long the oldest event has been due.", found.age_seconds
        ),
        Figure("shop_outbox_parked_events", "Events that were given up and need a person.", found.parked),
    ]


def queue() -> list[Figure]:
    """Say how many messages wait for a worker, and how many workers are at; no query, two calls to Redis."""
    if has_no_broker():
        return []
    known = [queue.name for queue in app.amqp.queues.values()] or [app.conf.task_default_queue]
    queues = list(dict.fromkeys([*known, *settings.JOB_QUEUES.values()]))
    broker = Redis.from_url(
        app.conf.broker_url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
    )
    with broker, broker.pipeline(transaction=False) as asked:
        for name in queues:
            asked.llen(name)
        asked.hlen("unacked")
        *lengths, unfinished = asked.execute()
    return [
        *(
            Figure("shop_queue_messages", "Messages that wait for a worker.", length, {"queue": name})
            for name, length in zip(queues, lengths, strict=True)
        ),
        Figure("shop_queue_unacknowledged_messages", "Messages that workers are at.", unfinished),
    ]


def readings() -> list[Figure]:
    """Tell what was noted last, such as the result of the nightly reconciliation; one query."""
    found = []
    for reading in Reading.objects.all():
        name = f"shop_{reading.name}"
        found.append(Figure(name, f"As it was noted last: {reading.name}.", reading.value))
        moment = reading.noted_at.timestamp()
        found.append(Figure(f"{name}_noted_timestamp_seconds", f"When {name} was noted.", moment))
    return found
