"""Sums of what was sold, and what is known of customers: to the last digit what a plain query says."""

import zlib
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from orders.analytics import dataset, facts, partial_sums, sums
from orders.models import (
    AnalysisResult,
    HistoricLine,
    Order,
    OrderItem,
    PaymentEvent,
    Refund,
    ReturnItem,
)
from orders.services.analytics import refresh
from orders.tests.past_sales import NOON, a_past, asked_of_lines, figures, historic, rolled, some_orders

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.integration,
    pytest.mark.xdist_group("dask"),
    pytest.mark.usefixtures("analytics_folder"),
]


@pytest.mark.parametrize("seed", [1, 2])
def test_past_lines_come_to_what_a_plain_query_says_by_day_and_month(seed):
    a_past(seed)
    refresh.run()

    for grain in ("day", "month"):
        asked = asked_of_lines(grain)
        found = rolled(grain)
        assert found.keys() == {(*key, "") for key in asked}
        assert {
            key[:2]: (row.orders, row.units, row.goods, row.delivery, row.back) for key, row in found.items()
        } == asked
        by_country = rolled(grain, "country")
        assert {
            key: (row.orders, row.units, row.goods, row.delivery, row.back) for key, row in by_country.items()
        } == asked_of_lines(grain, "country")
    total = sum(line.quantity * line.unit_price for line in HistoricLine.objects.all())
    assert sum(row.goods + row.delivery - row.back for row in rolled("month").values()) == total


def test_past_lines_by_product_are_products_codes_and_fees():
    a_past(3)
    refresh.run()

    asked = defaultdict(lambda: [set(), Decimal()])
    for line in HistoricLine.objects.all():
        key = str(line.product_id) if line.product_id else f"code:{line.code}"
        key = f"fee:{line.code}" if line.is_fee else key
        own = asked[line.placed_at.date().replace(day=1), line.currency, key]
        own[1] += line.quantity * line.unit_price
        is_back = line.is_cancellation or line.quantity < 0
        if line.quantity * line.unit_price >= 0 if line.is_fee else not is_back:
            own[0].add(line.invoice)
    found = rolled("month", "product")
    assert {key: (row.orders, row.goods + row.delivery - row.back) for key, row in found.items()} == {
        key: (len(invoices), amount) for key, (invoices, amount) in asked.items()
    }
    for dimension in ("category", "brand", "customer"):
        for grain in ("day", "month"):
            assert sums_of(rolled(grain, dimension)) == sums_of(rolled(grain, "all"))


def sums_of(rows):
    """Add up what rows of one dimension came to, by start and currency."""
    found = defaultdict(lambda: [Decimal()] * 8)
    names = ("units", "units_back", "listed", "discount", "goods", "delivery", "back", "tax")
    for (start, currency, _key), row in rows.items():
        own = found[start, currency]
        found[start, currency] = [one + getattr(row, name) for one, name in zip(own, names, strict=True)]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_orders_of_the_shop_come_to_what_a_plain_query_says(seed):
    some_orders(seed)
    refresh.run()

    live = Order.objects.exclude(confirmed_at=None)
    placed = live.annotate(day=TruncDate("created_at")).order_by().values("day")
    asked = defaultdict(lambda: dict.fromkeys(("orders", "goods", "moved", "tax", "back", "units_back"), 0))
    for row in placed.annotate(orders=Count("pk"), moved=Sum("total_amount"), tax=Sum("tax_amount")):
        asked[row.pop("day")] |= row
    items = OrderItem.objects.filter(order__in=live).annotate(day=TruncDate("order__created_at")).order_by()
    for row in items.values("day").annotate(goods=Sum("gross_amount")):
        asked[row["day"]]["goods"] = row["goods"]
    refunds = Refund.objects.filter(order__in=live).annotate(day=TruncDate("created_at")).order_by()
    rest = PaymentEvent.objects.filter(order__in=live, kind="refund_due", event_id__contains=":rest")
    for found in (refunds, rest.annotate(day=TruncDate("created_at")).order_by()):
        for row in found.values("day").annotate(back=Sum("amount")):
            asked[row["day"]]["back"] += row["back"]
    returned = ReturnItem.objects.filter(parent__order__in=live, parent__status="received")
    for row in returned.annotate(day=TruncDate("parent__received_at")).order_by().values("day").annotate(
        units=Sum("quantity")):  # fmt: skip
        asked[row["day"]]["units_back"] += row["units"]
    ended = OrderItem.objects.filter(order__in=live, order__events__kind="cancelled")
    for row in ended.annotate(day=TruncDate("order__events__created_at")).order_by().values("day").annotate(
        units=Sum("quantity")):  # fmt: skip
        asked[row["day"]]["units_back"] += row["units"]
    assert ended.exists()

    found = rolled("day")
    assert {key[0]: (row.orders, row.goods, row.goods + row.delivery, row.back, row.units_back)
            for key, row in found.items()} == {
        day: tuple(row[name] for name in ("orders", "goods", "moved", "back", "units_back"))
        for day, row in asked.items()
    }  # fmt: skip
    assert all(row.listed - row.discount == row.goods for row in found.values())
    for dimension in ("country", "category", "brand", "product", "customer"):
        assert sums_of(rolled("day", dimension)) == sums_of(found)
    by_product = {key: row for (_start, _currency, key), row in rolled("month", "product").items()}
    of_items = OrderItem.objects.filter(order__in=live).values_list("product").order_by()
    assert dict(of_items.annotate(Sum("quantity"))) == {
        pk: sum(row.units for (_s, _c, key), row in rolled("month", "product").items() if key == str(pk))
        for pk in map(int, filter(None, by_product))
        if OrderItem.objects.filter(order__in=live, product_id=pk).exists()
    }


