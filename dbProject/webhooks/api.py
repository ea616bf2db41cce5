"""Webhooks for programs: a system sees and changes its own, staff with a role for it those of all."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import path, reverse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import key_of, role
from dbProject.api.bodies import Body
from dbProject.api.endpoints import CursorQuery, Endpoint, FieldsQuery, PagesQuery
from dbProject.api.shapes import Shape
from dbProject.webhooks import selectors, services
from dbProject.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

SCOPE = "webhooks"
READ, ADD, CHANGE, DELETE = (
    f"webhooks.{verb}_webhookendpoint" for verb in ("view", "add", "change", "delete")
)
LOG = "webhooks.view_webhookdelivery"
KINDS = list(settings.WEBHOOK_KINDS)
HIGHEST_PK = 2**63 - 1
EXAMPLE = {"name": "Warehouse", "url": "https://partner.example.com/hooks", "events": ["order.confirmed"]}


class WebhookIn(Body):
    name = serializers.CharField(max_length=100, help_text="Which system listens there.")
    url = serializers.CharField(max_length=500, help_text="https, on the public internet.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=KINDS),
        required=False,
        max_length=len(KINDS),
        help_text="None means all.",
    )


class WebhookChangeIn(WebhookIn):
    is_active = serializers.BooleanField(required=False, help_text="Switches it on or off.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class WebhookOut(serializers.ModelSerializer[WebhookEndpoint]):
    """An address that is told of events; ``api_key`` is the key of the system whose it is, or null."""

    events = serializers.ListField(source="kinds", child=serializers.CharField(), help_text="Empty: all.")
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Of failures without one success.")
    disabled_at = serializers.DateTimeField(allow_null=True, help_text="When it was switched off.")
    old_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before this one signs, too."
    )

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            "id", "name", "url", "events", "api_key", "is_active", "failing_since", "disabled_at",
            "old_secret_until", "created_at", "updated_at",
        )  # fmt: skip


class WebhookMadeOut(WebhookOut):
    """An address, and this once its secret."""

    secret = serializers.SerializerMethodField(help_text="Shown this once; messages are signed with it.")

    class Meta(WebhookOut.Meta):
        fields = (*WebhookOut.Meta.fields, "secret")

    def get_secret(self, _endpoint: WebhookEndpoint) -> str:
        return str(self.context["secret"])


class DeliveryOut(serializers.ModelSerializer[WebhookDelivery]):
    """One message to one address."""

    webhook_id = serializers.CharField(source="message.public_id", help_text="Of the header `webhook-id`.")
    webhook = serializers.IntegerField(source="endpoint_id", help_text="The address's id.")
    event = serializers.CharField(source="message.kind")

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            "id", "webhook_id", "webhook", "event", "state", "attempts", "next_attempt_at", "created_at",
            "updated_at",
        )  # fmt: skip


class AttemptOut(serializers.ModelSerializer[WebhookAttempt]):
    class Meta:
        model = WebhookAttempt
        fields = ("created_at", "status", "milliseconds", "error", "response")


class DeliveryDetailOut(DeliveryOut):
    body = serializers.CharField(source="message.body", help_text="The very words that were sent.")
    log = AttemptOut(many=True, help_text="Each attempt, with the beginning of its answer.")

    class Meta(DeliveryOut.Meta):
        fields = (*DeliveryOut.Meta.fields, "body", "log")


class DeliveriesQuery(CursorQuery):
    webhook = serializers.IntegerField(required=False, min_value=1, max_value=HIGHEST_PK)
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices, required=False)
    event = serializers.ChoiceField(choices=[*KINDS, services.TEST], required=False)


class WebhookList(Endpoint):
    """A system's own webhooks; staff see all."""

    rules = {"GET": role(READ, scope=SCOPE), "POST": role(ADD, scope=SCOPE)}
    shapes = {
        "GET": Shape(WebhookOut, in_pages=True),
        "POST": Shape(WebhookMadeOut, WebhookIn, status=201, example=EXAMPLE),
    }
    query_class = PagesQuery

    def get(self, request: Request) -> Response:
        self.asked()
        return self.page_of(selectors.endpoints(key_of(request)), WebhookOut)

    def post(self, request: Request) -> Response:
        """Add a webhook; it tells its secret, this once.

        An address is there once for each system: whoever asks again, because the answer was lost, is told
        `webhook_exists` and makes a new secret.
        """
        sent = {"events": [], **self.body(WebhookIn)}
        endpoint, secret = services.add_endpoint(
            url=sent["url"], name=sent["name"], kinds=sent["events"], api_key=key_of(request)
        )
        return Response(_with_secret(self, endpoint, secret), status=status.HTTP_201_CREATED)


