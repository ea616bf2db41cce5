"""How the shop does, at a glance."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders.admin.analytics import charts, pages, saved
from orders.admin.analytics.forms import AskedForm
from orders.analytics import engine
from orders.selectors.reports import cells, registry, rollups, sales
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.report import AVERAGE, CHANGE, ORDERS, REVENUE, UNITS, Report, Table, change

SHOWN = 5
TOPS = ("bestsellers", "countries", "categories", "brands")
"""Reports of which the first rows are shown."""


class Card(NamedTuple):
    """A figure, how it has changed, and whether that is good or bad."""

    title: Any
    figure: str
    change: str
    color: str


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the main figures, sales over time and what leads; and the way to every report."""
    pages.insist(request)
    form = AskedForm(request.GET.dict(), report=sales.REVENUE_BY_TIME, today=timezone.localdate())
    context = {
        **admin.site.each_context(request),
        "title": _("Analytics"),
        "form": form,
        "fresh": rollups.freshness(),
        "can_compute": engine.can_be_asked(),
        "views": saved.of(request),
        "groups": [
            (name, [one for one in registry.REPORTS.values() if one.group == group])
            for group, name in registry.GROUPS.items()
        ],
        **(_answered(request, form) if form.is_valid() else {}),
    }
    form.filled()
    return TemplateResponse(request, "admin/analytics/overview.html", context)


def _answered(request: HttpRequest, form: AskedForm) -> dict[str, Any]:
    asked = form.asked
    over_time = sales.REVENUE_BY_TIME.answer(asked)
    return {
        **pages.of_period(form),
        "cards": _cards(asked),
        "chart": charts.of(
            over_time,
            sales.REVENUE_BY_TIME.picture,
            currency=asked.currency,
            is_compared=asked.before is not None,
        ),
        "table": over_time,
        "rows": pages.rows(request, over_time, asked.currency),
        "tops": [_top(request, registry.REPORTS[slug], asked, form.query) for slug in TOPS],
    }


def _cards(asked: Asked) -> list[Card]:
    now = rollups.total(asked.currency, asked.period)
    then = rollups.total(asked.currency, asked.before) if asked.before else None
    figures: list[tuple[Any, Any, Any]] = [
        (REVENUE, now.revenue, then and then.revenue),
        (ORDERS, now.orders, then and then.orders),
        (AVERAGE, now.average, then and then.average),
        (UNITS, now.units, then and then.units),
    ]
    return [
        _card(column.title, cells.shown(value, column, asked.currency), change(value, before))
        for column, value, before in figures
    ]


def _card(title: Any, figure: str, moved: Any) -> Card:
    color = "good" if moved is not None and moved > 0 else "bad" if moved is not None and moved < 0 else ""
    return Card(title, figure, cells.shown(moved, CHANGE, "") if moved is not None else "", color)


def _top(request: HttpRequest, report: Report, asked: Asked, query: str) -> dict[str, Any]:
    """Return the first rows of a report, with the columns that a narrow table has room for."""
    found = report.answer(asked)
    names = ("name", "revenue", "share", "revenue_change")
    columns = tuple(column for column in found.columns if column.name in names)
    table = Table(columns, found.rows[:SHOWN])
    return {
        "report": report,
        "table": table,
        "rows": pages.rows(request, table, asked.currency),
        "address": f"{reverse('admin:analytics_report', args=[report.slug])}?{query}",
    }