def test_a_customer_is_new_on_the_day_of_their_first_order_alone():
    def day(number):
        return NOON + timedelta(days=number)

    historic(1, "10", invoice="1", placed_at=day(0))
    historic(1, "20", invoice="2", placed_at=day(0))
    historic(1, "40", invoice="3", placed_at=day(1))
    historic(-1, "10", invoice="C1", placed_at=day(2), is_cancellation=True)
    historic(1, "80", invoice="4", placed_at=day(2), currency="EUR")
    historic(1, "160", invoice="5", placed_at=day(1), customer="")
    refresh.run()

    found = {
        (key[0].day, key[1], key[2]): (row.orders, row.goods - row.back)
        for key, row in rolled("day", "customer").items()
    }
    assert found == {
        (14, "GBP", "new"): (2, 30),
        (15, "GBP", "returning"): (1, 40),
        (15, "GBP", "unknown"): (1, 160),
        (16, "GBP", "returning"): (0, -10),
        (16, "EUR", "new"): (1, 80),
    }

    historic(1, "5", invoice="0", placed_at=day(-40))  # an older order turns up
    done = refresh.run()

    assert done.rolled.days == 2
    in_pounds = rolled("day", "customer", currency="GBP")
    assert {(key[0].day, key[2]): row.orders for key, row in in_pounds.items()} == {
        (2, "new"): 1, (14, "returning"): 2, (15, "returning"): 1, (15, "unknown"): 1, (16, "returning"): 0,
    }  # fmt: skip


def test_customers_are_told_by_cohort_segment_and_worth():
    def buys(who, days, price, **more):
        number = HistoricLine.objects.count()
        historic(1, price, customer=who, invoice=str(number), placed_at=NOON + timedelta(days=days), **more)

    buys("a", 0, "10")
    buys("a", 20, "30")
    buys("b", 1, "5.0001")
    buys("c", 40, "1")
    buys("", 40, "1000")
    historic(-1, "10", customer="a", invoice="C1", placed_at=NOON + timedelta(days=40), is_cancellation=True)
    refresh.run()

    results = {row.name: row for row in AnalysisResult.objects.filter(currency="GBP")}
    assert results["cohorts"].rows == [
        {
            "cohort": "2026-03",
            "since": 0,
            "customers": 2,
            "share": "1.0000",
            "orders": 2,
            "revenue": "15.0001",
        },
        {
            "cohort": "2026-03",
            "since": 1,
            "customers": 1,
            "share": "0.5000",
            "orders": 1,
            "revenue": "20.0000",
        },
        {
            "cohort": "2026-04",
            "since": 0,
            "customers": 1,
            "share": "1.0000",
            "orders": 1,
            "revenue": "1.0000",
        },
    ]
    segments = {row["segment"]: row for row in results["rfm"].rows}
    assert len(segments) == 9
    assert segments["new"] | {"revenue": "", "mean": ""} == {
        "segment": "new", "days_from": 0, "days_to": 60, "orders_from": 1, "orders_to": 1,
        "customers": 2, "orders": 2, "revenue": "", "mean": "",
    }  # fmt: skip
    assert (segments["new"]["revenue"], segments["new"]["mean"]) == ("6.0001", "3.0001")
    assert (segments["loyal"]["customers"], segments["loyal"]["mean"]) == (1, "30.0000")
    assert results["lifetime"].rows[0] == {
        "cohort": "2026-03", "customers": 2, "orders": 3, "revenue": "35.0001", "mean": "17.5001",
        "by_month": ["7.5001", "17.5001"],
    }  # fmt: skip
    assert results["lifetime"].facts == {
        "customers": 3, "orders": 4, "revenue": "36.0001", "mean": "12.0000", "again": 1,
    }  # fmt: skip
    assert results["rfm"].through == date(2026, 4, 23)


