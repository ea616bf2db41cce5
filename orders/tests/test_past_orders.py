"""Past orders from files: every line as it stands, orders to the cent, whatever happens on the way."""

import csv
import threading
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.errors import PastOrder
from orders.models import HistoricLine, Order, OrderEvent
from orders.services import claims, privacy, reconciliation, refunds, returns, shipments, status, timeline
from orders.services.history import batches, freezing, linking
from orders.tests.past_files import HEADING, ODDITIES, TOTAL, Imported, everything, write
from products.models import Product, ReviewInvitation, StockMovement
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

OWN = """\
order_number,placed_at,email,country,sku,name,quantity,unit_price,currency,kind
1001,2019-03-04 10:00,Ada@Example.com,DE,MUG,Blue mug,2,8.50,EUR,
1001,2019-03-04 10:00,Ada@Example.com,DE,SHIP,Parcel,1,4.90,EUR,fee
1001,2019-03-09 12:00,Ada@Example.com,DE,MUG,Blue mug,-1,8.50,EUR,cancellation
"""


def total():
    return HistoricLine.objects.aggregate(total=Sum(F("quantity") * F("unit_price")))["total"]


@pytest.fixture
def oddities(tmp_path):
    return write(tmp_path, ODDITIES)


def test_every_line_is_kept_as_it_stands(oddities):
    assert Imported(oddities).counts == (14, 0, 0)
    assert total() == Decimal(TOTAL)
    twice = HistoricLine.objects.filter(invoice="536365", code="85123A", quantity=6)
    assert sorted(twice.values_list("occurrence", flat=True)) == [1, 2]
    line = twice.first()
    assert (line.description, line.customer, line.country) == ("WHITE HEART ", "17850", "GB")
    assert line.placed_at.astimezone().replace(tzinfo=None) == datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001
    eire = HistoricLine.objects.get(invoice="536366")
    assert (eire.country, eire.customer) == ("IE", "")
    assert HistoricLine.objects.get(invoice="536367").country == ""


def test_an_invoice_becomes_one_order_however_its_lines_lie_in_the_file(oddities):
    Imported(oddities, batch_size=2)
    order = Order.objects.get(order_number="OR-536365")
    lines = {item.product_sku: item for item in order.items.all()}
    assert set(lines) == {"85123A", "85123a", "71053"}
    hearts = lines["85123A"]
    assert (hearts.quantity, hearts.unit_price, hearts.discount_amount, hearts.gross_amount) == (
        13, Decimal("2.55"), Decimal("0.04"), Decimal("33.11"),
    )  # fmt: skip
    assert (order.shipping_name, order.shipping_gross) == ("POSTAGE", Decimal("18.00"))
    assert order.total_amount == Decimal("58.89")
    assert (order.is_historic, order.user, order.email, order.confirmed_at) == (True, None, "", None)
    assert order.discounts.get().amount == Decimal("0.04")
    assert set(Order.objects.values_list("order_number", flat=True)) == {
        "OR-536365", "OR-536366", "OR-536367",
    }  # fmt: skip


def test_a_price_of_an_eighth_of_a_penny_is_exact_in_its_line_and_rounded_once_in_its_order(oddities):
    Imported(oddities)
    item = Order.objects.get(order_number="OR-536367").items.get()
    assert (item.unit_price, item.gross_amount) == (Decimal("0.13"), Decimal("0.13"))
    assert HistoricLine.objects.get(invoice="536367").unit_price == Decimal("0.1250")


def test_a_cancellation_is_linked_to_the_latest_line_that_it_can_take_back(oddities):
    Imported(oddities)
    taken = HistoricLine.objects.get(invoice="C536370").cancels
    assert (taken.invoice, taken.quantity, taken.occurrence) == ("536365", 6, 2)
    assert HistoricLine.objects.get(invoice="C536371").cancels is None  # nobody knows whose it was
    statuses = dict(Order.objects.values_list("order_number", "status"))
    assert statuses["OR-536367"] == "refunded"  # all of it came back
    assert statuses["OR-536365"] == statuses["OR-536366"] == "delivered"


def test_no_line_is_taken_back_twice(tmp_path):
    rows = [
        "1,A,Thing,5,2010-12-01 08:00,2.00,7,France",
        "C2,A,Thing,-3,2010-12-01 09:00,2.00,7,France",
        "C3,A,Thing,-3,2010-12-01 10:00,2.00,7,France",
        "C4,A,Thing,-2,2010-12-01 11:00,2.00,7,France",
        "C5,A,Thing,-1,2010-11-30 11:00,2.00,7,France",
        "C6,A,Thing,-1,2010-12-01 12:00,1.99,7,France",
    ]
    Imported(write(tmp_path, HEADING + "\n".join(rows) + "\n"))
    linked = HistoricLine.objects.exclude(cancels=None).order_by("invoice")
    assert list(linked.values_list("invoice", flat=True)) == ["C2", "C4"]
    assert Order.objects.get().status == "refunded"


