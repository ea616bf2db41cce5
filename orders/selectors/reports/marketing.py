"""Reports of what brings people here, what it costs, and what goes wrong."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dbProject import caching
from dbProject.behavior import selectors as behavior
from dbProject.behavior.models import BehaviorCount
from orders.models import Order, OrderDiscount, OrderItem, Return
from orders.selectors.reports import periods
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import (
    Column,
    Group,
    Kind,
    Picture,
    Report,
    Row,
    Table,
    Takes,
    Unit,
    Value,
    change,
    share,
    shown,
)

MOST = 100
LIVE_DAYS = 62
"""What more days say is read of many rows: it is made ready once an hour, and stays until the next."""
ANY = ""
"""The currency of what has none."""
HOUR, BEGINS, SHOWN_AFTER, KEPT_SECONDS = 3_600, 600, 900, 5_400
"""Ten minutes past the full one, when the clock has reports made ready, which are shown a quarter of an hour
later: those of the hour before stay until then, fresh for five sixths of the time that they are kept."""


def remember(currency: str, period: Period) -> None:
    """Have at hand what is asked of many orders, and of many counts; also of what those are compared with."""
    asked, of_any = Asked(period, None, currency), Asked(period, None, ANY)
    if period.days <= LIVE_DAYS:
        return
    for is_next in (False, True):  # what is shown now is there already, but for the first time of a day
        _kept("offers", asked, _offers, is_next=is_next)
        _kept("reasons", asked, _reasons, is_next=is_next)
        _kept("searches", of_any, _searches, is_next=is_next)
        _kept("in-vain", of_any, _searches_in_vain, is_next=is_next)
        for one in (period, periods.before(period), periods.year_before(period)):
            _steps(one, is_next=is_next)


def _kept(name: str, asked: Asked, read: Callable[[Asked], list[Any]], *, is_next: bool = False) -> list[Any]:
    """Return what ``read`` finds, plain data; of more than ``LIVE_DAYS`` as it was an hour ago.

    With ``is_next`` it is what will be shown next.
    """
    if asked.period.days <= LIVE_DAYS:
        return read(asked)
    hour = int((time.time() - BEGINS - (0 if is_next else SHOWN_AFTER)) // HOUR)
    key = f"{name}:{asked.currency}:{asked.period.first}:{asked.period.last}:{hour}"
    return caching.remember("analytics", key, lambda: read(asked), seconds=KEPT_SECONDS)


def coupons(asked: Asked) -> Table:
    """One query over the discounts of the orders of these days, none where it is remembered."""
    rows = []
    for code, offer, orders, *amounts in _kept("offers", asked, _offers):
        cost, sales = map(Decimal, amounts)
        values = {
            "code": code or _now("without a code"),
            "offer": offer,
            "orders": orders,
            "cost": cost,
            "sales": sales,
            "rate": share(cost, cost + sales),
        }
        rows.append(Row(values))
    return Table(COUPONS.columns, rows)


def _offers(asked: Asked) -> list[Any]:
    """Return code, offer, orders, cost and sales of each, what cost most first; amounts as text.

    Amounts off are on the basis of the price tags. Where those are without tax, what all of an order's offers
    took off with tax is shared among them in proportion.
    """
    of_items = OrderItem.objects.filter(order=OuterRef("order")).order_by().values("order")
    of_order = OrderDiscount.objects.filter(order=OuterRef("order")).order_by().values("order")
    goods = Subquery(of_items.annotate(off=Sum("discount_amount")).values("off"))
    whole = Subquery(of_order.annotate(off=Sum("amount")).values("off"))
    delivery = Round((whole - goods) * (1 + F("order__shipping_tax_rate")), 2)
    grown = Round(F("amount") * (F("order__discount_gross") + delivery) / whole, 2)
    with_tax = Case(When(Q(order__prices_include_tax=True) | Q(amount=0), then="amount"), default=grown)
    first, end = asked.period.instants
    given = OrderDiscount.objects.filter(
        Order.was_paid("order__"),
        order__created_at__gte=first,
        order__created_at__lt=end,
        order__currency=asked.currency,
        order__deleted_at=None,
        order__is_historic=False,
    )
    sums = (
        given.order_by()
        .annotate(offer=Coalesce("promotion__name", "name"))
        .values("promotion", "code", "offer")
        .annotate(orders=Count("order", distinct=True), cost=Sum(with_tax), sales=Sum("order__total_amount"))
    )
    found = sorted(sums, key=lambda row: (-row["cost"], row["code"], row["offer"]))
    return [[row["code"], row["offer"], row["orders"], str(row["cost"]), str(row["sales"])] for row in found]


def funnel(asked: Asked) -> Table:
    """Two queries, one without a comparison, none where it is remembered."""
    now = _steps(asked.period)
    then = _steps(asked.before) if asked.before else {}
    rows: list[Row] = []
    before = 0
    for step in BehaviorCount.Step:
        times = now.get(step, 0)
        values: dict[str, Value] = {
            "step": str(step.label),
            "times": times,
            "rate": share(times, before) if rows else None,
            "of_first": share(times, now.get(BehaviorCount.Step.VIEW, 0)),
            "times_before": then.get(step, 0) if asked.before else None,
            "times_change": change(times, then.get(step, 0)) if asked.before else None,
        }
        rows.append(Row(values))
        before = times
    is_compared = asked.before is not None
    found = rows if any(now.values()) or any(then.values()) else []
    return Table(shown(FUNNEL.columns, is_compared=is_compared), found)


def _steps(period: Period, *, is_next: bool = False) -> dict[str, int]:
    return dict(_kept("steps", Asked(period, None, ANY), _counted, is_next=is_next))


def _counted(asked: Asked) -> list[Any]:
    return [list(pair) for pair in behavior.steps_between(asked.period.first, asked.period.last).items()]


def searches(asked: Asked) -> Table:
    """One query, none where it is remembered."""
    rows = [
        Row({"words": words, "times": times, "vain": vain, "share": share(vain, times)})
        for words, times, vain in _kept("searches", replace(asked, currency=ANY), _searches)
    ]
    return Table(SEARCHES.columns, rows)


def vain_searches(asked: Asked) -> Table:
    """One query, none where it is remembered."""
    rows = [
        Row({"words": words, "vain": vain, "times": times})
        for words, times, vain in _kept("in-vain", replace(asked, currency=ANY), _searches_in_vain)
    ]
    return Table(VAIN_SEARCHES.columns, rows)


def _searches(asked: Asked, *, only_in_vain: bool = False) -> list[Any]:
    """Return words, times and times in vain, what was searched most first."""
    found = behavior.searches_between(
        asked.period.first, asked.period.last, limit=MOST, only_in_vain=only_in_vain
    )
    return [[one.words, one.times, one.in_vain] for one in found]


def _searches_in_vain(asked: Asked) -> list[Any]:
    return _searches(asked, only_in_vain=True)


def returns(asked: Asked) -> Table:
    """Three queries, none where it is remembered."""
    found = _kept("reasons", asked, _reasons)
    whole = sum(number for _reason, number, *_more in found)
    rows = [
        Row(
            {
                "reason": str(Return.Reason(reason).label),
                "returns": number,
                "share": share(number, whole),
                "declined": declined,
                "units": units,
                "refunded": Decimal(refunded),
            }
        )
        for reason, number, declined, units, refunded in found
    ]
    return Table(RETURNS.columns, rows, _in_all(rows, ("returns", "declined", "units", "refunded")))


def _reasons(asked: Asked) -> list[Any]:
    """Return reason, returns, declined ones, units and what was refunded, as text; the most first."""
    first, end = asked.period.instants
    wanted = Return.objects.filter(
        requested_at__gte=first, requested_at__lt=end, order__currency=asked.currency
    )
    counted = (
        wanted.order_by()
        .values("reason")
        .annotate(number=Count("pk"), declined=Count("pk", filter=Q(status=Return.Status.DECLINED)))
    )
    units = _by_reason(wanted.exclude(status=Return.Status.DECLINED).order_by(), Sum("items__quantity"))
    money = _by_reason(wanted.order_by(), Sum("refunds__amount"))
    found = sorted(counted, key=lambda row: (-row["number"], row["reason"]))
    return [
        [row["reason"], row["number"], row["declined"], units.get(row["reason"], 0),
         str(money.get(row["reason"], 0))]
        for row in found
    ]  # fmt: skip


def _by_reason(wanted: Any, total: Any) -> dict[str, Any]:
    rows = wanted.values("reason").annotate(total=total)
    return {row["reason"]: row["total"] or 0 for row in rows}


def _in_all(rows: Iterable[Row], names: Iterable[str]) -> Row:
    return Row({name: sum(row.values[name] or 0 for row in rows) for name in names})  # type: ignore[misc]


CURRENT = frozenset({Takes.DATES, Takes.CURRENCY})
TIMES = Column(
    "times", _("Times"), Unit.COUNT, _("How often, on these days (UTC); nobody is told from another.")
)
COUPONS = Report(
    slug="coupons",
    name=_("Coupons and offers"),
    question=_("Which reductions are used, and what do they cost us?"),
    group=Group.MARKETING,
    columns=(
        Column("code", _("Code"), Unit.TEXT, _("The coupon's code, where the offer needs one.")),
        Column("offer", _("Offer"), Unit.TEXT, _("The offer by its name of today, or its last one.")),
        Column(
            "orders",
            _("Orders"),
            Unit.COUNT,
            _("Orders of these days that had it and were paid, whatever became of them since."),
        ),
        Column(
            "cost",
            _("Cost"),
            Unit.MONEY,
            _("What it took off in these orders, delivery included, with tax: also if price tags have none."),
        ),
        Column(
            "sales", _("Sales with it"), Unit.MONEY, _("What these orders were charged in all, with tax.")
        ),
        Column(
            "rate",
            _("Rate"),
            Unit.PERCENT,
            _("Its cost in percent of what would have been charged without it."),
        ),
    ),
    read=coupons,
    takes=CURRENT,
    is_live=True,
    picture=Picture(Kind.BAR, "offer", ("cost",), most=12),
    facts=_(
        "Read from the orders themselves, up to this minute, and for more than 62 days up to an hour ago; "
        "orders of before the shop know no offers."
    ),
)
FUNNEL = Report(
    slug="funnel",
    name=_("From look to order"),
    question=_("How many of those who look also buy?"),
    group=Group.MARKETING,
    columns=(
        Column("step", _("Step"), Unit.TEXT, _("What was done; each time counts, not each person.")),
        TIMES,
        Column(
            "rate", _("Of the step before"), Unit.PERCENT, _("In percent of the times of the step before.")
        ),
        Column(
            "of_first", _("Of all looks"), Unit.PERCENT, _("In percent of the times that a product was seen.")
        ),
        Column(
            "times_before",
            _("Times before"),
            Unit.COUNT,
            _("How often in the period that is compared with."),
            is_compared=True,
        ),
        Column(
            "times_change",
            _("Changed by"),
            Unit.PERCENT,
            _("By how much that differs, in percent of the times before."),
            is_compared=True,
        ),
    ),
    read=funnel,
    takes=frozenset({Takes.DATES, Takes.COMPARISON}),
    is_live=True,
    picture=Picture(Kind.BAR, "step", ("times",), before="times_before"),
    facts=_(
        "Counted without cookies and without anybody's name; programs that say what they are do not count. "
        "More than 62 days are as they were up to an hour ago."
    ),
)
WORDS = Column(
    "words",
    _("Words"),
    Unit.TEXT,
    _("What was searched, in small letters; nothing that could be about a person."),
)
VAIN = Column("vain", _("In vain"), Unit.COUNT, _("How often nothing was found."))
SEARCHES = Report(
    slug="searches",
    name=_("Searches"),
    question=_("What do people look for?"),
    group=Group.MARKETING,
    columns=(
        WORDS,
        TIMES,
        VAIN,
        Column(
            "share", _("In vain of all"), Unit.PERCENT, _("Times that nothing was found, in percent of all.")
        ),
    ),
    read=searches,
    takes=frozenset({Takes.DATES}),
    is_live=True,
    picture=Picture(Kind.BAR, "words", ("times",), most=12),
    facts=_(
        "The 100 that were searched most often. A page of results counts once, its further pages do not. "
        "More than 62 days are as they were up to an hour ago."
    ),
)
VAIN_SEARCHES = Report(
    slug="searches-in-vain",
    name=_("Searches in vain"),
    question=_("What do people look for that we do not have, or call otherwise?"),
    group=Group.MARKETING,
    columns=(WORDS, VAIN, TIMES),
    read=vain_searches,
    takes=frozenset({Takes.DATES}),
    is_live=True,
    picture=Picture(Kind.BAR, "words", ("vain",), most=12),
    facts=SEARCHES.facts,
)
RETURNS = Report(
    slug="returns",
    name=_("Returns by reason"),
    question=_("Why do things come back?"),
    group=Group.MARKETING,
    columns=(
        Column("reason", _("Reason"), Unit.TEXT, _("What the customer chose as reason.")),
        Column("returns", _("Returns"), Unit.COUNT, _("Returns that were announced in these days.")),
        Column("share", _("Share"), Unit.PERCENT, _("Part of all returns of these days, in percent.")),
        Column("declined", _("Declined"), Unit.COUNT, _("Those that staff declined.")),
        Column("units", _("Units"), Unit.UNITS, _("Units in those that were not declined.")),
        Column(
            "refunded",
            _("Refunded"),
            Unit.MONEY,
            _("What was given back for these returns so far, with tax."),
        ),
    ),
    read=returns,
    takes=CURRENT,
    is_live=True,
    picture=Picture(Kind.BAR, "reason", ("returns",), most=12),
    facts=_(
        "Read from the returns themselves, up to this minute, and for more than 62 days up to an hour ago."
    ),
)
