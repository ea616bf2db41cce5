"""Webhooks as staff see them: who is told, what became of each message, and ways to try again."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from dbProject.staff import ReadOnlyAdmin, ShopModelAdmin, ShopModelForm
from dbProject.webhooks import services
from dbProject.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

STATES = {
    "off": gettext_lazy("Off"),
    "failing": gettext_lazy("Failing"),
    "on": gettext_lazy("On"),
}
LABELS = {"off": "warning", "failing": "danger", "on": "success"}
DELIVERY_LABELS = {"waiting": "info", "delivered": "success", "given_up": "danger"}
CHANGE = "webhooks.change_webhookendpoint"


class EndpointForm(ShopModelForm):
    fields_of = {
        "webhook_target_refused": "url",
        "webhook_exists": "url",
        "too_many_webhooks": "api_key",
    }

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(kind, format_lazy("{}: {}", kind, said)) for kind, said in settings.WEBHOOK_KINDS.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=gettext_lazy("None chosen means all."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "kinds", "api_key")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ShopModelAdmin):
    form = EndpointForm
    list_display = ("name", "url", "state", "api_key", "failing_since", "created_at")
    list_select_related = ("api_key",)
    search_fields = ("name", "url")
    fields = ("name", "url", "kinds", "api_key")
    autocomplete_fields = ("api_key",)
    actions = ("send_test", "rotate", "switch_on", "switch_off")

    @display(description=gettext_lazy("state"), label=LABELS)
    def state(self, endpoint: WebhookEndpoint) -> tuple[str, Any]:
        name = "off" if not endpoint.is_active else "failing" if endpoint.failing_since else "on"
        return name, STATES[name]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """Add an endpoint and say its secret this once, or change where it is and what it hears of."""
        wanted = {name: form.cleaned_data[name] for name in ("url", "name", "kinds", "api_key")}
        if change:
            services.change_endpoint(obj, **wanted)
            return
        endpoint, secret = services.add_endpoint(**wanted)
        obj.pk = endpoint.pk
        self._say(request, secret)

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        services.delete_endpoint(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            services.delete_endpoint(endpoint)

    @action(description=gettext_lazy("Send a test event"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            services.send_test(endpoint)
        self.message_user(request, _("The test is on its way. Its answer is under deliveries."))

    @action(description=gettext_lazy("Make a new secret"), permissions=["change"])
    def rotate(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            self._say(request, services.rotate_secret(endpoint))

    @action(description=gettext_lazy("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._count(request, sum(services.switch_on(endpoint) for endpoint in queryset))

    @action(description=gettext_lazy("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._count(request, sum(services.switch_off(endpoint) for endpoint in queryset))

    def _say(self, request: HttpRequest, secret: str) -> None:
        text = _("Copy the secret now, nobody can show it again: %(secret)s")
        messages.warning(request, text % {"secret": secret})

    def _count(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(count)d webhook is switched.", "%(count)d webhooks are switched.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


class AttemptInline(TabularInline):
    model = WebhookAttempt
    fields = readonly_fields = ("created_at", "status", "milliseconds", "error", "response")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """The log: each message to each endpoint, with every attempt and its answer."""

    list_display = ("kind", "endpoint", "state_label", "attempts", "next_attempt_at", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), "endpoint", "message__kind")
    list_select_related = ("endpoint", "message")
    search_fields = ("message__id", "message__body", "message__request_id")
    ordering = ("-pk",)
    fields = (
        *("webhook_id", "endpoint", "kind", "state", "attempts", "next_attempt_at", "body", "request_id"),
        "created_at",
    )
    readonly_fields = ("webhook_id", "kind", "body", "request_id")
    inlines = (AttemptInline,)
    actions = ("send_again",)

    @display(description="webhook-id")
    def webhook_id(self, delivery: WebhookDelivery) -> str:
        return delivery.message.public_id

    @display(description=gettext_lazy("event"), ordering="message__kind")
    def kind(self, delivery: WebhookDelivery) -> str:
        return delivery.message.kind

    @display(description=gettext_lazy("message"))
    def body(self, delivery: WebhookDelivery) -> str:
        return delivery.message.body

    @display(description=gettext_lazy("request"))
    def request_id(self, delivery: WebhookDelivery) -> str:
        return delivery.message.request_id

    @display(description=gettext_lazy("state"), ordering="state", label=DELIVERY_LABELS)
    def state_label(self, delivery: WebhookDelivery) -> tuple[str, Any]:
        return delivery.state, delivery.get_state_display()

    @action(description=gettext_lazy("Send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        if not request.user.has_perm(CHANGE):
            self.message_user(request, _("You may look, but not send again."), messages.ERROR)
            return
        count = sum(services.redeliver(delivery) for delivery in queryset)
        text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