def test_a_cancellation_that_is_imported_first_finds_its_line_later(tmp_path):
    rows = ODDITIES.removeprefix(HEADING).splitlines(keepends=True)
    later = write(tmp_path, HEADING + "".join(rows[10:]), name="later.csv")
    earlier = write(tmp_path, HEADING + "".join(rows[:10]), name="earlier.csv")
    Imported(later)
    assert HistoricLine.objects.filter(cancels=None).count() == 4
    Imported(earlier)
    assert HistoricLine.objects.get(invoice="C536370").cancels.invoice == "536365"


def test_products_are_made_once_sold_out_and_named_by_what_was_sold(tmp_path):
    mine = ProductFactory(sku="OLD", name="My own name", price=Decimal("9.00"))
    rows = [
        "1,NEW,damaged,1,2010-12-01 08:00,1.00,7,France",
        "1,NEW,damaged,1,2010-12-01 08:00,1.00,7,France",
        "1,NEW,LAMP & <b>BULB</b>,1,2010-12-02 08:00,3.00,7,France",
        "1,OLD,SOMETHING ELSE,1,2010-12-02 08:00,3.00,7,France",
        "2,NEW,LAMP,1,2010-12-01 07:00,5.00,7,France",
        "3,NEVER,found,3,2010-12-01 07:00,0,,France",
        "4,M,Manual,3,2010-12-01 07:00,7.00,,France",
    ]
    Imported(write(tmp_path, HEADING + "\n".join(rows) + "\n"), currency="EUR")
    lamp = Product.objects.get(sku="NEW")
    assert (lamp.name, lamp.price, lamp.stock_quantity) == ("LAMP", Decimal("3.00"), 0)
    assert (lamp.category.name, lamp.brand.name) == ("Other", "Unbranded")
    assert lamp in Product.objects.listed()
    assert set(Product.objects.values_list("sku", flat=True)) == {"NEW", "OLD"}
    mine.refresh_from_db()
    assert (mine.name, mine.price) == ("My own name", Decimal("9.00"))
    assert HistoricLine.objects.get(code="NEVER").product is None
    assert HistoricLine.objects.get(code="M").is_fee


FOREIGN = """\
order_number,placed_at,sku,name,quantity,unit_price,currency
1,2019-03-04 10:00,MUG,Blue mug,2,8.50,GBP
2,2019-03-05 10:00,CUP,Red cup,1,5.00,EUR
3,2019-03-06 10:00,CUP,Red cup,1,4.00,GBP
4,2019-03-07 10:00,POT,Black pot,1,900,CZK
"""


def test_what_was_sold_in_another_currency_has_no_price_and_is_not_published(tmp_path):
    imported = Imported(write(tmp_path, FOREIGN))

    made = {product.sku: (product.price, product.is_active) for product in Product.objects.all()}
    assert made == {"MUG": (0, False), "CUP": (5, True), "POT": (0, False)}
    assert (imported.counts, imported.unpriced) == ((4, 0, 0), 2)
    assert set(Product.objects.active().values_list("sku", flat=True)) == {"CUP"}
    line = HistoricLine.objects.get(code="MUG")
    assert (line.unit_price, line.currency, line.order.total_amount) == (Decimal("8.50"), "GBP", 17)


def test_rates_that_are_given_convert_the_last_price_to_the_cent(tmp_path):
    imported = Imported(write(tmp_path, FOREIGN), rates={"GBP": Decimal("1.1742")})

    made = {product.sku: (product.price, product.is_active) for product in Product.objects.all()}
    assert made == {"MUG": (Decimal("9.98"), True), "CUP": (Decimal("4.70"), True), "POT": (0, False)}
    assert imported.unpriced == 1
    assert HistoricLine.objects.get(code="MUG").unit_price == Decimal("8.50")


def test_the_command_takes_rates_and_says_what_has_no_price(tmp_path, capsys):
    file = str(write(tmp_path, FOREIGN))
    with pytest.raises(CommandError, match="GBP=x is no rate"):
        call_command("import_orders", file, "--rate", "GBP=x")

    call_command("import_orders", file, "--rate", "gbp=1.1742")

    assert (
        "1 products have no price and are not published: they were not sold in EUR" in capsys.readouterr().err
    )
    assert Product.objects.get(sku="MUG").price == Decimal("9.98")


