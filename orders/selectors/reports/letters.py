"""A report as a mail has it: fewer columns and rows than its page, whose address stands below."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse

from orders.models import SavedView
from orders.selectors.reports import asked, cells, registry, rollups
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import Column, Report, Row, Table, Takes

MOST_ROWS = 20
MOST_COLUMNS = 4
"""Beside what a row is about; a mail is read on a telephone."""


class Letter(NamedTuple):
    """What a mail says: each row as its name and its figures, beneath the titles of those."""

    name: str
    title: Any
    question: Any
    days: str
    before: str
    titles: Sequence[Any]
    rows: Sequence[tuple[str, Sequence[str]]]
    total: Sequence[str]
    left_out: int
    link: str


def about(view: SavedView, *, today: date) -> Letter | None:
    """Return what the mail of a view says today, none if its report is gone; a few queries."""
    report = registry.REPORTS.get(view.report)
    if report is None:
        return None
    question = asked.stored(view.query, today=today)
    return of(report, question, name=view.name, query=view.query)


def of(report: Report, question: asked.Asked, *, name: str, query: str) -> Letter:
    """Return what a mail says of a report."""
    table = report.answer(question)
    about, *others = table.columns
    figures = [column for column in others if column.is_number][:MOST_COLUMNS]
    listed = table.rows[:MOST_ROWS]
    return Letter(
        name=name,
        title=report.name,
        question=report.question,
        days=cells.days(question.period) if Takes.DATES in report.takes else _through(report),
        before=cells.days(question.before) if question.before and Takes.COMPARISON in report.takes else "",
        titles=[column.title for column in figures],
        rows=[(_text(row, about, table, question), _figures(row, figures, question)) for row in listed],
        total=_figures(table.total, figures, question) if table.total else (),
        left_out=table.left_out + len(table.rows) - len(listed),
        link=f"{settings.SITE_URL}{reverse('admin:analytics_report', args=[report.slug])}?{query}",
    )


def _through(report: Report) -> str:
    """Return the last day that a long computation knows of, as far as there is one; one query."""
    fresh = rollups.freshness(report.result)
    return cells.days(Period(fresh.through, fresh.through)) if fresh else ""


def _text(row: Row, column: Column, table: Table, question: asked.Asked) -> str:
    return cells.shown(row.values.get(column.name), column, question.currency, grain=table.grain)


def _figures(row: Row, columns: Sequence[Column], question: asked.Asked) -> list[str]:
    return [cells.shown(row.values.get(column.name), column, question.currency) for column in columns]