def test_customers_in_many_buckets_come_to_the_same(monkeypatch):
    a_past(6)
    refresh.run()
    results = list(
        AnalysisResult.objects.exclude(name="rollups").order_by("name", "currency").values("name", "rows")
    )
    before = {key: figures(row) for key, row in rolled("day", "customer").items()}
    from orders.analytics import loyalty

    monkeypatch.setattr(loyalty, "BUCKETS", 4)
    monkeypatch.setattr(sums, "BYTES_PER_BUCKET", 60_000)  # four buckets
    monkeypatch.setattr(sums, "BYTES_AT_ONCE", 10_000)
    monkeypatch.setattr(partial_sums, "ROWS_AT_ONCE", 1)
    refresh.run(everything=True)

    again = AnalysisResult.objects.exclude(name="rollups").order_by("name", "currency").values("name", "rows")
    assert list(again) == results
    assert {key: figures(row) for key, row in rolled("day", "customer").items()} == before


class Here:
    """A client whose work is done at once, in this process."""

    def submit(self, function, *arguments, **_named):
        return function(*arguments)


@pytest.fixture
def seen_lines(tmp_path):
    """Lines of five days by two, four, six, eight and ten customers, of whom two are new on each."""
    for number, day in enumerate(("2026-01-03", "2026-01-20", "2026-02-03", "2026-02-20", "2026-03-03")):
        moment = datetime.fromisoformat(f"{day}T12:00+00:00")
        rows = [
            facts.Line(moment, "EUR", "goods", f"{day}-{one}", f"u{one}", 1, "MUG", 1, 1, "DE", 1, 1, 0, 1, 0)
            for one in range(2 * number + 2)
        ]
        dataset.write(tmp_path, "lines", date.fromisoformat(day), rows)
    return tmp_path / "lines"


def test_a_customer_is_sorted_into_a_bucket_once_however_many_buckets_there_are(seen_lines, monkeypatch):
    sorted_in = []
    monkeypatch.setattr(sums, "BYTES_PER_BUCKET", 1_000)
    monkeypatch.setattr(
        partial_sums.zlib, "crc32", lambda name, sort=zlib.crc32: sorted_in.append(name) or sort(name)
    )
    pieces = sums.pieces(seen_lines)

    customers = sums.Customers(Here(), pieces)

    assert len(customers._buckets) > 3
    assert len(sorted_in) == sum(len(partial_sums.first_seen(piece.days)) for piece in pieces)
    found = [name for month in ("2026-01", "2026-02", "2026-03")
             for name in customers.new_in(month)["customer"].to_pylist()]  # fmt: skip
    assert sorted(found) == sorted(f"u{one}" for one in range(10))


def test_a_line_s_customer_is_looked_up_among_those_who_are_new_on_its_day(seen_lines, monkeypatch):
    looked_up = []
    newness = partial_sums._newness
    monkeypatch.setattr(partial_sums, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(
        partial_sums, "_newness", lambda piece, new: looked_up.append(len(new)) or newness(piece, new)
    )
    (piece,) = sums.pieces(seen_lines, days=["2026-01-03", "2026-01-20"])
    new = sums.Customers(Here(), sums.pieces(seen_lines)).new_in("2026-01")

    found, _pairs = partial_sums.day_sums(piece.days, new, partial_sums.ORDERS.empty_table())

    assert looked_up == [2] * 6  # of four in the month
    kinds = {(row["start"], row["key"]): row["orders"] for row in found.to_pylist()
             if row["dimension"] == "customer"}  # fmt: skip
    assert kinds == {("2026-01-03", "new"): 2, ("2026-01-20", "new"): 2, ("2026-01-20", "returning"): 2}
