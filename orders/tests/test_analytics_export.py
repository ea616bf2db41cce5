"""Orders as files: all of them, to the cent, only where something changed, and whole whatever happens."""

import errno
import os
import resource
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dbProject.locks import Busy
from orders.analytics import dataset, facts, reading
from orders.analytics.errors import DiskFull
from orders.models import HistoricLine, Order, Refund, Return
from orders.services import coupons, payments, privacy, status, timeline
from orders.services.analytics import export
from orders.tests.factories import CouponFactory, MethodFactory, OrderFactory, RefundFactory, ReturnFactory
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]
S = Order.Status
TODAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ANALYTICS_DIR = tmp_path / "analytics"
    return settings.ANALYTICS_DIR


def rows(folder, name="lines", day=None):
    """Return what lies in the files of a dataset, in their order."""
    files = sorted(folder.glob(f"{name}/day={day or '*'}/*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def total(found, column="amount", **like):
    matching = [row for row in found if all(row[key] == value for key, value in like.items())]
    return Decimal(sum(row[column] for row in matching)) / facts.TEN_THOUSANDTHS


def placed(days_ago, **wishes):
    """Place an order some days ago."""
    order = OrderFactory(**wishes)
    at = timezone.now() - timedelta(days=days_ago)
    Order.objects.filter(pk=order.pk).update(created_at=at)
    order.refresh_from_db()
    return order


def historic(quantity=6, price="2.55", **fields):
    count = HistoricLine.objects.count()
    plain = {
        "source": "online_retail", "invoice": "536365", "fingerprint": str(count), "code": "85123A",
        "currency": "GBP", "placed_at": TODAY, "customer": "17850", "country": "GB",
    }  # fmt: skip
    return HistoricLine.objects.create(quantity=quantity, unit_price=Decimal(price), **plain | fields)


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.suffix in (".parquet", ".json")
    }  # fmt: skip


def test_an_order_is_its_lines_and_its_delivery_with_discounts_and_tax_to_the_cent(folder):
    MethodFactory()
    user = UserFactory()
    coupons.put_in_cart(user.cart, code=CouponFactory().code)
    bowl, cup = ProductFactory(price=Decimal("33.33")), ProductFactory(price=Decimal("0.99"))
    order = OrderFactory(user=user, units={bowl: 3, cup: 1}, status=S.DELIVERED)

    export.run()

    found = rows(folder)
    assert [row["kind"] for row in found] == ["goods", "goods", "delivery"]
    assert total(found) == order.total_amount
    assert total(found, "tax") == order.tax_amount
    assert total(found, "listed", kind="goods") == order.subtotal_gross == Decimal("100.98")
    assert total(found, "discount") == order.discount_gross > 0
    first = found[0]
    assert (first["product"], first["code"], first["units"]) == (bowl.pk, bowl.sku, 3)
    assert (first["category"], first["brand"]) == (bowl.category_id or 0, bowl.brand_id or 0)
    assert {(row["customer"], row["country"], row["currency"], row["order"]) for row in found} == {
        (f"u{user.pk}", "DE", "EUR", order.order_number)
    }
    (of_orders,) = rows(folder, "orders")
    assert (of_orders["order"], of_orders["status"]) == (order.order_number, "delivered")
    assert Decimal(of_orders["total"]) / 10_000 == order.total_amount
    assert of_orders["coupons"] == order.discounts.get().code
    assert len(rows(folder, "events")) == order.events.count()
    assert [row["customer"] for row in rows(folder, "customers")] == [f"u{user.pk}"]


@pytest.mark.parametrize("paid", [0, 1])
@pytest.mark.parametrize("now", [S.PENDING, S.CANCELLED])
def test_what_was_never_paid_or_not_in_full_has_no_lines_but_is_an_order(folder, now, paid):
    order = OrderFactory()
    if paid:
        payments.apply_event(provider="test", event_id="some", order_number=order.order_number,
                             kind="captured", amount=Decimal(paid))  # fmt: skip
    if now == S.CANCELLED:
        status.cancel(order, actor=timeline.SHOP)
        assert order.amount_going_back() == paid

    export.run()

    assert rows(folder) == []
    assert [row["status"] for row in rows(folder, "orders")] == [now]


def test_money_that_goes_back_is_spread_over_what_it_was_paid_for_and_nothing_else_is_back(folder):
    MethodFactory()
    order = OrderFactory(units={ProductFactory(price=Decimal(10)): 3, ProductFactory(price=Decimal(20)): 1},
                         status=S.DELIVERED)  # fmt: skip
    payments.apply_event(provider="test", event_id="again", order_number=order.order_number,
                         kind="captured", amount=order.total_amount)  # fmt: skip
    back = ReturnFactory(order=order, units={order.items.first(): 2}, status=Return.Status.RECEIVED)
    RefundFactory(order=order, of_return=back, amount=Decimal("24.90"), delivery_amount=Decimal("4.90"))
    RefundFactory(order=order, amount=Decimal("0.01"))

    export.run()

    found = [row for row in rows(folder) if row["kind"] == "back"]
    first, second = order.items.all()
    assert total(found) == -Decimal("24.91")
    assert total(found, product=0) == -Decimal("4.90")
    assert total(found, product=first.product_id) == -Decimal("20.01")
    assert total(found, product=second.product_id) == 0
    assert [row["units"] for row in found if row["units"]] == [-2]
    assert -total(found, "tax") == sum(
        (
            amount - (amount / Decimal("1.19")).quantize(Decimal("0.01"))
            for amount in map(Decimal, ("20", "4.90"))
        ),
        Decimal(),
    )  # of a cent nothing is tax

    status.move(order, to=S.REFUNDED, actor=timeline.SHOP)
    export.run()

    assert total(rows(folder)) == 0
    assert total([row for row in rows(folder) if row["kind"] == "back"]) == -order.total_amount


@pytest.mark.unsound
def test_every_line_of_a_file_of_past_orders_is_a_row(folder):
    historic(6, "2.55")
    historic(-6, "2.55", invoice="C536366", is_cancellation=True)
    historic(-2, "0.001", invoice="536367")
    historic(-9, "0", invoice="536368", customer="")
    historic(1, "18.0000", code="POST", is_fee=True)
    historic(1, "-11062.06", code="B", is_fee=True)
    past = OrderFactory(status=S.DELIVERED)
    Order.objects.filter(pk=past.pk).update(is_historic=True, holds_stock=False)

    export.run()

    found = [(row["kind"], row["amount"], row["units"], row["customer"]) for row in rows(folder)]
    assert found == [
        ("goods", 153_000, 6, "h17850"),
        ("back", -153_000, -6, "h17850"),
        ("back", -20, -2, "h17850"),
        ("adjustment", 0, -9, ""),
        ("fee", 180_000, 1, "h17850"),
        ("fee", -110_620_600, 1, "h17850"),
    ]
    assert rows(folder)[0]["order"] == "online_retail:536365"
    assert [row["historic"] for row in rows(folder, "orders")] == [True]


def test_a_day_is_one_of_the_store_s_time_zone(folder, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.get_default_timezone.cache_clear()
    try:
        historic(placed_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
        export.run()
    finally:
        settings.TIME_ZONE = "UTC"
        timezone.get_default_timezone.cache_clear()

    assert [path.parent.name for path in folder.glob("lines/*/*")] == ["day=2026-03-15"]


def test_a_second_export_writes_nothing_and_the_same_rows_are_the_same_bytes(folder):
    for days in range(3):
        placed(days, status=S.DELIVERED)
    historic()
    export.run()
    before = files(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}

    again = export.run(everything=True)

    assert (again.written, again.emptied) == (0, 0)
    assert again.same == again.total > 4
    assert files(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == stamps
    shutil.rmtree(folder)
    export.run()
    assert files(folder) == before


def test_only_days_of_which_something_changed_are_written(folder):
    old, new = placed(40, status=S.DELIVERED), placed(20, status=S.DELIVERED)
    historic()
    export.run()
    Order.objects.update(updated_at=timezone.now() - timedelta(days=1))
    for one in (old, new):
        one.events.update(created_at=timezone.now() - timedelta(days=30))
    export.run()
    manifest = dataset.load(folder)
    manifest.read_through = timezone.now().isoformat()  # the overlap is over
    dataset.save(folder, manifest)
    assert export.plan() == 0

    RefundFactory(order=new, amount=Decimal("1.00"))
    historic(invoice="other", placed_at=TODAY - timedelta(days=9))
    export.plan()

    today = timezone.localdate()
    planned = dataset.load(folder).pending
    assert set(planned["lines"]) == {str(today), str((TODAY - timedelta(days=9)).date())}
    assert planned["orders"] == planned["customers"] == []
    export.write()
    assert total(rows(folder, day=today), kind="back") == -1


@pytest.mark.parametrize("includes_tax", [True, False])
def test_an_order_that_was_paid_stays_on_its_day_and_goes_back_on_that_of_its_cancellation(
    folder, settings, includes_tax
):
    settings.PRICES_INCLUDE_TAX = includes_tax
    MethodFactory()
    bowl, cup = ProductFactory(price=Decimal("33.33")), ProductFactory(price=Decimal("0.99"))
    order = placed(10, units={bowl: 3, cup: 1}, status=S.CONFIRMED)
    RefundFactory(order=order, amount=Decimal("0.10"))
    export.run()
    sold = rows(folder, day=timezone.localdate() - timedelta(days=10))
    assert total(sold) == order.total_amount

    status.cancel(order, actor=timeline.SHOP)
    done = export.run()

    assert (done.emptied, rows(folder, day=timezone.localdate() - timedelta(days=10))) == (0, sold)
    back = rows(folder, day=timezone.localdate())
    assert {row["kind"] for row in back} == {"back"}
    assert total(back) == -order.total_amount
    assert {row["code"]: row["units"] for row in back if row["units"]} == {bowl.sku: -3, cup.sku: -1}
    for product in (bowl, cup):
        both = [row for row in [*sold, *back] if row["product"] == product.pk]
        assert abs(total(both)) <= Decimal("0.01")  # of the ten cents that came before


def test_a_free_order_that_is_cancelled_has_its_units_back(folder):
    order = placed(10, units={ProductFactory(price=Decimal(0)): 2})
    if order.status == S.PENDING:
        order = status.move(order, to=S.CONFIRMED, actor=timeline.SHOP)
    export.run()
    assert [row["units"] for row in rows(folder)] == [2]

    status.cancel(order, actor=timeline.SHOP)
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now())
    export.run()

    assert [(row["units"], row["amount"]) for row in rows(folder, day=timezone.localdate())] == [(-2, 0)]


def test_a_day_of_which_nothing_is_left_loses_its_file(folder):
    historic()
    export.run()
    HistoricLine.objects.all().delete()

    done = export.run()

    assert done.emptied == 1
    assert rows(folder) == []
    assert list(folder.glob("lines/*")) == []


@pytest.mark.unsound
def test_who_is_forgotten_is_forgotten_in_the_files_too(folder):
    order = placed(3, user=None, email="guest@example.com", status=S.DELIVERED)
    export.run()
    (name,) = {row["customer"] for row in rows(folder)}
    assert name.startswith("g")
    assert "guest" not in name
    manifest = dataset.load(folder)
    manifest.read_through = timezone.now().isoformat()
    dataset.save(folder, manifest)
    Order.objects.update(updated_at=timezone.now() - timedelta(days=1))

    for document in order.documents.all():
        document.delete()
    privacy.forget_address("guest@example.com")
    export.run()

    assert {row["customer"] for row in [*rows(folder), *rows(folder, "orders")]} == {""}


def test_a_mail_address_of_the_past_is_in_no_file_and_is_forgotten_on_every_day(folder):
    for days in (0, 5):
        historic(customer="guest@example.com", placed_at=TODAY - timedelta(days=days))
    export.run()

    named = facts.customer(None, "Guest@example.com")
    assert {row["customer"] for row in rows(folder)} == {named}  # the same guest as in the shop
    assert all(b"guest@example" not in file.read_bytes() for file in folder.glob("**/*") if file.is_file())

    privacy.forget_address("guest@example.com")
    export.run()

    assert [row["customer"] for row in rows(folder)] == ["", ""]


@pytest.mark.parametrize("harm", [lambda file: file.unlink(), lambda file: os.truncate(file, 100)])
def test_a_file_that_is_gone_or_cut_short_is_written_anew(folder, harm):
    historic()
    export.run()
    before = files(folder)
    (file,) = folder.glob("lines/*/*.parquet")

    harm(file)
    done = export.run()

    assert done.written + done.same >= 1
    assert files(folder) == before
    assert dataset.is_intact(folder, dataset.load(folder), "lines", TODAY.date())


def test_a_single_bit_that_flipped_is_found_by_its_checksum(folder):
    historic()
    export.run()
    (file,) = folder.glob("lines/*/*.parquet")
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)

    assert not dataset.is_intact(folder, dataset.load(folder), "lines", TODAY.date())
    dataset.distrust(folder, str(file))
    export.run()
    assert dataset.is_intact(folder, dataset.load(folder), "lines", TODAY.date())


def test_a_full_disk_is_said_and_what_was_there_stays(folder):
    historic()
    export.run()
    before = rows(folder)
    for number in range(500):
        historic(invoice=f"more {number}")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(DiskFull, match=str(folder)):
            export.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert rows(folder) == before
    assert not [path for path in folder.iterdir() if path.name.startswith((".lines", ".manifest"))]
    export.run()
    assert len(rows(folder)) == 501


def test_a_disk_without_room_for_the_manifest_leaves_the_old_one(folder, monkeypatch):
    historic()
    export.run()
    before = dataset.load(folder)

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="is full"):
        call_command("export_orders", "--all")

    assert dataset.load(folder) == before


def test_killed_in_between_it_goes_on_where_it_was(folder, monkeypatch):
    for days in range(3):
        historic(invoice=str(days), placed_at=TODAY - timedelta(days=days))
    monkeypatch.setattr(export, "DAYS_AT_ONCE", 1)
    export.plan()
    assert not export.write(should_stop=lambda: True).is_finished
    left = dataset.load(folder).pending["lines"]
    assert left == ["2026-03-13", "2026-03-14"]
    reader = reading.rows
    monkeypatch.setattr(reading, "rows", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export.write()
    monkeypatch.setattr(reading, "rows", reader)

    done = export.write()

    assert (done.total, done.written) == (2, 2)
    assert len(rows(folder)) == 3
    assert dataset.load(folder).pending == {}


def test_two_exports_at_once_do_not_write_over_each_other(folder):
    with dataset.alone(folder) as is_ours:
        assert is_ours
        with pytest.raises(Busy):
            export.run()


def test_the_command_says_what_it_did(folder):
    historic()
    said = StringIO()

    call_command("export_orders", "--since", "2026-01-01", stdout=said)

    assert said.getvalue() == (
        "Read 1 days: 1 lines, 0 orders, 0 customers, 0 events.\n"
        "Wrote 1, emptied 0, 0 were the same already.\n"
    )
    assert rows(folder, day=date(2026, 3, 14))
    assert Refund.objects.count() == 0
    assert Path(folder / "manifest.json").exists()
