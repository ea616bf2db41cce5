"""What a report is: a question, its figures with what each means, and how it is read and drawn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders.selectors.reports.asked import Asked

Value = str | int | Decimal | date | None
"""None: it cannot be said, such as a change from nothing."""


class Unit(StrEnum):
    """What a figure counts."""

    MONEY = "money"
    UNITS = "units"
    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    TEXT = "text"
    DATE = "date"


class Takes(StrEnum):
    """What can be chosen of a report."""

    DATES = "dates"
    COMPARISON = "comparison"
    CURRENCY = "currency"
    GRAIN = "grain"
    TARGET = "target"


class Kind(StrEnum):
    """How a report is drawn."""

    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    HEAT = "heat"


class Group(StrEnum):
    """Where a report stands in the list of them."""

    SALES = "sales"
    PRODUCTS = "products"
    CUSTOMERS = "customers"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Column:
    """A figure, or what figures are about. ``is_compared``: only there where a comparison is asked for."""

    name: str
    title: Any
    unit: Unit
    definition: Any
    is_compared: bool = False
    leads_to: str = ""
    """What a row's ``key`` is the pk of, where its text is a link."""

    @property
    def is_number(self) -> bool:
        return self.unit not in (Unit.TEXT, Unit.DATE)


@dataclass(frozen=True, slots=True)
class Picture:
    """Which columns are drawn: the ``values`` of each row over its ``label``."""

    kind: Kind
    label: str
    values: tuple[str, ...]
    before: str = ""
    """The column with the values of the period before, of the first of ``values``."""
    most: int = 400
    """Rows that are drawn, from the first on."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: column -> value, and the pk of what it is about where there is one."""

    values: Mapping[str, Value]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An answer. ``columns`` are those of the report, with those that only this answer has."""

    columns: tuple[Column, ...]
    rows: list[Row]
    total: Row | None = None
    left_out: int = 0
    """Rows beyond those that are listed."""
    grain: str = ""
    """How long the steps are, where rows are steps."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is no figure in it, or none but zero."""
        figures = [column.name for column in self.columns if column.is_number]
        return not any(row.values.get(name) for row in self.rows for name in figures)


@dataclass(frozen=True, slots=True)
class Report:
    """A report, defined once."""

    slug: str
    name: Any
    question: Any
    group: Group
    columns: tuple[Column, ...]
    read: Callable[[Asked], Table]
    takes: frozenset[Takes]
    picture: Picture | None = None
    facts: Any = ""
    """What is true of all of it and not of a figure."""
    is_live: bool = False
    """Whether it is read from what happened itself, up to this minute, and not from sums."""
    result: str = ""
    """The name of the :class:`AnalysisResult` that it is read from; it is there once that was computed."""

    def answer(self, asked: Asked) -> Table:
        """Read it; a constant number of queries."""
        return self.read(asked)


SALES = frozenset({Takes.DATES, Takes.COMPARISON, Takes.CURRENCY})


def shown(columns: Iterable[Column], *, is_compared: bool) -> tuple[Column, ...]:
    """Return the columns that an answer has, with or without a comparison."""
    return tuple(column for column in columns if is_compared or not column.is_compared)


def change(now: Decimal | int | None, then: Decimal | int | None) -> Decimal | None:
    """Return by how many percent a figure differs from what it was; none where it was nothing."""
    if now is None or not then:
        return None
    return Decimal(100) * (now - then) / abs(Decimal(then))


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return a part in percent; none of nothing."""
    return Decimal(100) * part / Decimal(whole) if whole else None


REVENUE = Column(
    "revenue",
    _("Revenue"),
    Unit.MONEY,
    _("Goods after discounts plus delivery and fees, with tax, minus what went back on the same days."),
)
ORDERS = Column(
    "orders",
    _("Orders"),
    Unit.COUNT,
    _("Orders that were paid, on the day on which they were placed, whatever became of them since."),
)
UNITS = Column(
    "units",
    _("Units"),
    Unit.UNITS,
    _("Units of goods in these orders, as they were sold: what came back is not taken off."),
)
AVERAGE = Column(
    "average",
    _("Average order"),
    Unit.MONEY,
    _("Goods and delivery with tax, before anything went back, by the number of orders."),
)
BEFORE = Column(
    "revenue_before",
    _("Revenue before"),
    Unit.MONEY,
    _("The same revenue in the period that is compared with."),
    is_compared=True,
)
CHANGE = Column(
    "revenue_change",
    _("Changed by"),
    Unit.PERCENT,
    _("By how much revenue differs from that of the period compared with, in percent of that."),
    is_compared=True,
)
SHARE = Column("share", _("Share"), Unit.PERCENT, _("Part of the revenue of all rows, in percent."))
