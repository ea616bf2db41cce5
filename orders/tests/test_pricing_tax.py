"""Tax and rounding of a cart, in figures worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orders.pricing import Delivery, price
from orders.tests.carts import EXPORT, GROSS, NET, PARCEL, line

pytestmark = pytest.mark.unit


def total(lines, *, tax, delivery=None, offers=()):
    return price(lines, offers=offers, delivery=delivery, tax=tax)


def test_price_tags_with_tax_add_up_to_the_total():
    totals = total([line(1, "19.99", 3), line(2, "5.00", tax_class="reduced")], delivery=PARCEL, tax=GROSS)

    # 59.97 / 1.19 = 50.394.. -> 50.39, tax 9.58;  5.00 / 1.07 = 4.672.. -> 4.67, tax 0.33
    # delivery at 19 %: 4.90 / 1.19 = 4.117.. -> 4.12, tax 0.78
    assert [(one.net_amount, one.tax_amount, one.gross_amount) for one in totals.lines] == [
        (Decimal("50.39"), Decimal("9.58"), Decimal("59.97")),
        (Decimal("4.67"), Decimal("0.33"), Decimal("5.00")),
    ]
    assert (totals.subtotal, totals.subtotal_gross) == (Decimal("55.06"), Decimal("64.97"))
    assert (totals.shipping_amount, totals.shipping_tax) == (Decimal("4.12"), Decimal("0.78"))
    assert (totals.shipping_gross, totals.shipping_before_discount) == (Decimal("4.90"), Decimal("4.90"))
    assert totals.tax_amount == Decimal("10.69")  # 9.58 + 0.33 + 0.78
    assert totals.total_amount == Decimal("69.87")  # 59.97 + 5.00 + 4.90


def test_tax_comes_on_top_of_price_tags_without_it():
    totals = total([line(1, "19.99", 3), line(2, "5.00", tax_class="reduced")], delivery=PARCEL, tax=NET)

    # 59.97 * 0.19 = 11.3943 -> 11.39;  5.00 * 0.07 = 0.35;  4.90 * 0.19 = 0.931 -> 0.93
    assert [one.tax_amount for one in totals.lines] == [Decimal("11.39"), Decimal("0.35")]
    assert (totals.subtotal, totals.subtotal_gross) == (Decimal("64.97"), Decimal("76.71"))
    assert (totals.shipping_amount, totals.shipping_gross) == (Decimal("4.90"), Decimal("5.83"))
    assert totals.tax_amount == Decimal("12.67")
    assert totals.total_amount == Decimal("82.54")


def test_half_a_cent_of_tax_is_rounded_up():
    # 0.50 * 0.19 = 0.095
    assert total([line(1, "0.50")], tax=NET).tax_amount == Decimal("0.10")


def test_tax_is_rounded_per_line_and_not_per_unit():
    # 3 * 0.10 = 0.30 / 1.19 = 0.252 -> 0.25; per unit it would be 3 * 0.08 = 0.24
    assert total([line(1, "0.10", 3)], tax=GROSS).subtotal == Decimal("0.25")


def test_an_exempt_customer_pays_the_tag_without_the_tax_of_the_store_s_country():
    totals = total([line(1, "19.99", 3), line(2, "5.00", tax_class="reduced")], delivery=PARCEL, tax=EXPORT)

    # 19.99 / 1.19 = 16.798.. -> 16.80, three of them 50.40;  5.00 / 1.07 -> 4.67;  4.90 / 1.19 -> 4.12
    assert [(one.unit_price, one.total_price, one.tax_rate) for one in totals.lines] == [
        (Decimal("16.80"), Decimal("50.40"), 0),
        (Decimal("4.67"), Decimal("4.67"), 0),
    ]
    assert totals.subtotal == totals.subtotal_gross == Decimal("55.07")
    assert totals.shipping_amount == totals.shipping_gross == Decimal("4.12")
    assert totals.tax_amount == totals.shipping_tax == totals.shipping_tax_rate == 0
    assert totals.total_amount == Decimal("59.19")


def test_an_exempt_customer_pays_tags_without_tax_as_they_are():
    totals = total([line(1, "19.99", 3)], delivery=PARCEL, tax=replace(NET, is_exempt=True))

    assert totals.tax_amount == 0
    assert totals.total_amount == Decimal("64.87")


def test_the_tag_stays_when_goods_go_where_the_rate_is_another():
    hungarian = {tax_class: Decimal("0.27") for tax_class in GROSS.rates}

    totals = total([line(1, "19.99")], tax=replace(GROSS, rates=hungarian))

    # 19.99 / 1.27 = 15.740.. -> 15.74
    assert (totals.subtotal, totals.tax_amount) == (Decimal("15.74"), Decimal("4.25"))
    assert totals.total_amount == Decimal("19.99")


@pytest.mark.parametrize(
    ("standard", "reduced", "rate"),
    [("10.00", "10.01", "0.07"), ("10.01", "10.00", "0.19"), ("10.00", "10.00", "0.19")],
)
def test_delivery_is_taxed_like_the_goods_of_the_largest_value(standard, reduced, rate):
    lines = [line(1, standard), line(2, reduced, tax_class="reduced")]

    assert total(lines, delivery=PARCEL, tax=GROSS).shipping_tax_rate == Decimal(rate)


def test_classes_with_one_rate_are_one_kind_of_goods_to_delivery():
    lines = [
        line(1, "10.00"),
        line(2, "6.00", tax_class="reduced"),
        line(3, "6.00", tax_class="super_reduced"),
    ]

    assert total(lines, delivery=PARCEL, tax=GROSS).shipping_tax_rate == Decimal("0.07")


def test_delivery_for_an_exempt_customer_is_without_the_tax_of_the_main_goods():
    lines = [line(1, "10.00"), line(2, "60.00", tax_class="reduced")]

    # 10.70 / 1.07
    delivery = Delivery(name="Parcel", price=Decimal("10.70"))
    assert total(lines, delivery=delivery, tax=EXPORT).shipping_amount == Decimal("10.00")


def test_an_empty_cart_costs_nothing_but_its_delivery():
    assert total([], tax=GROSS).total_amount == 0
    assert total([], delivery=PARCEL, tax=GROSS).shipping_tax_rate == Decimal("0.19")


def test_two_lines_with_one_key_are_a_mistake():
    with pytest.raises(ValueError, match="same key"):
        total([line(1, "1.00"), line(1, "2.00")], tax=GROSS)
