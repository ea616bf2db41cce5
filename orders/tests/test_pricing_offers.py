"""What offers take off, one kind after the other and together, in figures worked out by hand."""

from decimal import Decimal

import pytest
from django.utils import translation

from orders.pricing import Delivery, price
from orders.tests.carts import EXPORT, GROSS, NET, PARCEL, line, offer

pytestmark = pytest.mark.unit

BOOKS, TOOLS = 7, 8


def totals_of(lines, *offers, delivery=PARCEL, tax=GROSS):
    return price(lines, offers=offers, delivery=delivery, tax=tax)


def taken_off(totals):
    return {line.key: line.discount for line in totals.lines}


def reasons(totals):
    return [discount.reason for discount in totals.discounts]


def why_unused(totals):
    return {unused.offer_id: (unused.code, unused.text) for unused in totals.unused}


# Percent


def test_percent_off_everything_is_shared_in_proportion():
    totals = totals_of([line(1, "12.90", 3), line(2, "45.30", tax_class="reduced")], offer("percent", "10"))

    # 10 % of 38.70 + 45.30; gross left 34.83 / 1.19 = 29.27 and 40.77 / 1.07 = 38.10
    assert taken_off(totals) == {1: Decimal("3.87"), 2: Decimal("4.53")}
    assert [one.net_amount for one in totals.lines] == [Decimal("29.27"), Decimal("38.10")]
    assert totals.subtotal == Decimal("74.86")  # 38.70 / 1.19 = 32.52 and 45.30 / 1.07 = 42.34
    assert totals.discount_amount == Decimal("7.49")  # 74.86 - 29.27 - 38.10
    assert totals.discount_gross == Decimal("8.40")
    assert totals.total_amount == Decimal("80.50")  # 84.00 - 8.40 + 4.90
    assert reasons(totals) == ["10 % of 84.00"]


def test_the_cents_of_a_shared_discount_go_to_the_largest_remainders():
    totals = totals_of([line(1, "0.10"), line(2, "0.10"), line(3, "0.11")], offer("percent", "50"))

    # 50 % of 0.31 = 0.155 -> 0.16; shares 5.16, 5.16 and 5.68 cents; one cent is left over
    assert taken_off(totals) == {1: Decimal("0.05"), 2: Decimal("0.05"), 3: Decimal("0.06")}


def test_of_equal_remainders_the_smaller_key_gets_the_cent():
    totals = totals_of([line(9, "1.00"), line(4, "1.00")], offer("amount", "0.01"))

    assert taken_off(totals) == {9: 0, 4: Decimal("0.01")}


def test_percent_off_a_category_leaves_the_rest_alone():
    lines = [line(1, "20.00", categories={BOOKS}), line(2, "30.00", categories={TOOLS})]

    totals = totals_of(lines, offer("percent", "12.5", categories={BOOKS, 99}))

    assert taken_off(totals) == {1: Decimal("2.50"), 2: 0}
    assert reasons(totals) == ["12.5 % of 20.00"]


def test_discounts_come_off_tags_without_tax_before_the_tax():
    totals = totals_of([line(1, "100.00")], offer("percent", "15"), delivery=None, tax=NET)

    # 85.00 * 0.19 = 16.15
    assert (totals.subtotal, totals.discount_amount) == (Decimal("100.00"), Decimal("15.00"))
    assert (totals.tax_amount, totals.total_amount) == (Decimal("16.15"), Decimal("101.15"))
    assert (totals.subtotal_gross, totals.discount_gross) == (Decimal("119.00"), Decimal("17.85"))


def test_nobody_gets_more_than_everything_off():
    totals = totals_of([line(1, "10.00")], offer("percent", "250"), delivery=None)

    assert totals.total_amount == 0
    assert reasons(totals) == ["100 % of 10.00"]


# Amount


