"""Other systems are told of products and stock, however they change, and of nothing where nobody listens."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from dbProject.outbox.models import OutboxEvent
from dbProject.webhooks import services as webhooks
from products.services import bulk, catalog, prices, stock
from products.services.prices import PriceRule
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """What was said since the last time, by kind."""
    webhooks.add_endpoint(url="https://partner.example.com/hook", name="Partner")

    def since():
        events = OutboxEvent.objects.filter(task__contains="fan_out_webhook").order_by("created_at")
        said = [(event.payload["kind"], event.payload["data"]) for event in events]
        events.delete()
        return said

    return since


def test_a_product_is_told_from_its_birth_to_its_end(told):
    product = catalog.create_product(
        category=CategoryFactory(), brand=BrandFactory(), sku="MUG", slug="mug", name="Mug", price=Decimal(9)
    )
    row = {"id": product.pk, "sku": "MUG", "slug": "mug", "name": "Mug", "price": "9.00", "sale_price": None}
    assert told() == [("product.created", {"products": [row | {"is_active": True}]})]

    catalog.update_product(product, changes={"sale_price": Decimal("7.50")})
    ((kind, data),) = told()
    assert (kind, data["products"][0]["sale_price"]) == ("product.updated", "7.50")

    catalog.delete_product(product)
    assert told() == [("product.deleted", {"products": [{"id": product.pk, "sku": "MUG"}]})]


def test_every_movement_of_stock_is_told_with_its_reason(told):
    product, other = ProductFactory(sku="A", stock_quantity=5), ProductFactory(sku="B", stock_quantity=5)
    told()

    stock.take({product.pk: 2, other.pk: 1}, reference="ORD-1")
    stock.adjust(product, change=-1, reason="Broken")

    (kind, sold), (_same, broken) = told()
    assert (kind, sold["reason"], sold["reference"]) == ("stock.changed", "sale", "ORD-1")
    assert sold["products"] == [
        {"id": product.pk, "sku": "A", "change": -2, "stock_quantity": 3},
        {"id": other.pk, "sku": "B", "change": -1, "stock_quantity": 4},
    ]
    assert (broken["reason"], broken["products"][0]["stock_quantity"]) == ("adjustment", 2)


def test_many_prices_are_one_message(told):
    products = ProductFactory.create_batch(3, price=Decimal(10))
    told()
    rule, pks = PriceRule(target="price", percent=Decimal(10)), [product.pk for product in products]

    prices.change_prices(pks, rule, seen=prices.preview(pks, rule).seen)
    bulk.change_products([{"id": pk, "price": Decimal(12)} for pk in pks])

    assert [(kind, [row["price"] for row in data["products"]]) for kind, data in told()] == [
        ("product.updated", ["11.00"] * 3),
        ("product.updated", ["12.00"] * 3),
    ]


def test_an_import_tells_what_is_new_what_changed_and_what_moved(told, tmp_path):
    file = tmp_path / "products.csv"
    file.write_text("sku,name,price,stock_quantity\nA,Mug,9,5\nB,Bowl,8,1\n")
    call_command("import_products", str(file), stdout=StringIO())
    assert [(kind, len(data["products"])) for kind, data in told()] == [("product.created", 2)]

    file.write_text("sku,name,price,stock_quantity\nA,Mug,9,7\nB,Bowl,7,1\n")
    call_command("import_products", str(file), stdout=StringIO())
    said = dict(told())
    assert [row["sku"] for row in said["product.updated"]["products"]] == ["B"]
    assert said["stock.changed"]["reason"] == "import"
    assert [(row["sku"], row["change"]) for row in said["stock.changed"]["products"]] == [("A", 2)]

    call_command("import_products", str(file), stdout=StringIO())
    assert told() == []