class WebhookDetail(Endpoint):
    """One webhook: what it hears of and whether it is on. What is not named stays."""

    rules: ClassVar = {
        "GET": role(READ, scope=SCOPE),
        "PATCH": role(CHANGE, scope=SCOPE),
        "DELETE": role(DELETE, scope=SCOPE),
    }
    shapes: ClassVar = {
        "GET": Shape(WebhookOut),
        "PATCH": Shape(WebhookOut, WebhookChangeIn, of_a_version=True, example={"is_active": True}),
        "DELETE": Shape(status=204, of_a_version=True),
    }
    query_class = FieldsQuery

    def get(self, request: Request, pk: int) -> Response:
        return self.one(_found(request, pk), WebhookOut)

    def patch(self, request: Request, pk: int) -> Response:
        """Change a webhook or switch it; what is not named stays."""
        sent = self.body(WebhookChangeIn)
        with transaction.atomic():
            endpoint = services.lock(_found(request, pk).pk)
            self.guard(lambda: self.shown(WebhookOut, endpoint))
            services.change_endpoint(
                endpoint,
                url=sent.get("url", endpoint.url),
                name=sent.get("name", endpoint.name),
                kinds=sent.get("events", endpoint.kinds),
                api_key=endpoint.api_key,
                is_active=sent.get("is_active"),
            )
        return Response(self.shown(WebhookOut, _found(request, pk)))

    def delete(self, request: Request, pk: int) -> Response:
        """Remove a webhook with its log."""
        with transaction.atomic():
            endpoint = services.lock(_found(request, pk).pk)
            self.guard(lambda: self.shown(WebhookOut, endpoint))
            services.delete_endpoint(endpoint)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookSecret(Endpoint):
    """Make a new secret and tell it, this once; the one before signs beside it for a day."""

    rules = {"POST": role(CHANGE, scope=SCOPE)}
    shapes = {"POST": Shape(WebhookMadeOut)}

    def post(self, request: Request, pk: int) -> Response:
        secret = services.rotate_secret(_found(request, pk))
        return Response(_with_secret(self, _found(request, pk), secret))


class WebhookTest(Endpoint):
    """Send an event that says nothing to one webhook; the delivery says what became of it."""

    rules = {"POST": role(CHANGE, scope=SCOPE)}
    shapes = {"POST": Shape(DeliveryOut, status=202)}

    def post(self, request: Request, pk: int) -> Response:
        delivery = services.send_test(_found(request, pk))
        return _on_its_way(self, delivery)


class DeliveryList(Endpoint):
    """The log of a system's own webhooks, the newest first; staff see that of all. Kept for 30 days."""

    rules = {"GET": role(LOG, scope=SCOPE)}
    shapes = {"GET": Shape(DeliveryOut, by_cursor=True)}
    query_class = DeliveriesQuery

    def get(self, request: Request) -> Response:
        asked = self.asked()
        filters = {
            "endpoint": asked.get("webhook"),
            "state": asked.get("state"),
            "message__kind": asked.get("event"),
        }
        rows = selectors.deliveries(key_of(request))
        return self.stretch_of(
            rows.filter(**{name: said for name, said in filters.items() if said}), DeliveryOut
        )


class DeliveryDetail(Endpoint):
    """One delivery, with what was sent and each attempt."""

    rules = {"GET": role(LOG, scope=SCOPE)}
    shapes = {"GET": Shape(DeliveryDetailOut)}
    query_class = FieldsQuery

    def get(self, request: Request, pk: int) -> Response:
        return self.one(_delivery(request, pk), DeliveryDetailOut)


class DeliveryAgain(Endpoint):
    """Send a message to its webhook once more, under the id it has; what still waits goes on waiting."""

    rules = {"POST": role(CHANGE, LOG, scope=SCOPE)}
    shapes = {"POST": Shape(DeliveryOut, status=202)}

    def post(self, request: Request, pk: int) -> Response:
        services.redeliver(_delivery(request, pk))
        return _on_its_way(self, _delivery(request, pk))


def _found(request: Request, pk: int) -> WebhookEndpoint:
    """Return the webhook, if it is the asking system's own.

    Raises:
        Http404: There is none, or it is another's.
    """
    rows = selectors.endpoints(key_of(request))
    endpoint = rows.filter(pk=pk).first() if pk <= HIGHEST_PK else None
    if endpoint is None:
        raise Http404
    return endpoint


def _delivery(request: Request, pk: int) -> WebhookDelivery:
    """Return the delivery, if it is of one of the asking system's own webhooks.

    Raises:
        Http404: There is none, or it is another's.
    """
    delivery = selectors.delivery(key_of(request), pk) if pk <= HIGHEST_PK else None
    if delivery is None:
        raise Http404
    return delivery


def _on_its_way(view: Endpoint, delivery: WebhookDelivery) -> Response:
    response = Response(view.shown(DeliveryOut, delivery), status=status.HTTP_202_ACCEPTED)
    response["Location"] = reverse("webhook-delivery-detail", args=[delivery.pk])
    return response


def _with_secret(view: Endpoint, endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
    found: dict[str, Any] = WebhookMadeOut(endpoint, context={**view.context(), "secret": secret}).data
    return found


urlpatterns = [
    path("webhooks/", WebhookList.as_view(), name="webhook-list"),
    path("webhooks/<int:pk>/", WebhookDetail.as_view(), name="webhook-detail"),
    path("webhooks/<int:pk>/secret/", WebhookSecret.as_view(), name="webhook-secret"),
    path("webhooks/<int:pk>/test/", WebhookTest.as_view(), name="webhook-test"),
    path("webhooks/deliveries/", DeliveryList.as_view(), name="webhook-delivery-list"),
    path("webhooks/deliveries/<int:pk>/", DeliveryDetail.as_view(), name="webhook-delivery-detail"),
    path("webhooks/deliveries/<int:pk>/redeliver/", DeliveryAgain.as_view(), name="webhook-redeliver"),
]
