"""Errors as staff see them: in groups, each with its newest occurrences, to be resolved or ignored."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from dbProject.incidents import selectors, services
from dbProject.incidents.models import Alert, ErrorGroup, ErrorOccurrence, ErrorReport
from dbProject.staff import ReadOnlyAdmin

SEVERITY_LABELS = {"low": "info", "medium": "info", "high": "warning", "critical": "danger"}
STATE_LABELS = {"open": "danger", "resolved": "success", "ignored": "info"}
ALERT_LABELS = {"waiting": "warning", "on": "danger", "over": "success"}
ALERT_STATES = {
    "waiting": gettext_lazy("Not for long yet"),
    "on": gettext_lazy("Told"),
    "over": gettext_lazy("Over"),
}


class OccurrenceInline(TabularInline):
    model = ErrorOccurrence
    fields = readonly_fields = ("error_id", "happened_at", "route", "method", "user_pk", "release")
    ordering = ("-happened_at",)
    extra = 0
    per_page = 10
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ErrorOccurrence]:
        rows: QuerySet[ErrorOccurrence] = super().get_queryset(request)
        return rows.defer("traceback")


@admin.register(ErrorGroup)
class ErrorGroupAdmin(ReadOnlyAdmin):
    list_display = ("exception", "place", "severity_label", "state_label", "count", "last_seen_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("severity", ChoicesDropdownFilter),
        ("category", ChoicesDropdownFilter),
    )
    search_fields = ("exception", "place", "occurrences__error_id", "occurrences__request_id")
    ordering = ("-last_seen_at",)
    fields = (
        *("exception", "place", "severity", "category", "state"),
        *("count", "first_seen_at", "last_seen_at"),
    )
    inlines = (OccurrenceInline,)
    actions = ("resolve", "ignore", "reopen")

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.report_view)
        return [path("report/", screen, name="incidents_errorgroup_report"), *super().get_urls()]

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """Show the errors of the last 24 hours."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Errors of the last 24 hours"),
            "found": selectors.statistics(),
            "all": reverse("admin:incidents_errorgroup_changelist"),
        }
        return TemplateResponse(request, "admin/incidents/report.html", context)

    @display(description=gettext_lazy("severity"), ordering="severity", label=SEVERITY_LABELS)
    def severity_label(self, group: ErrorGroup) -> tuple[str, Any]:
        return group.severity, group.get_severity_display()

    @display(description=gettext_lazy("state"), ordering="state", label=STATE_LABELS)
    def state_label(self, group: ErrorGroup) -> tuple[str, Any]:
        return group.state, group.get_state_display()

    @action(description=gettext_lazy("Resolved"))
    def resolve(self, request: HttpRequest, queryset: QuerySet[ErrorGroup]) -> None:
        """Take it that these are mended."""
        self._decide(request, queryset, services.resolve)

    @action(description=gettext_lazy("Ignore"))
    def ignore(self, request: HttpRequest, queryset: QuerySet[ErrorGroup]) -> None:
        """Only count these."""
        self._decide(request, queryset, services.ignore)

    @action(description=gettext_lazy("Open again"))
    def reopen(self, request: HttpRequest, queryset: QuerySet[ErrorGroup]) -> None:
        """Have these looked at again."""
        self._decide(request, queryset, services.reopen)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[ErrorGroup], decide: Callable[[ErrorGroup], bool]
    ) -> None:
        if not request.user.has_perm("incidents.change_errorgroup"):
            self.message_user(request, _("You may look, but not decide."), messages.ERROR)
            return
        count = sum(decide(group) for group in queryset)
        text = ngettext("%(count)d error is changed.", "%(count)d errors are changed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(ErrorOccurrence)
class ErrorOccurrenceAdmin(ReadOnlyAdmin):
    list_display = ("error_id", "group", "route", "happened_at", "release")
    list_select_related = ("group",)
    search_fields = ("error_id", "request_id", "trace_id", "route")
    ordering = ("-happened_at",)
    fields = (
        *("error_id", "group", "happened_at", "route", "method", "user_pk"),
        *("request_id", "trace_id", "release", "traceback_block"),
    )
    readonly_fields = ("traceback_block",)

    @display(description=gettext_lazy("traceback"))
    def traceback_block(self, occurrence: ErrorOccurrence) -> str:
        return format_html('<pre class="shop-traceback">{}</pre>', occurrence.traceback)


@admin.register(ErrorReport)
class ErrorReportAdmin(ReadOnlyAdmin):
    list_display = ("day", "errors")
    ordering = ("-day",)
    fields = ("day", "errors", "text")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What passed its limit, now and before."""

    list_display = ("rule", "host", "alert_state", "value", "limit", "began_at", "told_at", "ended_at")
    list_filter = (("rule", ChoicesDropdownFilter),)
    ordering = ("-began_at",)
    fields = ("rule", "host", "value", "limit", "began_at", "checked_at", "told_at", "ended_at")

    @display(description=gettext_lazy("state"), label=ALERT_LABELS)
    def alert_state(self, alert: Alert) -> tuple[str, Any]:
        name = "over" if alert.ended_at else "on" if alert.told_at else "waiting"
        return name, ALERT_STATES[name]
