"""Reports beside plain SQL over the tables of orders: each row of each, to the cent."""

# ruff: noqa: S608 -- SQL is put together from constants

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone

from orders.analytics import buyers
from orders.models import SalesRollup
from orders.selectors.reports import names, registry
from orders.selectors.reports.asked import Asked
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import share
from orders.services.analytics import refresh
from orders.tests import sales_in_sql as sql
from orders.tests.past_sales import a_past, some_orders

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.integration,
    pytest.mark.xdist_group("dask"),
    pytest.mark.usefixtures("analytics_folder"),
]
COUNTED = {"funnel", "searches", "searches-in-vain"}
"""What people do, and not what they buy: see ``test_reports``."""
COMPARED = {
    "revenue", "gross-to-net", "countries", "categories", "brands", "bestsellers", "slow-sellers",
    "stock-cover", "customers", "cohorts", "segments", "lifetime", "coupons", "returns",
}  # fmt: skip
IN_DAYS = "FROM sales WHERE currency = %s AND day BETWEEN %s AND %s"
PAID_ONCE = "count(DISTINCT (number, date_trunc('month', day))) FILTER (WHERE counts) AS orders"
MONEY = "sum(goods + delivery) AS sold, sum(goods + delivery - back) AS revenue, sum(units) AS units"


@pytest.fixture(params=[True, False], ids=["tags with tax", "tags without"])
def sales(request, settings, analytics_folder):
    """Past and present sales, their sums and results."""
    settings.PRICES_INCLUDE_TAX = request.param
    a_past(7, lines=200)
    some_orders(7, count=24)
    refresh.run()


def answer(slug, asked):
    return registry.REPORTS[slug].answer(asked)


def everything(currency="EUR", grain="month"):
    """Ask for all months, compared with the half year before the last one."""
    last = timezone.localdate()
    period = Period(last.replace(day=1) - timedelta(days=28), last)
    return Asked(period, Period(date(2026, 1, 1), date(2026, 6, 30)), currency, grain)


def rows_of(table, *columns, key=None):
    """Return what each row says under ``columns``."""
    return {(key(row) if key else row.key): tuple(row.values[name] for name in columns) for row in table.rows}


def days(asked):
    return asked.currency, asked.period.first, asked.period.last


def before(asked):
    return asked.currency, asked.before.first, asked.before.last


def exact(value):
    return Decimal(value or 0)


def mean(amount, count):
    return (exact(amount) / count).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def test_every_report_is_compared_with_sql():
    assert registry.REPORTS.keys() == COMPARED | COUNTED


@pytest.mark.usefixtures("sales")
def test_reports_come_to_what_plain_sql_says():
    # one test: what all of it reads is made once
    for grain in ("day", "month"):
        for dimension in SalesRollup.Dimension.values:
            stored = {
                (row.start, row.currency, row.key): tuple(exact(getattr(row, name)) for name in sql.FIGURES)
                for row in SalesRollup.objects.filter(grain=grain, dimension=dimension)
            }
            assert stored == sql.by(dimension, grain), (grain, dimension)
    for currency in ("EUR", "GBP"):
        asked = everything(currency)
        in_steps(asked)
        by_key(asked)
        of_things(asked)
        of_customers(currency)
    of_offers(everything())
    of_returns(everything())