def test_an_amount_off_is_shared_in_proportion():
    totals = totals_of([line(1, "20.00"), line(2, "10.00")], offer("amount", "5"), delivery=None)

    # 5.00 * 2/3 = 3.333.., 5.00 * 1/3 = 1.666..: the cent goes to the second
    assert taken_off(totals) == {1: Decimal("3.33"), 2: Decimal("1.67")}
    assert totals.total_amount == Decimal("25.00")
    assert reasons(totals) == ["5.00 off 30.00"]


def test_an_amount_off_is_at_most_what_the_goods_cost_and_spares_the_delivery():
    totals = totals_of([line(1, "3.20")], offer("amount", "5.00"))

    assert totals.total_amount == Decimal("4.90")
    assert totals.lines[0].gross_amount == 0
    assert reasons(totals) == ["3.20 of 5.00, more is not left"]


def test_an_exempt_customer_gets_the_full_amount_off():
    totals = totals_of([line(1, "119.00")], offer("amount", "5.00"), delivery=None, tax=EXPORT)

    assert totals.total_amount == Decimal("95.00")  # 119.00 / 1.19 - 5.00


# Free delivery


def test_free_delivery_is_shown_and_not_charged():
    totals = totals_of([line(1, "20.00")], offer("free_shipping", code="SHIP"))

    assert totals.shipping_amount == totals.shipping_gross == totals.shipping_tax == 0
    assert totals.shipping_before_discount == Decimal("4.90")
    assert totals.discount_amount == totals.discount_gross == 0
    assert totals.total_amount == Decimal("20.00")
    [discount] = totals.discounts
    assert (discount.amount, discount.shipping, discount.by_line) == (Decimal("4.90"), Decimal("4.90"), ())
    assert (discount.code, discount.reason) == ("SHIP", "free delivery instead of 4.90")


def test_free_delivery_waits_for_a_delivery():
    totals = totals_of([line(1, "20.00")], offer("free_shipping"), delivery=None)

    assert why_unused(totals) == {1: ("no_delivery", "It counts once a delivery is chosen.")}


def test_a_coupon_for_free_delivery_is_not_used_up_where_delivery_is_free():
    totals = totals_of(
        [line(1, "20.00")], offer("free_shipping", code="SHIP"), delivery=Delivery("Pick-up", Decimal("0.00"))
    )

    assert totals.discounts == ()
    assert why_unused(totals) == {1: ("no_gain", "It would make nothing cheaper.")}


# Buy some, get some free


@pytest.mark.parametrize(
    ("quantity", "free", "reason"),
    [(3, "12.90", "1 × 12.90"), (5, "12.90", "1 × 12.90"), (6, "25.80", "2 × 12.90")],  # noqa: RUF001
)
def test_three_for_two(quantity, free, reason):
    totals = totals_of([line(1, "12.90", quantity)], offer("buy_x_get_y", buy=2, get=1))

    assert taken_off(totals) == {1: Decimal(free)}
    assert reasons(totals) == [f"3 for 2: {reason}"]


def test_the_cheapest_units_are_free():
    lines = [line(1, "9.00", 2), line(2, "4.00"), line(3, "7.00", 3)]

    totals = totals_of(lines, offer("buy_x_get_y", buy=1, get=1))

    # 6 units, 3 of them free: one of 4.00 and two of 7.00
    assert taken_off(totals) == {1: 0, 2: Decimal("4.00"), 3: Decimal("14.00")}
    assert reasons(totals) == ["2 for 1: 1 × 4.00 + 2 × 7.00"]  # noqa: RUF001


def test_of_equally_cheap_units_those_of_the_smaller_key_are_free():
    totals = totals_of([line(5, "4.00"), line(3, "4.00")], offer("buy_x_get_y", buy=1, get=1))

    assert taken_off(totals) == {5: 0, 3: Decimal("4.00")}


def test_free_units_of_one_price_are_told_together():
    lines = [
        *(line(key, "4.00") for key in (1, 2)),
        line(3, "7.00"),
        *(line(key, "9.00") for key in (4, 5, 6)),
    ]

    totals = totals_of(lines, offer("buy_x_get_y", buy=1, get=1))

    assert taken_off(totals) == {1: Decimal("4.00"), 2: Decimal("4.00"), 3: Decimal("7.00"), 4: 0, 5: 0, 6: 0}
    assert reasons(totals) == ["2 for 1: 2 × 4.00 + 1 × 7.00"]  # noqa: RUF001


