"""Work of webhooks. Each task calls one service and is safe to repeat."""

from typing import Any

from celery import shared_task

from dbProject.outbox.tasks import consumer
from dbProject.webhooks import delivering, services


@consumer
def fan_out_webhook(
    *, kind: str, data: dict[str, Any], happened_at: str, event_id: str, **_later: Any
) -> None:
    """Make the deliveries of one event."""
    services.fan_out(kind=kind, data=data, happened_at=happened_at, event_id=event_id)


@consumer
def send_webhook_disabled_email(*, endpoint_id: int, because: str, event_id: str, **_later: Any) -> None:
    """Tell staff that an endpoint was switched off."""
    services.send_disabled_mail(endpoint_id=endpoint_id, because=because, event_id=event_id)


@shared_task(expires=60)  # seconds
def deliver_webhooks(**_later: Any) -> None:
    """Send what is due."""
    delivering.deliver_due()
