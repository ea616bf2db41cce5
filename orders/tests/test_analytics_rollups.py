"""Sums of what was sold: to the last digit what a plain query says, computed once, and swapped in whole."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from orders.analytics import dataset, engine, partial_sums, sums
from orders.models import (
    AnalysisResult,
    HistoricLine,
    Order,
    OrderItem,
    PaymentEvent,
    Refund,
    ReturnItem,
    RolledDay,
    SalesRollup,
)
from orders.services import coupons, status, timeline
from orders.services.analytics import export, refresh, rollups
from orders.tests.factories import (
    CouponFactory,
    MethodFactory,
    OrderFactory,
    RefundFactory,
    ReturnFactory,
)
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.integration, pytest.mark.xdist_group("dask")]
S = Order.Status
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
PAID = [S.CONFIRMED, S.PROCESSING, S.SHIPPED, S.DELIVERED, S.REFUNDED]


@pytest.fixture(autouse=True)
def folder(db, settings, tmp_path, dask_cluster):
    """Compute in a folder of its own, inside the one transaction of a test, however long that takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    settings.ANALYTICS_DIR = tmp_path / "analytics"
    return settings.ANALYTICS_DIR


def historic(quantity=6, price="2.55", **fields):
    plain = {
        "source": "online_retail", "invoice": "536365", "fingerprint": str(HistoricLine.objects.count()),
        "code": "85123A", "currency": "GBP", "placed_at": NOON, "customer": "17850", "country": "GB",
    }  # fmt: skip
    return HistoricLine.objects.create(quantity=quantity, unit_price=Decimal(price), **plain | fields)


def a_past(seed, *, lines=400, days=75):
    """Make lines as files of the past have them: everything that Online Retail holds, at random."""
    pick = random.Random(seed)  # noqa: S311
    products = [None, None, *ProductFactory.create_batch(3, category=CategoryFactory(), brand=BrandFactory())]
    made = []
    for number in range(lines):
        invoice = pick.randrange(lines // 4)
        who = random.Random(invoice)  # noqa: S311
        at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=who.randrange(days), hours=who.randrange(24))
        is_fee = pick.random() < 0.1
        quantity = pick.choice([1, 2, 6, 12, -1, -3, 100])
        made.append(
            HistoricLine(
                source="online_retail",
                invoice=str(invoice),
                fingerprint=str(number),
                is_fee=is_fee,
                is_cancellation=quantity < 0 and pick.random() < 0.5,
                code=pick.choice(["POST", "M"]) if is_fee else pick.choice(["85123A", "85123a", "22423"]),
                quantity=quantity,
                unit_price=Decimal(pick.choice(["0", "0.001", "2.55", "19.9999", "-7.5" if is_fee else "3"])),
                currency=who.choice(["GBP", "EUR"]),
                # some invoices are written around midnight
                placed_at=at + timedelta(days=pick.random() < 0.1),
                customer=who.choice(["", "1", "2", "3", "4", "5"]),
                country=who.choice(["", "GB", "DE"]),
                product=None if is_fee else pick.choice(products),
            )
        )
    HistoricLine.objects.bulk_create(made)


def some_orders(seed, count=14):
    """Place orders of every kind through the shop's own services, and move them to other days."""
    pick = random.Random(seed)  # noqa: S311
    MethodFactory(price=Decimal("4.90"))
    products = [
        ProductFactory(price=Decimal(price), stock_quantity=1000) for price in ("33.33", "0.99", "7.77")
    ]  # fmt: skip
    users = UserFactory.create_batch(3)
    for number in range(count):
        user = pick.choice([*users, None])
        if user and pick.random() < 0.4:
            coupons.put_in_cart(user.cart, code=CouponFactory().code)
        units = {product: pick.randint(1, 5) for product in pick.sample(products, pick.randint(1, 3))}
        wanted = pick.choice([S.DELIVERED, S.DELIVERED, S.CONFIRMED, S.PENDING, S.CANCELLED, S.REFUNDED])
        order = OrderFactory(user=user, email=f"guest{number % 3}@example.com", units=units, status=wanted)
        if wanted == S.DELIVERED and pick.random() < 0.6:
            back = ReturnFactory(order=order, units={order.items.first(): 1}, status="received")
            RefundFactory(
                order=order, of_return=back, amount=Decimal("0.99"), delivery_amount=Decimal("0.50")
            )
            back.received_at -= timedelta(days=pick.randrange(40))
            back.save()
        if wanted == S.DELIVERED and pick.random() < 0.3:
            status.move(order, to=S.REFUNDED, actor=timeline.SHOP)
        at = timezone.now() - timedelta(days=pick.randrange(70))
        Order.objects.filter(pk=order.pk).update(created_at=at)
        Refund.objects.filter(order=order).update(created_at=at + timedelta(days=3))
        PaymentEvent.objects.filter(order=order).update(created_at=at + timedelta(days=5))


