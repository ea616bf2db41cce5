"""Changes of many products: shown first, then done exactly as shown."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from products.admin import bulk_stock
from products.models import Product, StockMovement
from products.services import catalog, stock
from products.tests.factories import AttributeFactory, ProductFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/products/product/"
TEN_PERCENT = {"target": "price", "value": "10", "unit": "percent", "ending": ""}


def chosen(products):
    return ",".join(str(product.pk) for product in products)


def start(client, action, products, **query):
    data = {"action": action, "_selected_action": [product.pk for product in products], **query}
    return client.post(LIST, data)


def hidden(page):
    """What the preview carries to the confirmation."""
    return {
        field.html_name: field.value() if field.value() is not None else "" for field in page.context["form"]
    }


# Prices


def test_prices_are_shown_before_they_change(staff_client):
    products = ProductFactory.create_batch(3, price=Decimal("10.00"))

    form = start(staff_client, "change_prices", products)
    assert form.context["form"]["pks"].value() == chosen(sorted(products, key=lambda p: p.pk))
    shown = staff_client.post(f"{LIST}prices/", {"step": "preview", "pks": chosen(products), **TEN_PERCENT})

    page = shown.content.decode()
    assert "3 prices would change" in page
    assert page.count("11.00\xa0€") == 3
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal("10.00")}

    done = staff_client.post(f"{LIST}prices/", hidden(shown) | {"step": "confirm"}, follow=True)
    assert "3 prices were changed" in done.content.decode()
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal("11.00")}
    assert LogEntry.objects.count() == 3


def test_a_price_that_changed_meanwhile_is_shown_again_instead_of_overwritten(staff_client):
    product = ProductFactory(price=Decimal("10.00"))
    shown = staff_client.post(f"{LIST}prices/", {"step": "preview", "pks": product.pk, **TEN_PERCENT})
    catalog.update_product(product, changes={"price": Decimal("50.00")})

    again = staff_client.post(f"{LIST}prices/", hidden(shown) | {"step": "confirm"})

    page = again.content.decode()
    assert "have changed since you looked" in page
    assert "55.00\xa0€" in page
    assert Product.objects.get().price == Decimal("50.00")

    staff_client.post(f"{LIST}prices/", hidden(again) | {"step": "confirm"})
    assert Product.objects.get().price == Decimal("55.00")


def test_a_refused_price_stands_on_top_and_nothing_can_be_confirmed(staff_client):
    fine, bad = ProductFactory(price=Decimal("90.00")), ProductFactory(price=Decimal("1.00"))
    rule = {"target": "price", "value": "-5", "unit": "amount", "ending": ""}

    shown = staff_client.post(f"{LIST}prices/", {"step": "preview", "pks": chosen([fine, bad]), **rule})

    page = shown.content.decode()
    assert "1 of 2 products cannot have this" in page
    assert 'value="confirm"' not in page
    assert [row.sku for row in shown.context["rows"]] == [bad.sku, fine.sku]
    staff_client.post(f"{LIST}prices/", hidden(shown) | {"step": "confirm"})
    assert set(Product.objects.values_list("price", flat=True)) == {Decimal("90.00"), Decimal("1.00")}


def test_a_rule_without_a_number_is_asked_for_and_back_keeps_what_was_typed(staff_client):
    product = ProductFactory()

    asked = staff_client.post(
        f"{LIST}prices/", {"step": "preview", "pks": product.pk, **TEN_PERCENT, "value": ""}
    )
    assert "Say by how much" in asked.content.decode()

    back = staff_client.post(f"{LIST}prices/", {"step": "edit", "pks": product.pk, **TEN_PERCENT})
    assert back.context["form"]["value"].value() == "10"


@pytest.mark.parametrize("screen", ["prices", "stock"])
@pytest.mark.parametrize("pks", ["", "1,x", None])
def test_without_a_selection_the_list_is_shown(staff_client, screen, pks):
    data = {} if pks is None else {"pks": pks}

    assert staff_client.post(f"{LIST}{screen}/", data).url == LIST
    assert staff_client.get(f"{LIST}{screen}/").url == LIST


# Stock


def test_stock_is_shown_before_it_is_booked(staff_client):
    first, second = ProductFactory(stock_quantity=4), ProductFactory(stock_quantity=10)
    rule = {"mode": "to", "units": "10", "reason": "Counted"}
    assert start(staff_client, "change_stock", [first, second]).status_code == 200

    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": chosen([first, second]), **rule})
    assert "The stock of 1 product would change" in shown.content.decode()
    assert [row.cells for row in shown.context["rows"]] == [["4", "+6", "10"], ["10", "+0", "10"]]
    assert not StockMovement.objects.filter(kind="adjustment").exists()

    done = staff_client.post(f"{LIST}stock/", hidden(shown) | {"step": "confirm"}, follow=True)
    assert "The stock of 1 product was changed" in done.content.decode()
    line = StockMovement.objects.get(kind="adjustment")
    assert (line.product, line.change, line.reason, line.actor.is_superuser) == (first, 6, "Counted", True)


def test_stock_that_changed_meanwhile_is_shown_again(staff_client):
    product = ProductFactory(stock_quantity=4)
    rule = {"mode": "by", "units": "2", "reason": "Found"}
    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": product.pk, **rule})
    stock.take({product.pk: 1}, reference="order")

    again = staff_client.post(f"{LIST}stock/", hidden(shown) | {"step": "confirm"})

    assert "has changed since you looked" in again.content.decode()
    assert Product.objects.get().stock_quantity == 3
    assert [row.cells for row in again.context["rows"]] == [["3", "+2", "5"]]


def test_too_many_stocks_at_once_are_refused(staff_client, monkeypatch):
    monkeypatch.setattr(bulk_stock, "MOST_AT_ONCE", 1)
    products = ProductFactory.create_batch(2)
    rule = {"mode": "by", "units": "2", "reason": "Found"}

    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": chosen(products), **rule})

    assert "at most 1 stocks" in shown.content.decode()
    assert "headings" not in shown.context


def test_a_double_click_books_once(staff_client):
    product = ProductFactory(stock_quantity=4)
    rule = {"mode": "by", "units": "2", "reason": "Found"}
    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": product.pk, **rule})
    for _ in range(2):
        staff_client.post(f"{LIST}stock/", hidden(shown) | {"step": "confirm"})

    assert Product.objects.get().stock_quantity == 6


def test_more_units_than_there_are_are_refused_for_all(staff_client):
    first, second = ProductFactory(stock_quantity=9), ProductFactory(stock_quantity=1)
    rule = {"mode": "by", "units": "-2", "reason": "Broken"}

    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": chosen([first, second]), **rule})
    assert "There are not that many" in shown.content.decode()
    staff_client.post(f"{LIST}stock/", hidden(shown) | {"step": "confirm"})

    assert list(Product.objects.order_by("pk").values_list("stock_quantity", flat=True)) == [9, 1]


def test_a_parent_stands_for_its_variants(staff_client):
    parent = ProductFactory(stock_quantity=0)
    size = AttributeFactory(slug="size").slug
    for name in ("S", "L"):
        catalog.add_variant(parent, sku=f"V-{name}", options={size: name}, price=Decimal(5))
    rule = {"mode": "to", "units": "3", "reason": "Counted"}

    shown = staff_client.post(f"{LIST}stock/", {"step": "preview", "pks": parent.pk, **rule})
    staff_client.post(f"{LIST}stock/", hidden(shown) | {"step": "confirm"})

    assert set(parent.variants.values_list("sku", "stock_quantity")) == {("V-S", 3), ("V-L", 3)}
    parent.refresh_from_db()
    assert parent.is_available


def test_bulk_stock_costs_the_same_queries_for_one_and_for_many(django_assert_num_queries):
    products = ProductFactory.create_batch(20, stock_quantity=10)
    for some in (products[:1], products[1:]):
        changes = {product.pk: 1 for product in some}
        with django_assert_num_queries(5):  # the rows, one UPDATE and the ledger, inside a savepoint
            stock.adjust_many(changes, seen=dict.fromkeys(changes, 10), reason="Counted")
