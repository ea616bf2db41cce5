"""The outbox as staff see it: what waits, what was given up, and a way to try again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from dbProject.staff import ReadOnlyAdmin

LABELS = {"parked": "danger", "waiting": "info", "done": "success"}
STATES = {
    "parked": gettext_lazy("Given up"),
    "waiting": gettext_lazy("Waiting"),
    "done": gettext_lazy("Done"),
}


class StateFilter(admin.SimpleListFilter):
    """What waits, what was given up, what is done."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> QuerySet[OutboxEvent]:
        if self.value() == "parked":
            return queryset.filter(finished_at=None).exclude(parked_at=None)
        if self.value() == "waiting":
            return queryset.filter(finished_at=None, parked_at=None)
        if self.value() == "done":
            return queryset.exclude(finished_at=None)
        return queryset


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("task", "state", "age", "attempts", "due_at", "last_error")
    list_filter = (StateFilter,)
    search_fields = ("task", "payload", "request_id")
    ordering = ("-created_at",)
    fields = (
        *("id", "task", "payload", "attempts", "last_error", "request_id"),
        *("created_at", "due_at", "claimed_until", "parked_at", "finished_at"),
    )
    actions = ("try_again",)

    @display(description=gettext_lazy("state"), label=LABELS)
    def state(self, event: OutboxEvent) -> tuple[str, Any]:
        name = "done" if event.finished_at else "parked" if event.is_parked else "waiting"
        return name, STATES[name]

    @display(description=gettext_lazy("age"), ordering="created_at")
    def age(self, event: OutboxEvent) -> str:
        """How long ago it was written down; of what is done, how long that took."""
        return timesince(event.created_at, event.finished_at)

    @action(description=gettext_lazy("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxEvent]) -> None:
        """Hand out again what was given up."""
        if not request.user.has_perm("outbox.change_outboxevent"):
            self.message_user(request, _("You may look, but not try again."), messages.ERROR)
            return
        released = sum(outbox.release(event) for event in queryset)
        text = ngettext(
            "%(count)d event will be tried again.", "%(count)d events will be tried again.", released
        )
        self.message_user(request, text % {"count": released}, messages.SUCCESS)