def rolled(grain="day", dimension="all", **like):
    """Return (start, currency, key) -> row."""
    rows = SalesRollup.objects.filter(grain=grain, dimension=dimension, **like)
    return {(row.start, row.currency, row.key): row for row in rows}


def figures(row):
    return (row.orders, row.goods, row.delivery, row.back)


def asked_of_lines(grain, *by):
    """Ask the table of past lines itself: (start, currency, *by) -> orders, units, goods, delivery, back."""
    trunc = TruncDate("placed_at") if grain == "day" else TruncMonth("placed_at")
    amount = F("quantity") * F("unit_price")
    is_back = Q(is_fee=False) & (Q(is_cancellation=True) | (Q(quantity__lt=0) & ~Q(unit_price=0)))
    is_goods = Q(is_fee=False, is_cancellation=False, quantity__gt=0)
    is_sold = is_goods | Q(is_fee=True, quantity__gt=0, unit_price__gte=0) | Q(
        is_fee=True, quantity__lt=0, unit_price__lte=0)  # fmt: skip
    rows = (
        HistoricLine.objects.annotate(start=trunc)
        .order_by()
        .values("start", "currency", *by)
        .annotate(
            orders=Count("invoice", distinct=True, filter=is_sold),
            units=Sum("quantity", filter=is_goods),
            goods=Sum(amount, filter=is_goods),
            delivery=Sum(amount, filter=is_sold & Q(is_fee=True)),
            back=-Sum(amount, filter=is_back | (Q(is_fee=True) & ~is_sold)),
        )
    )
    sums = ("units", "goods", "delivery", "back")
    return {
        (start_of(row), row["currency"], *(row[name] for name in by)): (
            row["orders"],
            *(row[name] or 0 for name in sums),
        )
        for row in rows
    }


def start_of(row):
    return row["start"].date() if isinstance(row["start"], datetime) else row["start"]


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

    live = Order.objects.filter(status__in=PAID)
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
        asked[row["day"]]["units_back"] = row["units"]

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


def test_only_what_has_changed_is_computed_and_a_second_time_nothing():
    a_past(4, days=40)
    first = refresh.run()
    before = {row.pk for row in SalesRollup.objects.all()}
    assert (
        first.rolled.days
        == RolledDay.objects.count()
        == HistoricLine.objects.dates("placed_at", "day").count()
    )

    again = refresh.run()

    assert (again.exported.total, again.rolled.total, again.results) == (0, 0, 0)
    assert {row.pk for row in SalesRollup.objects.all()} == before
    historic(2, "1.0001", invoice="new", placed_at=datetime(2026, 1, 20, 9, tzinfo=UTC), customer="")
    third = refresh.run()
    assert (third.rolled.days, third.rolled.months) == (1, 1)
    kept = SalesRollup.objects.filter(pk__in=before)
    assert not kept.filter(grain="day", start=date(2026, 1, 20)).exists()
    assert not kept.filter(grain="month", start=date(2026, 1, 1)).exists()
    assert kept.filter(grain="day").exclude(start=date(2026, 1, 20)).count() == (
        SalesRollup.objects.filter(grain="day").exclude(start=date(2026, 1, 20)).count()
    )
    assert {key[:2]: row.goods for key, row in rolled("day").items()} == {
        key: asked[2] for key, asked in asked_of_lines("day").items()
    }


