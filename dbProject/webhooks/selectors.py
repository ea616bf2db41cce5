"""Reads of webhooks: those of one system, or of all."""

from django.db.models import QuerySet

from dbProject.access.models import ApiKey
from dbProject.webhooks.models import WebhookDelivery, WebhookEndpoint


def endpoints(api_key: ApiKey | None) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints of a system; without a key, of all."""
    rows = WebhookEndpoint.objects.order_by("pk")
    return rows if api_key is None else rows.filter(api_key=api_key)


def deliveries(api_key: ApiKey | None) -> QuerySet[WebhookDelivery]:
    """Return the log of a system's endpoints, without what was said; without a key, of all."""
    rows = WebhookDelivery.objects.select_related("message").defer("message__body")
    return rows if api_key is None else rows.filter(endpoint__api_key=api_key)


def delivery(api_key: ApiKey | None, pk: int) -> WebhookDelivery | None:
    """Return one of them with its message and all attempts; two queries."""
    rows = deliveries(api_key).defer(None).prefetch_related("log")
    return rows.filter(pk=pk).first()