def test_an_invoice_that_an_order_cannot_hold_is_kept_in_its_lines(tmp_path):
    text = f"{HEADING}1,A,MEDIUM JAR,74215,2011-01-18 10:01,1.04,7,France\n"
    assert Imported(write(tmp_path, text)).counts == (1, 0, 0)
    assert HistoricLine.objects.get().order is None
    assert not Order.objects.exists()


def test_importing_again_changes_nothing(oddities):
    Imported(oddities)
    before = everything()
    assert Imported(oddities, batch_size=3).counts == (0, 14, 0)
    assert everything() == before


def test_what_a_later_file_adds_to_an_invoice_becomes_part_of_its_order(tmp_path):
    first = HEADING + "1,A,Thing,1,2010-12-01 08:00,2.00,7,France\n"
    Imported(write(tmp_path, first))
    more = first + "1,Z,Other thing,1,2010-12-01 08:01,3.00,7,France\n"
    assert Imported(write(tmp_path, more)).counts == (1, 1, 0)
    order = Order.objects.get()
    assert (order.total_amount, order.items.count()) == (Decimal("5.00"), 2)
    assert order.created_at == HistoricLine.objects.get(code="A").placed_at
    assert not reconciliation.breaks()


@pytest.mark.parametrize("step", ["_store", "_insert", "settle"])
def test_an_import_that_dies_half_way_is_completed_by_the_next(oddities, monkeypatch, step):
    Imported(oddities, batch_size=3)
    whole = everything()
    for model in (HistoricLine, Order):
        model._base_manager.all().delete()
    module = linking if step == "settle" else batches
    calls, real = [], getattr(module, step)

    def dies(*args):
        calls.append(args)
        if len(calls) == 3:
            raise MemoryError
        return real(*args)

    monkeypatch.setattr(module, step, dies)
    with pytest.raises(MemoryError):
        Imported(oddities, batch_size=3)
    done = HistoricLine.objects.count()
    assert 0 < done < 14
    monkeypatch.undo()
    assert Imported(oddities, batch_size=3).counts == (14 - done, done, 0)
    assert everything() == whole


@pytest.mark.django_db(transaction=True)
def test_the_same_file_imported_twice_at_once_is_there_once(oddities):
    results, ready = [], threading.Barrier(2)

    def work(size):
        ready.wait()
        try:
            results.append(Imported(oddities, batch_size=size).counts)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(size,)) for size in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(created for created, *_rest in results) == 14
    assert total() == Decimal(TOTAL)
    assert not reconciliation.breaks()


def test_a_dry_run_changes_nothing(oddities):
    assert Imported(oddities, dry_run=True).counts == (14, 0, 0)
    assert not HistoricLine.objects.exists()
    assert not Product.all_objects.exists()


