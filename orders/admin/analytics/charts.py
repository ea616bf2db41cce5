"""What Chart.js, which Unfold brings, is told to draw. Beneath each drawing stands its table."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from orders.selectors.reports import cells
from orders.selectors.reports.periods import Grain
from orders.selectors.reports.report import Column, Kind, Picture, Row, Table, Unit

NOW = "var(--shop-line-now)"
THEN = "var(--shop-line-then)"
STACK = tuple(f"var(--shop-stack-{number})" for number in range(1, 5))
TICKS = "#7c766f"
"""Between the grounds of light and dark, on which canvas cannot ask."""
LINE = "rgba(128, 120, 110, 0.25)"
LONGEST_LABEL = 22


class Chart(NamedTuple):
    """A drawing: whether of lines or bars, its data and options as JSON, and its legend."""

    is_line: bool
    data: str
    options: str
    legend: list[tuple[str, str]]
    """Class of the color, and what it stands for."""
    height: int = 300


def of(table: Table, picture: Picture | None, *, currency: str, is_compared: bool) -> Chart | None:
    """Return the drawing of a table; none where there is nothing to see."""
    if picture is None or picture.kind == Kind.HEAT or len(table.rows) < 2:
        return None
    rows = table.rows[: picture.most]
    columns = {column.name: column for column in table.columns}
    drawn = [columns[name] for name in picture.values]
    labels = [_label(row, columns[picture.label], currency, table.grain) for row in rows]
    sets, legend = _sets(rows, drawn, picture, before=columns.get(picture.before) if is_compared else None)
    is_sideways = picture.kind == Kind.BAR
    return Chart(
        picture.kind == Kind.LINE,
        json.dumps({"labels": labels, "datasets": sets}),
        json.dumps(
            _options(drawn[0], currency, is_sideways=is_sideways, is_stacked=picture.kind == Kind.STACKED)
        ),
        legend if len(legend) > 1 else [],
        max(160, 60 + (34 if is_compared else 26) * len(rows)) if is_sideways else 300,
    )


def _label(row: Row, column: Column, currency: str, grain: str) -> str:
    value = row.values[column.name]
    if isinstance(value, date):
        return date_format(value, "M Y" if grain == Grain.MONTH else "j M y")
    text = cells.shown(value, column, currency)
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _sets(
    rows: Sequence[Row], drawn: Sequence[Column], picture: Picture, *, before: Column | None
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    is_line = picture.kind == Kind.LINE
    colors = [NOW] if len(drawn) == 1 else STACK
    sets, legend = [], []
    for number, column in enumerate(drawn):
        if number and not any(row.values.get(column.name) for row in rows):
            continue
        color = colors[number]
        shape = {
            "borderColor": color,
            "pointRadius": 0,
            "pointHitRadius": 12,
            "borderWidth": 2,
            "cubicInterpolationMode": "monotone",
        }
        sets.append(
            {
                "label": str(column.title),
                "data": [_point(row, column) for row in rows],
                "backgroundColor": color,
                **(shape if is_line else {"borderRadius": 3, "maxBarThickness": 28}),
            }
        )
        legend.append((color[6:-1], str(column.title)))
    if before:
        shape = {
            "borderColor": THEN,
            "pointRadius": 0,
            "pointHitRadius": 12,
            "borderWidth": 2,
            "borderDash": [4, 4],
            "cubicInterpolationMode": "monotone",
        }
        sets.append(
            {
                "label": gettext("Before"),
                "data": [_point(row, before) for row in rows],
                "backgroundColor": THEN,
                **(shape if is_line else {"borderRadius": 3, "maxBarThickness": 28}),
            }
        )
        legend.append((THEN[6:-1], gettext("Before")))
    return sets, legend


def _point(row: Row, column: Column) -> float | None:
    value = row.values.get(column.name)
    return round(float(value), 2) if isinstance(value, (int, Decimal)) else None


def _options(column: Column, currency: str, *, is_sideways: bool, is_stacked: bool) -> dict[str, Any]:
    numbers: dict[str, Any] = {"maximumFractionDigits": 0}
    if column.unit == Unit.MONEY:
        numbers |= {"style": "currency", "currency": currency}
    amounts = {
        "beginAtZero": True,
        "stacked": is_stacked,
        "border": {"display": False},
        "grid": {"color": LINE, "tickLength": 0},
        "ticks": {"color": TICKS, "padding": 8, "maxTicksLimit": 6, "format": numbers},
    }
    steps = {
        "stacked": is_stacked,
        "border": {"display": False},
        "grid": {"display": False},
        "ticks": {
            "color": TICKS,
            "autoSkip": not is_sideways,
            "maxTicksLimit": 40 if is_sideways else 8,
            "maxRotation": 0,
        },
    }
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "locale": get_language(),
        "indexAxis": "y" if is_sideways else "x",
        "interaction": {"mode": "index", "axis": "y" if is_sideways else "x", "intersect": False},
        "plugins": {"legend": {"display": False}, "tooltip": {"padding": 10, "boxPadding": 4}},
        "scales": {"x": amounts if is_sideways else steps, "y": steps if is_sideways else amounts},
    }
