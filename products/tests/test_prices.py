"""``products.services.prices``: what was shown is what is done, to all or to none."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from products.errors import PriceChanged, PriceRefused
from products.models import Product
from products.services import catalog, prices, reconciliation
from products.services.prices import PriceRule
from products.tests.factories import AttributeFactory, ProductFactory
from users.tests.factories import StaffFactory


def prices_of(*products):
    rows = Product.objects.filter(pk__in=[product.pk for product in products]).order_by("pk")
    return [(str(row.price), row.sale_price and str(row.sale_price)) for row in rows]


def apply(products, rule):
    pks = [product.pk for product in products]
    return prices.change_prices(pks, rule, seen=prices.preview(pks, rule).seen, actor=StaffFactory())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("rule", "price", "expected"),
    [
        (PriceRule(target="price", percent=Decimal(10)), "9.99", "10.99"),
        (PriceRule(target="price", percent=Decimal("-12.5")), "10.00", "8.75"),
        (PriceRule(target="price", amount=Decimal("-0.51")), "10.00", "9.49"),
        (PriceRule(target="price", percent=Decimal(10), ending="9"), "9.99", "10.99"),
        (PriceRule(target="price", percent=Decimal(3), ending="9"), "10.00", "10.39"),
        (PriceRule(target="price", percent=Decimal(3), ending="0"), "10.25", "10.50"),
        (PriceRule(target="price", percent=Decimal(-100), ending="9"), "10.00", "0.00"),
        (PriceRule(target="price", amount=Decimal(-11), ending="9"), "10.00", "-1.00"),
    ],
)
def test_a_rule_makes_a_price_of_a_price(rule, price, expected):
    assert str(rule.of(Decimal(price))) == expected


@pytest.mark.django_db
def test_prices_change_by_percent_and_everything_that_follows_with_them():
    products = [ProductFactory(price=Decimal(price)) for price in ("10.00", "20.00")]

    assert apply(products, PriceRule(target="price", percent=Decimal(10))) == 2

    assert prices_of(*products) == [("11.00", None), ("22.00", None)]
    assert Product.objects.get(pk=products[0].pk).price_low == Decimal("11.00")
    assert reconciliation.breaks() == []


@pytest.mark.django_db
def test_a_sale_starts_from_the_price_and_ends_again():
    product = ProductFactory(price=Decimal("50.00"), sale_price=Decimal("49.00"))

    apply([product], PriceRule(target="sale_price", percent=Decimal(-20)))
    assert prices_of(product) == [("50.00", "40.00")]

    assert apply([product], PriceRule(target="no_sale")) == 1
    assert prices_of(product) == [("50.00", None)]
    assert apply([product], PriceRule(target="no_sale")) == 0


@pytest.mark.django_db
def test_a_parent_stands_for_its_variants():
    size = AttributeFactory(slug="size")
    parent = ProductFactory(stock_quantity=0, price=Decimal("5.00"))
    small, large = (
        catalog.add_variant(parent, sku=f"V-{name}", options={size.slug: name}, price=Decimal(price))
        for name, price in (("S", "10.00"), ("L", "12.00"))
    )

    assert apply([parent, small], PriceRule(target="price", amount=Decimal(1))) == 2

    assert prices_of(small, large) == [("11.00", None), ("13.00", None)]
    parent.refresh_from_db()
    assert (parent.price_low, parent.price_high) == (Decimal("11.00"), Decimal("13.00"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (PriceRule(target="price", amount=Decimal(-15)), "negative"),
        (PriceRule(target="price", percent=Decimal("1E9")), "digits"),
        (PriceRule(target="price", percent=Decimal(-50)), "below the price"),
        (PriceRule(target="sale_price", percent=Decimal(5)), "below the price"),
    ],
)
def test_one_impossible_price_refuses_all_of_them_and_the_preview_says_why(rule, words):
    fine = ProductFactory(price=Decimal("100.00"), sale_price=Decimal("1.00"))
    bad = ProductFactory(price=Decimal("10.00"), sale_price=Decimal("9.00"))

    shown = prices.preview([fine.pk, bad.pk], rule)
    assert words in next(change.refusal for change in shown.changes if change.product == bad)
    with pytest.raises(PriceRefused, match=bad.sku):
        apply([fine, bad], rule)

    assert prices_of(fine, bad) == [("100.00", "1.00"), ("10.00", "9.00")]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"price": Decimal("11.00")}, {"sale_price": Decimal("9.50")}])
def test_a_price_that_changed_since_the_preview_is_not_overwritten(change):
    first, second = ProductFactory(price=Decimal("10.00")), ProductFactory(price=Decimal("10.00"))
    rule = PriceRule(target="price", percent=Decimal(10))
    seen = prices.preview([first.pk, second.pk], rule).seen
    catalog.update_product(second, changes=change)
    before = prices_of(first, second)

    with pytest.raises(PriceChanged) as refused:
        prices.change_prices([first.pk, second.pk], rule, seen=seen)

    assert refused.value.code == "price_changed"
    assert prices_of(first, second) == before


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_a_double_click_changes_prices_once():
    products = ProductFactory.create_batch(5, price=Decimal("10.00"))
    pks = [product.pk for product in products]
    rule = PriceRule(target="price", percent=Decimal(10))
    seen = prices.preview(pks, rule).seen
    both = Barrier(2)

    def click(_):
        try:
            both.wait(20)
            return prices.change_prices(pks, rule, seen=seen)
        except PriceChanged:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(click, range(2)))

    assert sorted(answers, key=str) == [5, "refused"]
    assert set(prices_of(*products)) == {("11.00", None)}


@pytest.mark.django_db
def test_prices_cost_the_same_queries_for_one_and_for_many(django_assert_num_queries):
    products = ProductFactory.create_batch(30)
    rule = PriceRule(target="price", amount=Decimal(1))
    for some in (products[:1], products[1:]):
        pks = [product.pk for product in some]
        with django_assert_num_queries(1):
            seen = prices.preview(pks, rule).seen
        with django_assert_num_queries(5):  # the rows, one UPDATE and the ledger, inside a savepoint
            prices.change_prices(pks, rule, seen=seen)


@pytest.mark.django_db
def test_too_many_at_once_are_refused(monkeypatch):
    monkeypatch.setattr(prices, "MOST_AT_ONCE", 2)
    pks = [product.pk for product in ProductFactory.create_batch(3)]

    with pytest.raises(PriceRefused, match="at most 2"):
        prices.preview(pks, PriceRule(target="no_sale"))
