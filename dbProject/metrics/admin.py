"""What the shop costs its machines, as staff see it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dbProject.metrics import costs, profile
from dbProject.metrics.models import Reading
from dbProject.metrics.tallies import Tally, merged
from dbProject.staff import ReadOnlyAdmin

HOURS = {"1": gettext_lazy("This hour"), "24": gettext_lazy("24 hours")}


class Row(NamedTuple):
    """An endpoint as the page has it; times in milliseconds."""

    endpoint: str
    requests: int
    total_ms: float
    min_ms: float
    mean_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    statuses: list[tuple[int, int]]
    queries: float
    """Per request, as the next one."""
    database_ms: float
    hits: int | None
    """Percent of what was remembered; none where nothing is."""
    memory_mb: float


def row(endpoint: str, tally: Tally) -> Row:
    """Return what the page says of one endpoint, or of all."""
    reads = tally.hits + tally.misses
    return Row(
        endpoint=endpoint,
        requests=tally.count,
        total_ms=tally.total_us / 1000,
        min_ms=tally.fastest_us / 1000,
        mean_ms=tally.total_us / tally.count / 1000,
        p95_ms=tally.percentile_us(0.95) / 1000,
        p99_ms=tally.percentile_us(0.99) / 1000,
        max_ms=tally.slowest_us / 1000,
        statuses=sorted(tally.statuses.items()),
        queries=tally.queries / tally.count,
        database_ms=tally.database_us / tally.count / 1000,
        hits=round(100 * tally.hits / reads) if reads else None,
        memory_mb=tally.memory_kb / 1000,
    )


COLUMNS: dict[str, tuple[Any, Callable[[Row], Any]]] = {
    "requests": (gettext_lazy("Requests"), lambda one: one.requests),
    "total": (gettext_lazy("Time in all"), lambda one: one.total_ms),
    "min": (gettext_lazy("Min"), lambda one: one.min_ms),
    "mean": (gettext_lazy("Mean"), lambda one: one.mean_ms),
    "p95": (gettext_lazy("p95"), lambda one: one.p95_ms),
    "p99": (gettext_lazy("p99"), lambda one: one.p99_ms),
    "max": (gettext_lazy("Max"), lambda one: one.max_ms),
    "queries": (gettext_lazy("Queries"), lambda one: one.queries),
    "database": (gettext_lazy("Database"), lambda one: one.database_ms),
    "hits": (gettext_lazy("Cache hits"), lambda one: -1 if one.hits is None else one.hits),
    "memory": (gettext_lazy("Memory"), lambda one: one.memory_mb),
}
"""What the table may be sorted by, the largest first, as its columns stand."""


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    """Figures that are noted seldom; and beside them the request profile."""

    list_display = ("name", "value", "noted_at")

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.profile_view)
        return [path("profile/", screen, name="metrics_profile"), *super().get_urls()]

    def profile_view(self, request: HttpRequest) -> HttpResponse:
        """Show what each endpoint costs, the slowest requests and the costliest statements."""
        if not request.user.has_perm("metrics.view_profile"):
            raise PermissionDenied
        hours = request.GET.get("hours", "24")
        hours = hours if hours in HOURS else "24"
        order = request.GET.get("sort", "total")
        order = order if order in COLUMNS else "total"
        profile.write()  # what this process has counted belongs to it
        found = profile.read(hours=int(hours))
        rows = [row(endpoint, tally) for endpoint, tally in found.endpoints.items()]
        rows.sort(key=COLUMNS[order][1], reverse=True)
        told = costs.told_by_the_database()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Request profile"),
            "rows": rows,
            "everything": row("", merged(found.endpoints.values())) if rows else None,
            "columns": [(name, title) for name, (title, _key) in COLUMNS.items()],
            "sort": order,
            "hours": hours,
            "choices": list(HOURS.items()),
            "slowest": [
                (one, one.us / 1000, datetime.fromtimestamp(one.at, get_current_timezone()))
                for one in sorted(found.slowest, reverse=True)
            ],
            "statements": costs.counted_here(found) if told is None else told,
            "is_told": told is not None,
            "costly_ms": settings.COSTLY_QUERY_SECONDS * 1000,
            "processes": found.processes,
            "release": settings.RELEASE,
        }
        return TemplateResponse(request, "admin/metrics/profile.html", context)
