"""What holds for every cart, whatever offers, taxes and delivery come together in it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from orders.pricing import Delivery, Line, Offer, OfferKind, TaxTerms, price
from orders.pricing.promotions import COUPONS_AT_MOST

pytestmark = pytest.mark.unit

CENT = Decimal("0.01")
TAX_CLASSES = ("standard", "reduced", "super_reduced", "zero")
SHELVES = (1, 2, 3)
COUPONS = range(1, COUPONS_AT_MOST + 1)
"""Ids of offers that may need a coupon: with more, the ones that are refused depend on the others."""
amounts = some.decimals(0, 500, places=2)
small_amounts = some.decimals(0, Decimal("0.30"), places=2)
percents = some.decimals(0, 120, places=2)
shelves = some.frozensets(some.sampled_from(SHELVES), max_size=2)


@some.composite
def carts(draw):
    """Lines with different keys, cheap and dear."""
    keys = draw(some.lists(some.integers(1, 99), unique=True, max_size=6))
    return [
        Line(
            key=key,
            name=f"Product {key}",
            quantity=draw(some.integers(1, 12)),
            unit_price=draw(some.one_of(amounts, small_amounts)),
            tax_class=draw(some.sampled_from(TAX_CLASSES)),
            categories=draw(shelves),
        )
        for key in keys
    ]


@some.composite
def any_offers(draw, *, most=5):
    """Offers of all kinds with different ids."""
    return [
        Offer(
            id=number,
            name=f"Offer {number}",
            kind=draw(some.sampled_from(OfferKind)),
            priority=draw(some.integers(-2, 2)),
            is_exclusive=draw(some.integers(0, 4)) == 0,
            code=draw(some.sampled_from([None, None, f"CODE{number}"])) if number in COUPONS else None,
            value=draw(percents),
            minimum=draw(some.sampled_from([Decimal(0), Decimal(0), Decimal("9.99"), Decimal(100)])),
            categories=draw(shelves),
            buy=draw(some.integers(1, 3)),
            get=draw(some.integers(1, 2)),
            tiers=tuple(draw(some.lists(some.tuples(amounts, percents), max_size=3))),
        )
        for number in range(1, draw(some.integers(0, most)) + 1)
    ]


def rates():
    shares = some.decimals(0, Decimal("0.27"), places=3)
    return some.fixed_dictionaries(dict.fromkeys(TAX_CLASSES, shares))


def terms(*, includes_tax=None, is_exempt=None):
    return some.builds(
        TaxTerms,
        includes_tax=some.booleans() if includes_tax is None else some.just(includes_tax),
        rates=rates(),
        home_rates=rates(),
        is_exempt=some.booleans() if is_exempt is None else some.just(is_exempt),
        note=some.just(""),
    )


deliveries = some.one_of(some.none(), some.builds(Delivery, name=some.just("Parcel"), price=amounts))
many = settings(deadline=None)


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_totals_are_the_sum_of_their_parts_and_nothing_is_negative(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    parts = [
        totals.subtotal,
        totals.discount_amount,
        totals.shipping_amount,
        totals.tax_amount,
        totals.total_amount,
        totals.discount_gross,
        totals.shipping_tax,
    ]
    assert min(parts) >= 0
    assert (
        totals.total_amount
        == totals.subtotal - totals.discount_amount + totals.shipping_amount + totals.tax_amount
        == totals.subtotal_gross - totals.discount_gross + totals.shipping_gross
        == sum(line.gross_amount for line in totals.lines) + totals.shipping_gross
    )
    assert totals.tax_amount == sum(line.tax_amount for line in totals.lines) + totals.shipping_tax
    assert totals.subtotal - totals.discount_amount == sum(line.net_amount for line in totals.lines)
    for line in totals.lines:
        assert min(line.discount, line.net_amount, line.tax_amount, line.total_price - line.discount) >= 0
        assert line.net_amount + line.tax_amount == line.gross_amount
        assert line.total_price == line.unit_price * line.quantity
    every_amount = [*parts, *(amount for line in totals.lines for amount in (line.net_amount, line.discount))]
    assert all(amount % CENT == 0 for amount in every_amount)


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_each_reduction_is_told_to_the_cent(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    for line in totals.lines:
        told = sum(dict(discount.by_line).get(line.key, Decimal()) for discount in totals.discounts)
        assert told == line.discount
    for discount in totals.discounts:
        assert discount.amount > 0
        assert discount.amount == sum(dict(discount.by_line).values()) + discount.shipping
    basis = totals.shipping_gross if tax.includes_tax else totals.shipping_amount
    saved = sum(discount.shipping for discount in totals.discounts)
    assert basis + saved == totals.shipping_before_discount


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_every_offer_is_either_used_or_explained(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    used = [discount.offer_id for discount in totals.discounts]
    unused = [unused.offer_id for unused in totals.unused]
    assert sorted(used + unused) == sorted(offer.id for offer in offers)
    assert all(unused.text for unused in totals.unused)
    exclusive = {offer.id for offer in offers if offer.is_exclusive}
    assert not (exclusive & set(used)) or len(used) == 1


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms(), chance=some.randoms())
def test_the_order_of_lines_and_offers_does_not_matter(lines, offers, delivery, tax, chance):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)
    chance.shuffle(lines)
    chance.shuffle(offers)
    shuffled = price(lines, offers=offers, delivery=delivery, tax=tax)

    assert sorted(shuffled.lines, key=lambda line: line.key) == sorted(
        totals.lines, key=lambda line: line.key
    )
    assert replace(shuffled, lines=()) == replace(totals, lines=())


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_a_coupon_never_makes_it_dearer(lines, offers, delivery, tax):
    with_all = price(lines, offers=offers, delivery=delivery, tax=tax)

    for coupon in [offer for offer in offers if offer.code is not None]:
        others = [offer for offer in offers if offer is not coupon]
        without = price(lines, offers=others, delivery=delivery, tax=tax)
        assert with_all.total_amount <= without.total_amount


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_a_coupon_is_used_only_where_it_saves_something(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    used = {discount.offer_id for discount in totals.discounts}
    for discount in totals.discounts:
        if discount.code is not None:
            others = [offer for offer in offers if offer.id in used - {discount.offer_id}]
            without = price(lines, offers=others, delivery=delivery, tax=tax)
            assert totals.total_amount < without.total_amount


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms())
def test_no_exclusive_offer_alone_would_have_been_better(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    for offer in offers:
        if offer.is_exclusive:
            alone = price(lines, offers=[offer], delivery=delivery, tax=tax)
            assert totals.total_amount <= alone.total_amount


@many
@given(lines=carts(), delivery=deliveries, tax=terms(includes_tax=True, is_exempt=False))
def test_price_tags_with_tax_add_up(lines, delivery, tax):
    totals = price(lines, offers=[], delivery=delivery, tax=tax)

    tags = sum(line.unit_price * line.quantity for line in lines)
    assert totals.total_amount == tags + (delivery.price if delivery else 0)
    assert totals.subtotal_gross == tags


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms(includes_tax=True, is_exempt=False))
def test_discounts_come_off_price_tags_with_tax_as_they_are_told(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    tags = sum(line.unit_price * line.quantity for line in lines) + (delivery.price if delivery else 0)
    assert totals.total_amount == tags - sum(discount.amount for discount in totals.discounts)


@many
@given(lines=carts(), offers=any_offers(), delivery=deliveries, tax=terms(is_exempt=True))
def test_an_exempt_customer_pays_no_tax_and_never_more_than_others(lines, offers, delivery, tax):
    totals = price(lines, offers=offers, delivery=delivery, tax=tax)

    assert totals.tax_amount == totals.shipping_tax == totals.shipping_tax_rate == 0
    assert totals.total_amount == totals.subtotal - totals.discount_amount + totals.shipping_amount
    assert all(line.tax_amount == line.tax_rate == 0 for line in totals.lines)
    if not offers:
        at_home = replace(tax, is_exempt=False, rates=tax.home_rates)
        assert totals.total_amount <= price(lines, offers=[], delivery=delivery, tax=at_home).total_amount


@many
@given(
    line=some.builds(
        Line,
        key=some.just(1),
        name=some.just("Product"),
        quantity=some.integers(2, 12),
        unit_price=amounts,
        tax_class=some.sampled_from(TAX_CLASSES),
        categories=some.just(frozenset()),
    ),
    others=carts(),
    offers=any_offers(most=1),
    tax=terms(includes_tax=True, is_exempt=False),
    cut=some.integers(1, 11),
)
def test_a_quantity_on_two_lines_costs_what_it_costs_on_one(line, others, offers, tax, cut):
    cut = min(cut, line.quantity - 1)
    others = [replace(other, key=other.key + 2) for other in others]
    halves = [replace(line, quantity=cut), replace(line, key=2, quantity=line.quantity - cut)]

    whole = price([line, *others], offers=offers, delivery=None, tax=tax)
    split = price([*halves, *others], offers=offers, delivery=None, tax=tax)

    assert split.total_amount == whole.total_amount


@many
@given(lines=carts(), delivery=deliveries, tax=terms())
def test_without_offers_nothing_is_taken_off(lines, delivery, tax):
    totals = price(lines, offers=[], delivery=delivery, tax=tax)

    assert totals.discounts == totals.unused == ()
    assert totals.discount_amount == totals.discount_gross == 0