def in_steps(asked):
    """Compare sums of months: revenue, its parts with their tax, and kinds of customers."""
    found = sql.asked(
        f"SELECT date_trunc('month', day)::date AS step, {sql.SUMS} {IN_DAYS} GROUP BY 1", *days(asked)
    )
    told = {row["step"]: row for row in found}
    for step, (revenue, orders, units) in rows_of(
        answer("revenue", asked), "revenue", "orders", "units", key=lambda row: row.values["step"]
    ).items():
        row = told.get(step) or defaultdict(int)
        assert revenue == exact(row["goods"]) + exact(row["delivery"]) - exact(row["back"])
        assert (orders, units) == (exact(row["orders"]), exact(row["units"]))
    for row in answer("gross-to-net", asked).rows:
        said = told.get(row.values["step"]) or defaultdict(int)
        parts = {name: exact(said[name]) for name in sql.FIGURES}
        revenue = parts["goods"] + parts["delivery"] - parts["back"]
        assert row.values == {
            "step": row.values["step"],
            "listed": parts["listed"],
            "discount": -parts["discount"],
            "goods": parts["goods"],
            "delivery": parts["delivery"],
            "back": -parts["back"],
            "revenue": revenue,
            "tax": parts["tax"],
            "net": revenue - parts["tax"],
        }
    kinds = sql.asked(
        f"SELECT date_trunc('month', day)::date AS step, customer, {PAID_ONCE}, {MONEY} {IN_DAYS}"
        " GROUP BY 1, 2",
        *days(asked),
    )
    told = {(row["step"], row["customer"]): row for row in kinds}
    for row in answer("customers", asked).rows:
        for kind in ("new", "returning", "unknown"):
            said = told.get((row.values["step"], kind)) or defaultdict(int)
            assert row.values[f"revenue_{kind}"] == exact(said["revenue"])
            assert row.values[f"orders_{kind}"] == exact(said["orders"])


def by_key(asked):
    """Compare each country, category and brand, with the period before."""
    for slug, dimension in (("countries", "country"), ("categories", "category"), ("brands", "brand")):
        query = f"SELECT {dimension} AS key, {PAID_ONCE}, {MONEY} {IN_DAYS} GROUP BY 1"
        now = {row["key"]: row for row in sql.asked(query, *days(asked))}
        then = {row["key"]: row["revenue"] for row in sql.asked(query, *before(asked))}
        whole = sum(row["revenue"] for row in now.values())
        told = names.countries_of(now.keys() | then.keys())
        wanted = {}
        for key in now.keys() | then.keys():
            row = now.get(key) or defaultdict(int)
            if row["revenue"] or row["orders"] or then.get(key):
                wanted[told[key] if slug == "countries" else key] = (
                    row["revenue"],
                    row["orders"],
                    row["units"],
                    exact(row["sold"]) / row["orders"] if row["orders"] else None,
                    share(row["revenue"], whole),
                    then.get(key, 0),
                )
        columns = ("revenue", "orders", "units", "average", "share", "revenue_before")
        named = (lambda row: row.values["name"]) if slug == "countries" else None
        table = answer(slug, asked)
        assert {
            key: values for key, values in rows_of(table, *columns, key=named).items() if any(values)
        } == {key: values for key, values in wanted.items() if any(values)}, slug
        assert table.total.values["revenue"] == whole


def of_things(asked):
    """Compare what leads, what lies and what lasts."""
    query = f"SELECT product AS key, sum(units_back) AS back, {PAID_ONCE}, {MONEY} {IN_DAYS} GROUP BY 1"
    sold = {row["key"]: row for row in sql.asked(query, *days(asked))}
    goods = [(key, row) for key, row in sold.items() if row["units"] > 0 and not key.startswith("fee:")]
    goods.sort(key=lambda one: (-one[1]["revenue"], -one[1]["units"], one[0]))
    assert [
        tuple(row.values[name] for name in ("revenue", "units", "units_back", "orders"))
        for row in answer("bestsellers", asked).rows
    ] == [(row["revenue"], row["units"], row["back"], row["orders"]) for _key, row in goods]
    for slug in ("slow-sellers", "stock-cover"):
        for row in answer(slug, asked).rows:
            assert row.values["units"] == sold.get(row.key, {"units": 0})["units"]