def test_a_unit_that_was_reduced_before_is_free_for_what_is_left_of_it():
    totals = totals_of(
        [line(1, "12.90", 3)],
        offer("percent", "10", id=1, priority=2),
        offer("buy_x_get_y", buy=2, get=1, id=2, priority=1),
    )

    # 38.70 - 3.87 = 34.83, of which a third is 11.61
    assert reasons(totals) == ["10 % of 38.70", "3 for 2: 1 × 12.90, of which 11.61 was left"]  # noqa: RUF001
    assert taken_off(totals) == {1: Decimal("15.48")}


def test_only_units_of_the_category_count():
    lines = [line(1, "9.00", 2, categories={BOOKS}), line(2, "1.00", 9, categories={TOOLS})]

    totals = totals_of(lines, offer("buy_x_get_y", buy=2, get=1, categories={BOOKS}))

    assert totals.discounts == ()
    assert why_unused(totals) == {1: ("quantity", "Add 1 more.")}


# Tiers

STEPS = ((Decimal(50), Decimal(5)), (Decimal(100), Decimal(10)))


@pytest.mark.parametrize(
    ("unit_price", "discount", "reason"),
    [
        ("50.00", "2.50", "5 % of 50.00, from 50.00 on"),
        ("99.99", "5.00", "5 % of 99.99, from 50.00 on"),  # 4.9995 -> 5.00
        ("100.00", "10.00", "10 % of 100.00, from 100.00 on"),
    ],
)
def test_the_more_the_cheaper(unit_price, discount, reason):
    totals = totals_of([line(1, unit_price)], offer("tiers", tiers=STEPS))

    assert taken_off(totals) == {1: Decimal(discount)}
    assert reasons(totals) == [reason]


def test_below_the_first_tier_the_customer_reads_what_is_missing():
    totals = totals_of([line(1, "49.99")], offer("tiers", tiers=STEPS))

    assert why_unused(totals) == {1: ("minimum", "Spend 0.01 more.")}


# Minimums


def test_a_coupon_below_its_minimum_says_how_much_is_missing():
    totals = totals_of([line(1, "38.00")], offer("percent", "10", minimum=Decimal("50.00"), code="TEN"))

    assert totals.discounts == ()
    assert why_unused(totals) == {1: ("minimum", "Spend 12.00 more.")}


def test_only_goods_that_the_offer_is_for_count_toward_its_minimum():
    lines = [line(1, "30.00", categories={BOOKS}), line(2, "99.00", categories={TOOLS})]

    totals = totals_of(lines, offer("percent", "10", minimum=Decimal("31.50"), categories={BOOKS}))

    assert why_unused(totals) == {1: ("minimum", "Spend 1.50 more.")}


def test_a_minimum_is_reached_to_the_cent():
    assert totals_of([line(1, "50.00")], offer("percent", "10", minimum=Decimal("50.00"))).discounts


def test_earlier_offers_do_not_lower_what_a_minimum_looks_at():
    totals = totals_of(
        [line(1, "50.00")],
        offer("percent", "20", id=1, priority=1),
        offer("amount", "5", id=2, minimum=Decimal("50.00")),
        delivery=None,
    )

    assert totals.total_amount == Decimal("35.00")  # 50.00 - 10.00 - 5.00


def test_minimums_look_at_price_tags_for_exempt_customers_too():
    # 119.00 on the tag, 100.00 to pay
    offers = [offer("percent", "10", minimum=Decimal("119.00"))]

    assert totals_of([line(1, "119.00")], *offers, delivery=None, tax=EXPORT).total_amount == Decimal("90.00")


def test_an_offer_for_other_goods_says_so():
    totals = totals_of([line(1, "50.00", categories={TOOLS})], offer("percent", "10", categories={BOOKS}))

    assert why_unused(totals)[1][0] == "no_goods"


# Together


