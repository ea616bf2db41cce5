"""Whole ways through the shop, as a person or a program goes them; on Postgres and on SQLite."""

from io import StringIO

import pytest
from django.core.management import call_command

from products.models import Product
from products.services import reconciliation, stock
from products.tests.factories import AttributeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

CATALOG = """\
sku,name,price,sale_price,stock_quantity,category,brand,parent_sku,attr:Color,short_description
MUG,Harbor mug,18.90,,,Kitchen > Tableware,Tidewater,,,Everyday mug
MUG-BLUE,"Harbor mug, Blue",18.90,,1,,,MUG,Blue,
MUG-RED,"Harbor mug, Red",21.90,,0,,,MUG,Red,
PEN,Row fountain pen,74.00,59.00,12,Desk,Row & Sons,,,Balanced
"""


@pytest.fixture
def filled(tmp_path, django_capture_on_commit_callbacks):
    """A shop filled from a file, and what the import said."""
    AttributeFactory(name="Color", slug="color")
    file = tmp_path / "catalog.csv"
    file.write_text(CATALOG)

    def fill():
        out = StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("import_products", str(file), stdout=out)
        return out.getvalue().strip().splitlines()[-1]

    return fill


def text_of(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_shop_is_filled_from_a_file_and_browsed(client, filled):
    assert "seed_demo" in text_of(client, "/")

    assert filled() == "created=3 updated=0 unchanged=0 refused=0"
    assert filled() == "created=0 updated=0 unchanged=3 refused=0"

    assert "Harbor mug" in text_of(client, "/products/", category="kitchen")
    assert "Harbor mug" not in text_of(client, "/products/", category="desk")
    assert "Harbor mug" in text_of(client, "/products/", attr_color="Blue", in_stock="1")
    assert "Harbor mug" not in text_of(client, "/products/", attr_color="Red", in_stock="1")
    assert "59.00" in text_of(client, "/products/row-fountain-pen/")

    variant = Product.objects.get(sku="MUG-RED")
    chosen = client.get(variant.get_absolute_url())
    assert (chosen.status_code, chosen["Location"]) == (301, "/products/harbor-mug/?variant=MUG-RED")
    assert "21.90" in text_of(client, chosen["Location"])


def test_the_last_unit_goes_and_every_page_says_so(client, filled, django_capture_on_commit_callbacks):
    filled()
    blue = Product.objects.get(sku="MUG-BLUE")
    assert "Only a few left" in text_of(client, "/products/harbor-mug/")

    with django_capture_on_commit_callbacks(execute=True):
        stock.take({blue.pk: 1}, reference="journey")

    assert "Sold out" in text_of(client, "/products/harbor-mug/")
    assert "Harbor mug" not in text_of(client, "/products/", in_stock="1")
    assert reconciliation.breaks() == []


def test_what_was_exported_is_what_is_there(filled, tmp_path):
    filled()
    file = tmp_path / "all.csv"
    call_command("export_products", "--format=csv", f"--output={file}", stdout=StringIO())
    out = StringIO()

    call_command("import_products", str(file), stdout=out)

    assert out.getvalue().strip().endswith("created=0 updated=0 unchanged=3 refused=0")


def test_staff_counts_a_shelf_and_customers_read_the_new_word(
    staff_client, filled, django_capture_on_commit_callbacks
):
    filled()
    pen = Product.objects.get(sku="PEN")
    assert "Row fountain pen" in text_of(staff_client, f"/admin/products/product/{pen.pk}/change/")

    with django_capture_on_commit_callbacks(execute=True):
        stock.adjust(pen, change=-12, reason="Counted")

    assert "Sold out" in text_of(staff_client, "/products/row-fountain-pen/")


def test_a_program_reads_the_same_catalog(api_client, filled):
    filled()

    body = api_client.get("/api/products/", {"ordering": "price"}).json()

    assert [(row["sku"], row["stock_status"]) for row in body["results"]] == [
        ("MUG", "In Stock"),
        ("PEN", "In Stock"),
    ]
    assert api_client.get(f"/api/products/{body['results'][1]['id']}/").json()["effective_price"] == "59.00"