def of_customers(currency):
    """Compare who came back, when, and with what."""
    asked = everything(currency)
    known = "FROM sales WHERE currency = %s AND first IS NOT NULL"
    since = "12 * (date_part('year', day) - date_part('year', first)) + date_part('month', day) \
             - date_part('month', first)"
    query = f"""SELECT to_char(first, 'YYYY-MM') AS cohort, ({since})::int AS since,
        count(DISTINCT who) FILTER (WHERE counts) AS customers, {MONEY},
        count(DISTINCT number) FILTER (WHERE counts) AS orders {known} GROUP BY 1, 2 ORDER BY 1, 2"""
    by_cohort = defaultdict(dict)
    for row in sql.asked(query, currency):
        by_cohort[row["cohort"]][row["since"]] = row
    table = answer("cohorts", asked)
    assert [row.values["cohort"] for row in table.rows] == sorted(by_cohort)
    for row in table.rows:
        of = by_cohort[row.values["cohort"]]
        assert row.values["customers"] == of[0]["customers"]
        for month in range(1, 13):
            told = share(of[month]["customers"] if month in of else 0, of[0]["customers"])
            assert row.values[f"month_{month}"] == (told if month <= max(of) else None)
    orders = sql.asked(
        f"""SELECT to_char(first, 'YYYY-MM') AS cohort, count(DISTINCT number) FILTER (WHERE counts) AS orders
        {known} GROUP BY 1""",
        currency,
    )
    ordered = {row["cohort"]: row["orders"] for row in orders}
    for row in answer("lifetime", asked).rows:
        of = by_cohort[row.values["cohort"]]
        size, revenue = of[0]["customers"], sum(one["revenue"] for one in of.values())
        assert row.values["customers"] == size
        assert (row.values["orders"], row.values["revenue"]) == (ordered[row.values["cohort"]], revenue)
        assert row.values["mean"] == mean(revenue, size)
        for month in (0, 1, 3, 6, 12):
            so_far = sum(one["revenue"] for since, one in of.items() if since <= month)
            assert row.values[f"after_{month}"] == (mean(so_far, size) if month <= max(of) else None)
    people = sql.asked(
        f"""SELECT who, sum(goods + delivery - back) AS revenue,
        count(DISTINCT number) FILTER (WHERE counts) AS orders,
        (SELECT max(day) FROM sales) - max(day) FILTER (WHERE counts) AS days {known} GROUP BY 1""",
        currency,
    )
    found = answer("segments", asked).rows
    for (low, high), segments in zip(buyers.RECENCY, buyers.SEGMENTS, strict=True):
        for (fewest, most), _name in zip(buyers.FREQUENCY, segments, strict=True):
            row, found = found[0].values, found[1:]
            of = [
                one
                for one in people
                if low <= one["days"] <= (high or 10_000) and fewest <= one["orders"] <= (most or 10_000)
            ]
            revenue = sum(one["revenue"] for one in of)
            assert (row["customers"], row["orders"]) == (len(of), sum(one["orders"] for one in of))
            assert (row["revenue"], row["share"]) == (revenue, share(len(of), len(people)))
            assert row["mean"] == (mean(revenue, len(of)) if of else None)


def of_offers(asked):
    """Compare what each code took off; of these orders each has one."""
    found = sql.asked(
        """SELECT code, sum(discount_gross) AS cost, sum(total_amount) AS sales, count(*) AS orders
        FROM paid JOIN order_discounts discount ON discount.order_id = paid.id
        WHERE currency = %s AND (paid.created_at AT TIME ZONE 'UTC')::date BETWEEN %s AND %s GROUP BY 1""",
        *days(asked),
    )
    assert found
    columns = ("orders", "cost", "sales", "rate")
    assert rows_of(answer("coupons", asked), *columns, key=lambda row: row.values["code"]) == {
        row["code"]: (
            row["orders"],
            row["cost"],
            row["sales"],
            share(row["cost"], row["cost"] + row["sales"]),
        )
        for row in found
    }


def of_returns(asked):
    """Compare what came back for which reason."""
    found = sql.asked(
        """SELECT reason, count(*) AS returns, sum((SELECT sum(quantity) FROM return_items
            WHERE parent_id = returns.id)) AS units,
        sum((SELECT sum(amount) FROM refunds WHERE of_return_id = returns.id)) AS refunded
        FROM returns JOIN paid ON paid.id = order_id
        WHERE currency = %s AND (requested_at AT TIME ZONE 'UTC')::date BETWEEN %s AND %s GROUP BY 1""",
        *days(asked),
    )
    assert found
    assert [
        tuple(row.values[name] for name in ("returns", "units", "refunded"))
        for row in answer("returns", asked).rows
    ] == [(row["returns"], row["units"], row["refunded"]) for row in found]
