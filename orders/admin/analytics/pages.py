"""The page of a report, and its file."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders.admin.analytics import charts
from orders.admin.analytics.forms import AskedForm, ViewForm
from orders.analytics import engine
from orders.selectors.reports import cells, registry, rollups
from orders.selectors.reports.asked import Preset
from orders.selectors.reports.report import Column, Report, Row, Table, Takes, Value

LINKS = {"product": ("products.view_product", "admin:products_product_change")}
"""What rows lead to, and who may go there."""


def insist(request: HttpRequest) -> None:
    """Let nobody else look at sales.

    Raises:
        PermissionDenied: They may not.
    """
    if not request.user.has_perm("orders.view_analytics"):
        raise PermissionDenied


def named(slug: str) -> Report:
    """Return a report.

    Raises:
        Http404: There is none of that name.
    """
    if slug not in registry.REPORTS:
        raise Http404(f"no report {slug}")
    return registry.REPORTS[slug]


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a report: what was asked, a drawing, the table, and what its figures mean."""
    insist(request)
    wanted = named(slug)
    return page(request, wanted, AskedForm(request.GET.dict(), report=wanted, today=timezone.localdate()))


def page(request: HttpRequest, wanted: Report, form: AskedForm, **more: Any) -> HttpResponse:
    """Return the page of a report for what a form asks; what is wrong with it stands where it was typed."""
    context = {
        **admin.site.each_context(request),
        "title": wanted.name,
        "report": wanted,
        "siblings": [one for one in registry.REPORTS.values() if one.group == wanted.group],
        "group": registry.GROUPS[wanted.group],
        "fresh": None if wanted.is_live else rollups.freshness(wanted.result or rollups.SUMS),
        "can_compute": engine.can_be_asked(),
        "form": form,
        **(_answered(request, wanted, form) if form.is_valid() else {}),
        "view_form": more.pop("view_form", None) or ViewForm(),
        **more,
    }
    form.filled()
    return TemplateResponse(request, "admin/analytics/report.html", context)


def _answered(request: HttpRequest, wanted: Report, form: AskedForm) -> dict[str, Any]:
    asked = form.asked
    table = wanted.answer(asked)
    return {
        **of_period(form),
        "table": table,
        "rows": rows(request, table, asked.currency),
        "total": table.total and line(table.total, table, asked.currency),
        "chart": charts.of(
            table, wanted.picture, currency=asked.currency, is_compared=asked.before is not None
        ),
        "file": f"{reverse('admin:analytics_csv', args=[wanted.slug])}?{form.query}",
        "all": form.query_with(preset=Preset.ALL) if "preset" in form.fields else "",
        "keep": f"{reverse('admin:analytics_keep', args=[wanted.slug])}?{form.query}",
    }


def of_period(form: AskedForm) -> dict[str, Any]:
    """Return what a page says of the days that a valid form asks for, and of those that it could ask for."""
    asked, preset = form.asked, form.cleaned_data.get("preset")
    return {
        "asked": asked,
        "days": cells.days(asked.period),
        "before": cells.days(asked.before) if asked.before else "",
        "presets": [
            (form.query_with(preset=value), label, value == preset)
            for value, label in Preset.choices
            if value != Preset.CUSTOM
        ]
        if "preset" in form.fields
        else [],
        "query": form.query,
    }


def rows(request: HttpRequest, table: Table, currency: str) -> list[tuple[str, list[Any]]]:
    """Return for each row where it leads, and its cells."""
    addresses = {name: address for name, (right, address) in LINKS.items() if request.user.has_perm(right)}
    kind = next((column.leads_to for column in table.columns if column.leads_to), "")
    address = addresses.get(kind, "")
    return [
        (reverse(address, args=[row.key]) if address and row.key else "", line(row, table, currency))
        for row in table.rows
    ]


def line(row: Row, table: Table, currency: str) -> list[tuple[Column, str, str]]:
    """Return the cells of a row: column, text, and a class for its color where it has one."""
    found = []
    for column in table.columns:
        value = row.values.get(column.name)
        text = cells.shown(value, column, currency, grain=table.grain)
        found.append((column, text, _color(value, column)))
    return found


def _color(value: Value, column: Column) -> str:
    if not column.is_number or not isinstance(value, (int, Decimal)):
        return ""
    if column.name.startswith("month_"):
        return f"shop-heat-{min(9, int(value) // 5)}"
    return "shop-negative" if value < 0 else ""


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send a report as CSV: ISO dates, plain numbers, no cell that a spreadsheet would run."""
    insist(request)
    wanted = named(slug)
    form = AskedForm(request.GET.dict(), report=wanted, today=timezone.localdate())
    if not form.is_valid():
        return page(request, wanted, form)
    asked = form.asked
    days = f"{asked.period.first}-{asked.period.last}" if Takes.DATES in wanted.takes else "all"
    name = f"{wanted.slug}-{days}-{asked.currency}.csv"
    return StreamingHttpResponse(
        _lines(wanted.answer(asked)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Line:
    """What a CSV writer writes to; it keeps nothing."""

    def write(self, line: str) -> str:
        return line


def _lines(table: Table) -> Iterator[str]:
    write: Any = csv.writer(_Line()).writerow
    yield write([column.name for column in table.columns])
    for row in table.rows:
        yield write([cells.plain(row.values.get(column.name)) for column in table.columns])
