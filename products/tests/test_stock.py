"""``products.services.stock``."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from products.errors import ChooseVariant, OutOfStock, StockRefused, UnknownProduct
from products.models import Product, StockMovement
from products.services import catalog, reconciliation, stock
from products.tests.factories import AttributeFactory, ProductFactory
from users.tests.factories import UserFactory


def variants_of(parent, units=1, names=("red", "blue")):
    AttributeFactory(slug="color")
    return [
        catalog.add_variant(
            parent,
            sku=f"{parent.sku}-{name}",
            options={"color": name},
            price=Decimal(10),
            stock_quantity=units,
        )
        for name in names
    ]


@pytest.mark.django_db
def test_taking_costs_three_queries_however_many_products(django_assert_num_queries):
    products = ProductFactory.create_batch(10, stock_quantity=100)

    with django_assert_num_queries(5):  # lock, UPDATE, ledger; and the savepoint's two
        stock.take({product.pk: 1 for product in products}, reference="test")

    assert reconciliation.breaks() == []


@pytest.mark.django_db
def test_a_refusal_names_every_short_product_and_changes_nothing():
    tea, cup, pot = (ProductFactory(stock_quantity=units) for units in (1, 5, 0))

    with pytest.raises(OutOfStock) as refusal:
        stock.take({tea.pk: 2, cup.pk: 2, pot.pk: 2}, reference="test")

    assert refusal.value.facts == {"skus": [tea.sku, pot.sku]}
    cup.refresh_from_db()
    assert cup.stock_quantity == 5
    assert not StockMovement.objects.exclude(kind=StockMovement.Kind.OPENING).exists()


@pytest.mark.django_db
def test_what_was_taken_and_put_back_is_in_the_ledger():
    tea = ProductFactory(stock_quantity=5)

    stock.take({tea.pk: 2}, reference="a")
    stock.put_back({tea.pk: 1}, reference="b")

    ledger = tea.movements.order_by("pk").values_list("kind", "change", "reference")
    assert list(ledger) == [("opening", 5, ""), ("sale", -2, "a"), ("return", 1, "b")]
    assert reconciliation.breaks() == []


@pytest.mark.django_db
def test_a_parent_cannot_be_taken_and_an_unknown_product_neither():
    parent = ProductFactory(stock_quantity=0)
    variants_of(parent)

    with pytest.raises(ChooseVariant):
        stock.take({parent.pk: 1}, reference="test")
    with pytest.raises(UnknownProduct):
        stock.take({0: 1}, reference="test")


@pytest.mark.django_db
def test_a_parent_is_sold_out_with_its_last_variant_and_back_with_the_first():
    parent = ProductFactory(stock_quantity=0)
    red, blue = variants_of(parent)

    stock.take({red.pk: 1}, reference="a")
    assert Product.objects.get(pk=parent.pk).is_available
    stock.take({blue.pk: 1}, reference="b")
    assert not Product.objects.get(pk=parent.pk).is_available
    stock.put_back({red.pk: 1}, reference="a")

    assert Product.objects.get(pk=parent.pk).is_available
    assert reconciliation.breaks() == []


@pytest.mark.django_db
def test_an_adjustment_says_who_and_why():
    tea, boss = ProductFactory(stock_quantity=5), UserFactory()

    stock.adjust(tea, change=-2, reason=" Broken in the van ", actor=boss)

    line = tea.movements.get(kind=StockMovement.Kind.ADJUSTMENT)
    assert (line.change, line.reason, line.actor) == (-2, "Broken in the van", boss)
    assert reconciliation.breaks() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "reason"), [(0, "Counted"), (1, "  "), (-6, "Lost")])
def test_an_adjustment_that_cannot_be_is_refused_and_changes_nothing(change, reason):
    tea = ProductFactory(stock_quantity=5)

    with pytest.raises(StockRefused):
        stock.adjust(tea, change=change, reason=reason)

    tea.refresh_from_db()
    assert tea.stock_quantity == 5
    assert tea.movements.count() == 1


@pytest.mark.django_db
def test_a_parent_has_no_stock_to_adjust():
    parent = ProductFactory(stock_quantity=0)
    variants_of(parent)

    with pytest.raises(StockRefused):
        stock.adjust(parent, change=1, reason="Counted")


@pytest.mark.django_db
@pytest.mark.parametrize(("units", "callbacks"), [(4, 0), (5, 1)], ids=["same word", "now low"])
def test_a_sale_forgets_only_when_the_stock_word_changes(
    units, callbacks, django_capture_on_commit_callbacks
):
    tea = ProductFactory(stock_quantity=10)

    with django_capture_on_commit_callbacks() as forgotten:
        stock.take({tea.pk: units}, reference="test")

    assert len(forgotten) == callbacks


def at_once(*calls):
    """Run ``calls`` in threads that start together; return what each returned or raised."""
    start = Barrier(len(calls))

    def run(call):
        start.wait(10)
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_the_last_unit_is_sold_once():
    tea = ProductFactory(stock_quantity=1)

    for _ in range(10):
        answers = at_once(*[lambda: stock.take({tea.pk: 1}, reference="rush")] * 8)
        assert sum(isinstance(answer, OutOfStock) for answer in answers) == 7
        stock.put_back({tea.pk: 1}, reference="again")

    assert reconciliation.breaks() == []


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_baskets_with_the_same_things_in_another_order_do_not_deadlock():
    tea, cup = ProductFactory.create_batch(2, stock_quantity=100)
    baskets = [{tea.pk: 1, cup.pk: 1}, {cup.pk: 1, tea.pk: 1}] * 4

    answers = at_once(*[lambda units=units: stock.take(units, reference="rush") for units in baskets])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert reconciliation.breaks() == []


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_the_last_units_of_two_variants_sold_at_once_leave_the_parent_sold_out():
    parent = ProductFactory(stock_quantity=0)
    red, blue = variants_of(parent)

    for _ in range(10):
        at_once(*[lambda pk=pk: stock.take({pk: 1}, reference="rush") for pk in (red.pk, blue.pk)])
        assert not Product.objects.get(pk=parent.pk).is_available
        stock.put_back({red.pk: 1, blue.pk: 1}, reference="again")

    assert reconciliation.breaks() == []


@pytest.mark.django_db
def test_what_is_deleted_is_not_sold_but_gets_its_units_back():
    tea = ProductFactory(stock_quantity=5)
    stock.take({tea.pk: 2}, reference="a")
    catalog.delete_product(tea)

    with pytest.raises(OutOfStock):
        stock.take({tea.pk: 1}, reference="b")
    with pytest.raises(UnknownProduct):
        stock.adjust(tea, change=1, reason="Counted")
    stock.put_back({tea.pk: 2}, reference="a")

    assert Product.all_objects.get(pk=tea.pk).stock_quantity == 5
    assert reconciliation.breaks() == []


@pytest.mark.django_db
@pytest.mark.parametrize("closed", [{"is_active": False}, {"deleted_at": timezone.now()}])
def test_what_stands_in_a_closed_category_is_not_sold(closed):
    tea = ProductFactory(stock_quantity=5)
    type(tea.category).all_objects.filter(pk=tea.category_id).update(**closed)

    with pytest.raises(OutOfStock):
        stock.take({tea.pk: 1}, reference="a")


@pytest.mark.django_db
def test_what_comes_back_to_a_thing_that_has_variants_now_is_left_to_whoever_counts(caplog):
    tea = ProductFactory(stock_quantity=2)
    stock.take({tea.pk: 2}, reference="a")
    variants_of(tea, units=3)

    stock.put_back({tea.pk: 2}, reference="a")

    assert Product.objects.get(pk=tea.pk).stock_quantity == 0
    ledger = StockMovement.objects.filter(product=tea).order_by("pk").values_list("kind", "change")
    assert list(ledger) == [("opening", 2), ("sale", -2), ("return", 2), ("adjustment", -2)]
    assert "stock_returned_to_a_parent" in caplog.text
    assert reconciliation.breaks() == []
