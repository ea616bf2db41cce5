"""What people do in the shop, as staff see it: counts by step and source, and none of them of anybody."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dbProject.behavior import counting, selectors
from dbProject.behavior.models import BehaviorCount
from dbProject.behavior.sources import DIRECT, OTHER
from dbProject.staff import ReadOnlyAdmin

PERIODS = {"7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("90 days")}
SHOWN = 25
NAMES = {DIRECT: gettext_lazy("Direct or unknown"), OTHER: gettext_lazy("All others")}
LINES = (
    (BehaviorCount.Step.CART, "carts", "var(--shop-line-1)"),
    (BehaviorCount.Step.CHECKOUT, "checkouts", "var(--shop-line-2)"),
    (BehaviorCount.Step.BOUGHT, "bought", "var(--shop-line-3)"),
)
"""Views are a hundred times more, and would press these into the ground: they stand in the table."""


@admin.register(BehaviorCount)
class BehaviorCountAdmin(ReadOnlyAdmin):
    """The counts themselves, and the funnel that they make."""

    list_display = ("day", "step", "source", "count")
    list_filter = ("step",)
    search_fields = ("source",)
    ordering = ("-day", "step", "source")

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.funnel_view)
        return [path("funnel/", screen, name="behavior_funnel"), *super().get_urls()]

    def funnel_view(self, request: HttpRequest) -> HttpResponse:
        """Show how many of those who look also buy, by source and by day."""
        if not request.user.has_perm("behavior.view_funnel"):
            raise PermissionDenied
        period = request.GET.get("days", "30")
        period = period if period in PERIODS else "30"
        counting.write()  # what this process has counted belongs to it
        sources = selectors.by_source(days=int(period))
        wanted = request.GET.get("source", "")
        source = wanted if wanted in {one.source for one in sources} else ""
        days = selectors.by_day(days=int(period), source=source)
        total = selectors.total([one for one in sources if not source or one.source == source])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Behavior"),
            "period": period,
            "periods": list(PERIODS.items()),
            "source": source,
            "source_name": NAMES.get(source, source),
            "total": total,
            "steps": _steps(total),
            "sources": [(NAMES.get(one.source, one.source), one) for one in sources[:SHOWN]],
            "days": list(reversed(days)),
            "chart": json.dumps(_chart(days)),
        }
        return TemplateResponse(request, "admin/behavior/funnel.html", context)


def _steps(total: selectors.Funnel) -> list[tuple[Any, int, float | None, float]]:
    """Return each step with its count, its percent of the one before, and its width in percent."""
    counts = [total.views, total.carts, total.checkouts, total.bought]
    most = max(*counts, 1)
    return [
        (
            label,
            number,
            100 * number / counts[place - 1] if place and counts[place - 1] else None,
            round(100 * number / most, 1),
        )
        for place, (label, number) in enumerate(zip(BehaviorCount.Step.labels, counts, strict=True))
    ]


def _chart(days: list[tuple[Any, selectors.Funnel]]) -> dict[str, Any]:
    return {
        "labels": [date_format(day, "SHORT_DATE_FORMAT") for day, _funnel in days],
        "datasets": [
            {
                "label": str(step.label),
                "data": [getattr(funnel, name) for _day, funnel in days],
                "borderColor": color,
                "displayYAxis": True,
                "maxTicksXLimit": 8,
            }
            for step, name, color in LINES
        ],
    }