def test_a_month_of_which_nothing_is_left_has_no_sums():
    historic()
    historic(1, "1", placed_at=NOON - timedelta(days=60))
    refresh.run()
    HistoricLine.objects.filter(placed_at__lt=NOON).delete()

    refresh.run()

    assert {key[0] for key in rolled("day")} == {NOON.date()}
    assert {key[0] for key in rolled("month")} == {date(2026, 3, 1)}
    assert RolledDay.objects.count() == 1


def test_what_is_older_than_the_export_that_is_there_is_not_swapped_in(monkeypatch):
    historic()
    export.run()
    compute = sums.rollups

    def overtaken(*arguments, **named):
        for month, table in compute(*arguments, **named):
            historic(1, "1", invoice="later")
            export.run()
            yield month, table

    monkeypatch.setattr(sums, "rollups", overtaken)
    with engine.client() as client:
        done = rollups.refresh(client)
    assert done.overtaken == ["2026-03"]
    assert not SalesRollup.objects.exists()
    monkeypatch.setattr(sums, "rollups", compute)

    refresh.run()

    assert rolled()[NOON.date(), "GBP", ""].orders == 2


def test_stopped_after_a_month_a_rerun_does_the_rest():
    for month in (1, 2, 3):
        historic(month, "1", placed_at=datetime(2026, month, 3, tzinfo=UTC))
    export.run()
    with engine.client() as client:
        done = rollups.refresh(client, should_stop=lambda: True)
        assert (done.months, done.total) == (1, 3)
        assert len(rolled("month")) == 1
        rest = rollups.refresh(client)

    assert (rest.months, rest.total) == (2, 2)
    assert sorted(row.goods for row in rolled("month").values()) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once_end_right():
    a_past(5, lines=120)
    export.run()
    together = Barrier(2)
    refused = []

    def compute():
        try:
            with engine.client() as client:
                together.wait(30)
                rollups.refresh(client)
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert refused == []
    assert {key[:2]: row.goods for key, row in rolled("month").items()} == {
        key: asked[2] for key, asked in asked_of_lines("month").items()
    }


def test_a_broken_file_is_named_old_sums_stay_and_a_rerun_finishes(folder):
    historic()
    refresh.run()
    before = {key: figures(row) for key, row in rolled().items()}
    historic(1, "1", invoice="more", placed_at=NOON + timedelta(days=1))
    export.run()
    (file,) = folder.glob("lines/day=2026-03-15/*.parquet")
    content = bytearray(file.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 30] = b"\0" * 30
    file.write_bytes(content)

    with pytest.raises(Exception, match="day=2026-03-15") as refusal:
        refresh.run()

    assert refusal.type.code == "analytics_data_damaged"
    assert {key: figures(row) for key, row in rolled().items()} == before
    refresh.run()
    assert len(rolled()) == 2
    assert dataset.is_intact(folder, dataset.load(folder), "lines", date(2026, 3, 15))


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

    monkeypatch.setattr(loyalty, "BYTES_PER_BUCKET", 10_000)
    monkeypatch.setattr(sums, "BYTES_PER_BUCKET", 10_000)
    monkeypatch.setattr(sums, "BYTES_AT_ONCE", 10_000)
    monkeypatch.setattr(partial_sums, "ROWS_AT_ONCE", 1)
    refresh.run(everything=True)

    again = AnalysisResult.objects.exclude(name="rollups").order_by("name", "currency").values("name", "rows")
    assert list(again) == results
    assert {key: figures(row) for key, row in rolled("day", "customer").items()} == before


def test_the_command_says_what_it_did(folder):
    historic()
    said = StringIO()

    call_command("refresh_analytics", stdout=said)

    assert said.getvalue() == (
        "Exported 1 days, 1 of them changed.\n"
        "Computed 1 days in 1 months: 12 sums, and 3 results of customers.\n"
    )
    assert Path(folder / "lines").exists()
