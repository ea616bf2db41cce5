import threading

import pytest
from django.db import connection, transaction

from products.models import Brand, Category, Product, ProductAttribute, StockMovement
from products.services import imports, reconciliation, stock
from products.services.imports import batches
from products.tests.factories import ProductFactory
from products.tests.import_files import Imported, counts, write

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

ROWS = 120


def text(rows=ROWS, *, backwards=False):
    lines = [
        f"S{n},Name {n % 50},{n + 1},{n},Home > Shelf {n % 7},Brand {n % 5},Red {n % 3}" for n in range(rows)
    ]
    lines += [f"V{n},Variant {n},5,1,,,,P{n // 3},{n}" for n in range(30)]
    if backwards:
        lines.reverse()
    heading = "sku,name,price,stock_quantity,category,brand,attr:Color,parent_sku,attr:Size\n"
    return heading + "".join(f"{line},,\n" if line.startswith("S") else f"{line}\n" for line in lines)


def at_once(*jobs):
    """Run ``jobs`` in threads that start together; return what they returned, errors included."""
    results = [None] * len(jobs)
    ready = threading.Barrier(len(jobs))

    def work(place, job):
        ready.wait()
        try:
            results[place] = job()
        except Exception as error:  # shown by the assertion
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(3))
def test_the_same_file_imported_by_three_at_once_is_imported_once(tmp_path, trial):
    forth = write(tmp_path, text(), name="forth.csv")
    back = write(tmp_path, text(backwards=True), name="back.csv")

    results = at_once(
        lambda: Imported(forth, batch_size=40).tally,
        lambda: Imported(forth, batch_size=25).tally,
        lambda: Imported(back, batch_size=40).tally,
    )

    assert [isinstance(result, imports.Tally) for result in results] == [True] * 3, results
    assert sum(tally.created for tally in results) == ROWS + 30
    assert sum(tally.refused for tally in results) == 0
    assert Product.objects.buyable().count() == ROWS + 30
    assert (Brand.objects.count(), Category.objects.filter(name="Home").count()) == (6, 1)
    assert ProductAttribute.objects.count() == 2
    assert StockMovement.objects.filter(kind="opening").count() == ROWS - 1 + 30
    assert reconciliation.breaks() == []


def test_a_rival_that_makes_a_row_between_look_and_write_wins_and_is_updated(tmp_path, monkeypatch):
    path = write(tmp_path, "sku,name,price,stock_quantity\nA,From the file,10,3\n")
    real, rivals = batches._unlike, [lambda: ProductFactory(sku="A", name="From a rival", stock_quantity=5)]

    def unlike_and_then_a_rival(*args):
        rest = real(*args)
        if rivals:
            at_once(rivals.pop())
        return rest

    monkeypatch.setattr(batches, "_unlike", unlike_and_then_a_rival)

    assert str(Imported(path)) == counts(updated=1)
    product = Product.objects.get(sku="A")
    assert (product.name, product.stock_quantity) == ("From the file", 3)
    assert reconciliation.breaks() == []


def test_a_sale_during_an_import_is_not_lost(tmp_path, monkeypatch):
    product = ProductFactory(sku="A", stock_quantity=10)
    path = write(tmp_path, "sku,price\nA,99\n")
    real, sales = batches._unlike, [lambda: stock.take({product.pk: 4}, reference="ORD-1")]

    def unlike_and_then_a_sale(*args):
        rest = real(*args)
        if sales:
            at_once(sales.pop())
        return rest

    monkeypatch.setattr(batches, "_unlike", unlike_and_then_a_sale)

    assert str(Imported(path)) == counts(updated=1)
    product.refresh_from_db()
    assert (product.price, product.stock_quantity) == (99, 6)
    assert reconciliation.breaks() == []


def test_what_is_unchanged_is_not_locked(tmp_path):
    ProductFactory(sku="A", name="Lamp", price=10)
    path = write(tmp_path, "sku,name,price\nA,Lamp,10\n")

    with transaction.atomic():
        list(Product.objects.select_for_update(of=("self",)))
        (result,) = at_once(lambda: str(Imported(path)))

    assert result == counts(unchanged=1)