def test_higher_priority_comes_first_and_percent_applies_to_what_is_left():
    percent, amount = offer("percent", "10", id=1, priority=1), offer("amount", "20", id=2)

    assert reasons(totals_of([line(1, "100.00")], amount, percent)) == ["10 % of 100.00", "20.00 off 90.00"]

    amount = offer("amount", "20", id=2, priority=2)
    assert reasons(totals_of([line(1, "100.00")], percent, amount)) == ["20.00 off 100.00", "10 % of 80.00"]


def test_an_exclusive_offer_stands_alone_where_that_is_better():
    totals = totals_of(
        [line(1, "100.00")],
        offer("percent", "30", id=1, is_exclusive=True),
        offer("percent", "10", id=2),
        offer("amount", "5", id=3),
        delivery=None,
    )

    assert totals.total_amount == Decimal("70.00")
    assert {unused.offer_id: unused.code for unused in totals.unused} == {
        2: "other_offers",
        3: "other_offers",
    }
    assert "Offer 1" in why_unused(totals)[2][1]


def test_an_exclusive_offer_gives_way_to_the_others_where_those_are_better():
    totals = totals_of(
        [line(1, "100.00")],
        offer("percent", "14", id=1, is_exclusive=True, priority=9),
        offer("percent", "10", id=2),
        offer("amount", "5", id=3),
        delivery=None,
    )

    assert totals.total_amount == Decimal("85.00")  # 100.00 - 10.00 - 5.00
    text = "Cannot be combined with Offer 2, Offer 3, and that saves at least as much."
    assert why_unused(totals) == {1: ("other_offers", text)}


def test_of_two_exclusive_offers_the_better_one_is_taken():
    totals = totals_of(
        [line(1, "100.00")],
        offer("percent", "10", id=1, is_exclusive=True, priority=9),
        offer("amount", "11", id=2, is_exclusive=True, code="ELEVEN"),
    )

    assert [discount.offer_id for discount in totals.discounts] == [2]


def test_savings_on_delivery_count_when_offers_are_compared():
    exclusive = offer("amount", "4.00", id=1, is_exclusive=True)
    free = offer("free_shipping", id=2)

    assert totals_of([line(1, "20.00")], exclusive, free).total_amount == Decimal("20.00")  # 4.90 > 4.00


def test_a_coupon_that_saves_nothing_beside_the_other_offers_is_kept_for_another_day():
    everything = offer("percent", "100", id=1)
    coupon = offer("amount", "5", id=2, code="FIVE", priority=9)

    totals = totals_of([line(1, "20.00")], everything, coupon)

    assert [discount.offer_id for discount in totals.discounts] == [1]
    assert why_unused(totals)[2][0] == "no_gain"


def test_more_coupons_than_can_be_compared_are_refused():
    coupons = [offer("amount", "1", id=number, code=f"C{number}") for number in range(1, 6)]

    totals = totals_of([line(1, "20.00")], *coupons, delivery=None)

    assert totals.total_amount == Decimal("16.00")
    assert why_unused(totals) == {5: ("too_many", "No more coupons can be used for one order.")}


def test_what_each_offer_took_off_is_told_by_line():
    lines = [line(1, "20.00"), line(2, "30.00")]

    totals = totals_of(lines, offer("percent", "10", id=1, priority=1), offer("amount", "1.00", id=2))

    assert [discount.by_line for discount in totals.discounts] == [
        ((1, Decimal("2.00")), (2, Decimal("3.00"))),
        ((1, Decimal("0.40")), (2, Decimal("0.60"))),  # of 18.00 and 27.00
    ]


def test_reasons_are_in_the_reader_s_language():
    with translation.override("de"):
        totals = totals_of(
            [line(1, "1234.50")],
            offer("percent", "7.50", id=1),
            offer("percent", "5", id=2, minimum=Decimal("2000")),
        )

    assert reasons(totals) == ["7,5 % von 1.234,50"]
    assert why_unused(totals)[2] == ("minimum", "Kaufen Sie für weitere 765,50 ein.")
