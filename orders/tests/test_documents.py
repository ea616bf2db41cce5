"""Invoices and credit notes: issued with the step that needs them, once, without gaps, and kept for good."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from dbProject.outbox.models import OutboxEvent
from orders.models import Document, NumberSeries, Order
from orders.selectors import documents as selectors
from orders.services import coupons, documents, status, timeline
from orders.tests.factories import ADDRESS, CouponFactory, MethodFactory, OrderFactory, PromotionFactory
from orders.tests.issued import RENDER, YEAR, numbers, paid, paid_order, refunded, said
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return paid_order()


# When, and which number


def test_a_paid_order_has_its_invoice_and_the_next_number_goes_to_the_next():
    for number in (1, 2):
        order = paid(OrderFactory(), event_id=str(number))
        invoice = order.documents.get()
        assert invoice.number == f"INV-{YEAR}-{number:06}"
        assert (invoice.amount, invoice.language) == (order.total_amount, order.language)


def test_an_order_that_nobody_has_paid_has_no_invoice():
    order = OrderFactory()
    status.cancel(order, actor=timeline.SHOP)

    assert not Document.objects.exists()
    assert not NumberSeries.objects.exists()


def test_what_costs_nothing_has_an_invoice_too():
    order = OrderFactory(units={ProductFactory(price=0): 1})

    assert order.documents.get().amount == 0
    assert said(order.documents.get()).count("0.00 EUR") == 1


def test_an_order_has_one_invoice_however_often_it_is_asked_for(order):
    again = [documents.issue_invoice(order) for _ in range(2)]

    assert again == [order.documents.get()] * 2
    assert NumberSeries.objects.get().last == 1
    assert OutboxEvent.objects.filter(task=RENDER).count() == 1


def test_a_second_invoice_is_refused_by_the_database(order):
    invoice = order.documents.get()
    invoice.pk, invoice.sequence, invoice.number = None, 2, "INV-2"

    with pytest.raises(IntegrityError, match="document_one_invoice_per_order"), transaction.atomic():
        invoice.save(force_insert=True)


def test_a_transaction_that_fails_gives_its_number_back():
    lost, kept = OrderFactory(), OrderFactory()

    def fail_after_it():
        with transaction.atomic():
            assert paid(lost, event_id="1").documents.get().number == f"INV-{YEAR}-000001"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_it()

    paid(kept, event_id="2")

    assert numbers() == [f"INV-{YEAR}-000001"]
    assert lost.documents.count() == 0


def test_issuing_costs_the_same_for_any_order(order, django_assert_num_queries):
    Document.objects.all().delete()

    # a savepoint and its end, the sums, the number (2), the document, the outbox
    with django_assert_num_queries(7):
        documents.issue_invoice(order)


# What it says


def test_an_invoice_says_what_the_order_froze(order):
    text = said(order.documents.get())

    for fact in (
        *("Marlow & Finch GmbH · Hafenweg 12 · 10119 Berlin · Germany · VAT number DE123456788",),
        *(order.order_number, "Robin Customer", "Torstr. 1", "10119 Berlin"),
        *("Lamp", "119.90", "Tea", "7.49", "22.47", "Winter offer", "Parcel 4.90", "Total 137.30 EUR"),
    ):
        assert fact in text


def test_its_sums_by_rate_are_the_order_s_to_the_cent(order):
    sums = selectors.sums(order.documents.get())

    assert [one.rate for one in sums] == [Decimal("0.19"), Decimal("0.07")]
    assert sum(one.gross for one in sums) == order.total_amount
    assert sum(one.tax for one in sums) == order.tax_amount
    assert sum(one.net for one in sums) == (order.subtotal - order.discount_amount + order.shipping_amount)


def by_coupon(kind, value, **fields):
    coupon = CouponFactory(promotion=PromotionFactory(kind=kind, value=value, **fields))
    user = UserFactory()
    coupons.put_in_cart(user.cart, code=coupon.code)
    return user


@pytest.mark.parametrize("includes_tax", [True, False])
@pytest.mark.parametrize(
    ("kind", "value", "country", "vat_number"),
    [
        ("percent", "7", "DE", ""),
        ("free_shipping", "0", "DE", ""),
        ("amount", "500", "DE", ""),
        ("percent", "3", "CH", ""),
        ("amount", "5", "AT", "ATU13585627"),
    ],
)
def test_lines_and_charges_lead_to_the_total(kind, value, country, vat_number, includes_tax, settings, rf):
    settings.PRICES_INCLUDE_TAX = includes_tax
    MethodFactory(zone__countries=["DE", "AT", "CH"])
    order = OrderFactory(
        user=by_coupon(kind, Decimal(value)),
        units={
            ProductFactory(price=Decimal("33.33")): 3,
            ProductFactory(price=Decimal("9.99"), tax_class="reduced"): 1,
        },
        shipping_address=ADDRESS | {"country": country, "zip_code": "1010" if country != "DE" else "10119"},
        vat_number=vat_number,
        status="confirmed",
    )

    facts = selectors.facts(order.documents.get())

    led_to = sum(line.total_price for line in facts.lines) + sum(charge.amount for charge in facts.charges)
    stated = sum(one.gross if facts.includes_tax else one.net for one in facts.taxes)
    assert led_to == stated
    assert sum(one.gross for one in facts.taxes) == facts.total_amount == order.total_amount
    assert bool(facts.tax_note) == (country != "DE")


def test_it_speaks_the_language_of_the_order(order):
    Document.objects.update(language="de")

    assert "Rechnung" in said(order.documents.get())


def test_what_the_store_calls_itself_later_does_not_change_it(order, settings):
    before = selectors.drawn(order.documents.get())
    settings.STORE_NAME, settings.STORE_ADDRESS, settings.STORE_VAT_NUMBER = "Other", ["Elsewhere"], "X"

    assert selectors.drawn(order.documents.get()) == before


# What goes back


def test_what_is_cancelled_is_credited_as_it_was_invoiced(order):
    status.cancel(order, actor=timeline.SHOP)

    invoice, note = order.documents.all()
    assert note.number == f"CN-{YEAR}-000001"
    assert (note.amount, note.taxes) == (invoice.amount, invoice.taxes)
    assert invoice.number in said(note)
    assert "What was paid goes back in full." in said(note)


def test_parts_that_go_back_are_credited_one_by_one_and_end_at_the_invoice(order):
    refunded(order, "10.00", key="1")
    refunded(order, "0.01", key="2")
    status.move(order, to=Order.Status.REFUNDED, actor=timeline.SHOP)

    invoice, *notes = order.documents.all()
    assert [note.amount for note in notes[:2]] == [Decimal("10.00"), Decimal("0.01")]
    assert sum(note.amount for note in notes) == invoice.amount
    for place, stated in enumerate(selectors.sums(invoice)):
        credited = [one for note in notes for one in selectors.sums(note) if one.rate == stated.rate]
        assert sum(one.net for one in credited) == stated.net, place
        assert sum(one.tax for one in credited) == stated.tax, place
    assert "Broken." in said(notes[0])


def test_a_refund_is_credited_once(order):
    refunded(order, "10.00")
    note = order.documents.get(kind="credit_note")

    again = documents.issue_credit_note(order, refund_key=note.refund_key)

    assert again == note
    assert numbers(kind="credit_note") == [note.number]


def test_money_that_came_twice_goes_back_without_a_credit_note(order):
    paid(order, event_id="again")

    assert order.amount_going_back() == order.total_amount
    assert [one.is_invoice for one in order.documents.all()] == [True]


def test_money_for_what_was_cancelled_before_it_came_is_on_no_document():
    order = OrderFactory()
    status.cancel(order, actor=timeline.SHOP)

    paid(order)

    assert order.amount_going_back() == order.total_amount
    assert not Document.objects.exists()
