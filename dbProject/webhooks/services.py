"""Telling other systems what happened.

:func:`publish` stands in the transaction of what happened and costs a row of the outbox, and that only where
somebody wants to hear of it. :func:`fan_out` makes one delivery for each endpoint; ``delivering`` sends them.
"""

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject import mail, observation, sealing
from dbProject.access.models import ApiKey
from dbProject.outbox import services as outbox
from dbProject.webhooks import sending, signing
from dbProject.webhooks.errors import TooManyWebhooks, UnknownWebhook, WebhookExists
from dbProject.webhooks.models import PURPOSE, WebhookDelivery, WebhookEndpoint, WebhookMessage

State = WebhookDelivery.State
TEST = "webhook.test"
DELIVER = "dbProject.webhooks.tasks.deliver_webhooks"
MOST_ROWS = 500
"""Rows that one message tells of; more of them are several messages."""
AT_ONCE = 1_000
_known: tuple[float, frozenset[str]] = (0.0, frozenset())
"""Until when (monotonic seconds) this process knows which kinds are wanted."""


# What happened


def publish(kind: str, data: Mapping[str, Any]) -> None:
    """Have everybody told who wants to hear of ``kind``, inside the transaction in which it happened.

    Args:
        kind: Of ``WEBHOOK_KINDS``.
        data: Plain data, decimals as text, and nothing that names a person: it stays in the log.
    """
    if kind in _wanted():
        _record(kind, data)


def publish_rows(kind: str, name: str, rows: Iterable[Mapping[str, Any]], **facts: Any) -> None:
    """Have everybody told of many rows, as list ``name``; :data:`MOST_ROWS` to a message."""
    if kind not in _wanted():
        return
    listed = list(rows)
    for start in range(0, len(listed), MOST_ROWS):
        _record(kind, {**facts, name: listed[start : start + MOST_ROWS]})


def remember(kinds: Iterable[str]) -> None:
    """Take it in this process that these kinds are wanted, for ``WEBHOOK_ENDPOINTS_REMEMBERED``."""
    global _known
    _known = (time.monotonic() + settings.WEBHOOK_ENDPOINTS_REMEMBERED, frozenset(kinds))


def forget() -> None:
    """Ask the database again who wants what, the next time."""
    global _known
    _known = (0.0, frozenset())


@transaction.atomic
def fan_out(*, kind: str, data: Mapping[str, Any], happened_at: str, event_id: str) -> None:
    """Make a delivery to each endpoint that wants it, as consumer of the outbox. Safe to repeat."""
    if not outbox.finish(event_id):
        return
    endpoints = [one for one in WebhookEndpoint.objects.filter(is_active=True) if one.wants(kind)]
    if endpoints:
        _write(kind, data, datetime.fromisoformat(happened_at), endpoints, pk=UUID(event_id))


# Endpoints