def test_nobody_is_told_and_nothing_moves(oddities, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Imported(oddities)
    assert not mail.outbox
    assert not OrderEvent.objects.exists()
    assert not OutboxEvent.objects.filter(task__startswith="orders.").exists()
    assert set(StockMovement.objects.values_list("change", flat=True)) <= {0}


def test_the_books_agree_and_tell_when_they_do_not(oddities):
    Imported(oddities)
    assert not reconciliation.breaks()
    HistoricLine.objects.filter(invoice="536366").update(quantity=3)
    assert [(one.rule, one.subject) for one in reconciliation.breaks()] == [("past", "OR-536366")]


def test_our_own_csv_knows_fees_cancellations_and_addresses(tmp_path):
    assert Imported(write(tmp_path, OWN)).counts == (3, 0, 0)
    order = Order.objects.get(order_number="CSV-1001")
    assert (order.email, order.currency, order.total_amount) == ("ada@example.com", "EUR", Decimal("21.90"))
    assert HistoricLine.objects.get(is_cancellation=True).cancels.quantity == 2


def test_the_example_in_the_documentation_can_be_imported(tmp_path):
    text = (Path(settings.BASE_DIR) / "docs" / "importing.md").read_text()
    example = text.partition("```csv\norder_number,")[2].partition("```")[0]
    assert Imported(write(tmp_path, f"order_number,{example}")).counts == (4, 0, 0)
    assert Order.objects.get(order_number="CSV-1002").total_amount == Decimal("8.00")
    assert HistoricLine.objects.get(invoice="1002").customer == "C-77"


def test_lines_in_another_currency_than_their_invoice_are_refused(tmp_path):
    Imported(write(tmp_path, OWN))
    found = Imported(write(tmp_path, OWN.replace("EUR", "USD").replace("Blue", "Red")))
    assert found.counts == (0, 1, 2)
    assert {problem.column for problem in found.problems} == {"currency"}


@pytest.mark.parametrize("wanted", ["move", "cancel", "ship", "refund", "return"])
def test_nothing_happens_to_a_past_order_any_more(oddities, wanted):
    Imported(oddities)
    order = Order.objects.get(order_number="OR-536365")
    units = {order.items.first().pk: 1}
    asked = {
        "move": lambda: status.move(order, to="refunded", actor=timeline.SHOP),
        "cancel": lambda: status.cancel(order, actor=timeline.SHOP),
        "ship": lambda: shipments.ship(order, key="k", actor=timeline.SHOP),
        "refund": lambda: refunds.refund(order, amount=Decimal(1), reason="", key="k", actor=timeline.SHOP),
        "return": lambda: returns.request(
            order, units=units, reason="withdrawn", key="k", actor=timeline.SHOP
        ),
    }
    with pytest.raises(PastOrder):
        asked[wanted]()


def test_who_claims_a_past_order_is_not_asked_to_review_it(tmp_path):
    Imported(write(tmp_path, OWN))
    user = UserFactory(email="ada@example.com")
    assert claims.claim(user, email="ada@example.com") == 1
    assert not OutboxEvent.objects.exclude(task__startswith="products.").exists()
    assert not ReviewInvitation.objects.exists()


def test_staff_see_past_orders_and_their_lines(oddities, staff_client):
    Imported(oddities)
    page = staff_client.get("/admin/orders/order/?past=yes").content.decode()
    assert "OR-536365" in page
    assert "From before the shop" in page
    order = Order.objects.get(order_number="OR-536365")
    page = staff_client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert "/move/" not in page
    assert "OR-536365" not in staff_client.get("/admin/orders/order/?past=no").content.decode()
    assert "C536370" in staff_client.get("/admin/orders/historicline/").content.decode()
    line = HistoricLine.objects.get(invoice="536367")
    assert "0.125 GBP" in staff_client.get(f"/admin/orders/historicline/{line.pk}/change/").content.decode()


def run(capsys, *args):
    with pytest.raises(SystemExit) as ended:
        call_command("import_orders", *map(str, args))
    return ended.value.code, capsys.readouterr()


def test_the_command_says_what_became_of_every_row(tmp_path, capsys, oddities):
    call_command("import_orders", str(oddities))
    assert capsys.readouterr().out.splitlines()[-1] == "created=14 updated=0 unchanged=0 refused=0"
    bad = write(tmp_path, ODDITIES + "9,A,=cmd(),x,2010-12-01 08:00,NaN,7,France\n", name="bad.csv")
    status_, said = run(capsys, bad, "--errors", tmp_path / "errors.csv")
    assert status_ == 1
    assert said.out.splitlines()[-1] == "created=0 updated=0 unchanged=14 refused=1"
    rows = list(csv.DictReader((tmp_path / "errors.csv").open()))
    assert [(row["line"], row["column"]) for row in rows] == [("16", "Quantity")]
    assert "NaN" in rows[0]["reason"]


def test_the_command_says_which_file_cannot_be_read(tmp_path, capsys, oddities):
    status_, said = run(capsys, tmp_path / "none.csv", oddities)
    assert status_ == 2
    assert "There is no such file" in said.err
    assert said.out.splitlines()[-1] == "created=14 updated=0 unchanged=0 refused=0"


def test_a_currency_can_be_meant(tmp_path):
    text = f"{HEADING}1,A,THING,1,2011-01-18 10:01,1.04,7,France\n"
    Imported(write(tmp_path, text), currency="USD")
    assert HistoricLine.objects.get().currency == Order.objects.get().currency == "USD"
    assert HistoricLine.objects.get().placed_at < timezone.now()


def test_who_is_erased_is_nobodys_customer_and_stays_it_when_the_file_is_read_again(tmp_path):
    file = write(tmp_path, OWN)
    Imported(file)
    privacy.forget_address("ada@example.com")
    assert Imported(file).counts == (0, 3, 0)
    assert set(HistoricLine.objects.values_list("customer", flat=True)) == {""}
    assert not Order.objects.filter(email="ada@example.com").exists()
    later = write(tmp_path, OWN + "1001,2019-03-04 10:00,,DE,CUP,Cup,1,1.00,EUR,\n", name="later.csv")
    assert Imported(later).counts == (1, 3, 0)
    assert Order.objects.get().total_amount == Decimal("22.90")


@pytest.mark.unit
def test_a_number_is_one_that_people_can_look_for_in_any_case():
    numbers = {freezing.order_number("csv", invoice) for invoice in ("A1", "a1", "a 1", "A1" * 20)}

    assert len(numbers) == 4
    assert all(number == number.upper() and len(number) <= 19 for number in numbers)
    assert freezing.order_number("csv", "A1").endswith("-A1")