@transaction.atomic
def add_endpoint(
    *, url: str, name: str, kinds: Iterable[str] = (), api_key: ApiKey | None = None
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint, of the system with ``api_key``; return it with its secret, shown to nobody again.

    Raises:
        TargetRefused: No https address on the public internet.
        WebhookExists: The system has one there.
        TooManyWebhooks: It has ``WEBHOOKS_PER_KEY``.
    """
    sending.refuse_target(url)
    _make_room(api_key, url=url)
    secret = signing.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        url=url,
        name=name,
        kinds=sorted(set(kinds)),
        api_key=api_key,
        secret=sealing.seal(secret, purpose=PURPOSE),
    )
    _retire()
    return endpoint, secret


@transaction.atomic
def lock(pk: int) -> WebhookEndpoint:
    """Return the endpoint, locked until the transaction ends.

    Raises:
        UnknownWebhook: It is gone.
    """
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if endpoint is None:
        raise UnknownWebhook
    return endpoint


@transaction.atomic
def change_endpoint(
    endpoint: WebhookEndpoint,
    *,
    url: str,
    name: str,
    kinds: Iterable[str],
    api_key: ApiKey | None = None,
    is_active: bool | None = None,
) -> None:
    """Change where an endpoint is, what it hears of and whose it is, and switch it, if that is said.

    Raises:
        TargetRefused: No https address on the public internet.
        WebhookExists: The system has another one there.
        TooManyWebhooks: It has ``WEBHOOKS_PER_KEY`` others.
    """
    sending.refuse_target(url)
    _make_room(api_key, url=url, but=endpoint)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        url=url, name=name, kinds=sorted(set(kinds)), api_key=api_key, updated_at=timezone.now()
    )
    _retire()
    if is_active is not None:
        switch_on(endpoint) if is_active else switch_off(endpoint)


@transaction.atomic
def delete_endpoint(endpoint: WebhookEndpoint) -> None:
    """Remove an endpoint with its log. Repeatable."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
    _retire()


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Make a new secret and return it, this once; the old one signs too for ``WEBHOOK_OLD_SECRET_AGE``.

    Raises:
        UnknownWebhook: It is gone.
    """
    locked = lock(endpoint.pk)
    secret = signing.new_secret()
    locked.old_secret, locked.secret = locked.secret, sealing.seal(secret, purpose=PURPOSE)
    locked.old_secret_until = timezone.now() + settings.WEBHOOK_OLD_SECRET_AGE
    locked.save(update_fields=["secret", "old_secret", "old_secret_until", "updated_at"])
    return secret


@transaction.atomic
def switch_on(endpoint: WebhookEndpoint) -> bool:
    """Send to an endpoint again, what has waited for it too; false if it is on. Repeatable."""
    is_off = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=False)
    is_done = is_off.update(is_active=True, disabled_at=None, failing_since=None, updated_at=timezone.now())
    _retire()
    poke()
    return is_done == 1


@transaction.atomic
def switch_off(endpoint: WebhookEndpoint, *, because: str = "") -> bool:
    """Send nothing to an endpoint any more; false if it is off. Staff get ``because`` by mail. Repeatable."""
    is_on = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True)
    now = timezone.now()
    is_done = is_on.update(is_active=False, disabled_at=now, updated_at=now) == 1
    if is_done and because and settings.STAFF_EMAIL:
        outbox.record(
            "dbProject.webhooks.tasks.send_webhook_disabled_email", endpoint_id=endpoint.pk, because=because
        )
    _retire()
    return is_done


def send_disabled_mail(*, endpoint_id: int, because: str, event_id: str) -> None:
    """Tell staff that an endpoint was switched off, as consumer of the outbox. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        outbox.finish(event_id)
        return
    with translation.override(settings.LANGUAGE_CODE):
        mail.send_once(
            event_id,
            to=settings.STAFF_EMAIL,
            subject=_("%(name)s is not told of events any more") % {"name": endpoint.name},
            template="webhooks/mail/disabled",
            context={
                "name": endpoint.name,
                "because": because,
                "link": f"{settings.SITE_URL}/admin/webhooks/webhookendpoint/{endpoint.pk}/change/",
            },
        )


# Deliveries


@transaction.atomic
def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send an event that says nothing to one endpoint.

    Raises:
        UnknownWebhook: It is gone.
    """
    message = _write(TEST, {"message": "It works."}, timezone.now(), [lock(endpoint.pk)])
    return message.deliveries.get()


@transaction.atomic
def redeliver(delivery: WebhookDelivery) -> bool:
    """Send a message to its endpoint once more, under the id it has; false if it still waits. Repeatable."""
    ended = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=State.WAITING)
    now = timezone.now()
    is_done = ended.update(state=State.WAITING, attempts=0, next_attempt_at=now, updated_at=now) == 1
    poke()
    return is_done


def poke() -> None:
    """Have deliveries that are due sent now, after the commit; if that fails, the schedule does it."""
    transaction.on_commit(partial(outbox.poke, DELIVER), robust=True)


def tidy() -> int:
    """Drop messages of ``WEBHOOK_LOG_AGE`` ago with their log, but what waits; return how many. Repeatable.

    What waits for an endpoint that is switched off goes too.
    """
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - settings.WEBHOOK_LOG_AGE)
    waiting = WebhookDelivery.objects.filter(state=State.WAITING, endpoint__is_active=True)
    pks = list(
        old.exclude(deliveries__in=waiting).order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]
    )
    WebhookMessage.objects.filter(pk__in=pks).delete()
    return len(pks)


def _record(kind: str, data: Mapping[str, Any]) -> None:
    now = timezone.now().isoformat()
    outbox.record("dbProject.webhooks.tasks.fan_out_webhook", kind=kind, data=dict(data), happened_at=now)


def _write(
    kind: str,
    data: Mapping[str, Any],
    happened_at: datetime,
    endpoints: list[WebhookEndpoint],
    *,
    pk: UUID | None = None,
) -> WebhookMessage:
    body = {"type": kind, "timestamp": happened_at.astimezone(UTC).isoformat(), "data": data}
    text = json.dumps(body, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)
    message = WebhookMessage.objects.create(id=pk or uuid4(), kind=kind, body=text, **observation.origin())
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint=endpoint, message=message) for endpoint in endpoints
    )
    poke()
    return message


def _make_room(api_key: ApiKey | None, *, url: str, but: WebhookEndpoint | None = None) -> None:
    """Refuse one endpoint too many of a system; its key stays locked, so that two at once are counted."""
    if api_key is None:
        return
    ApiKey.objects.select_for_update(of=("self",)).get(pk=api_key.pk)
    others = api_key.webhooks.exclude(pk=but.pk) if but else api_key.webhooks.all()
    there = dict(others.values_list("url", "pk"))
    if url in there:
        raise WebhookExists(there[url])
    if len(there) >= settings.WEBHOOKS_PER_KEY:
        raise TooManyWebhooks(settings.WEBHOOKS_PER_KEY)


def _retire() -> None:
    """Let this process ask again, both in this transaction and after it."""
    forget()
    transaction.on_commit(forget)


def _wanted() -> frozenset[str]:
    until, kinds = _known
    if time.monotonic() < until:
        return kinds
    wanted: set[str] = set()
    for chosen in WebhookEndpoint.objects.filter(is_active=True).values_list("kinds", flat=True):
        wanted |= set(chosen or settings.WEBHOOK_KINDS)
    remember(wanted)
    return frozenset(wanted)
