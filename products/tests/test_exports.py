import csv
import json
from decimal import Decimal

import pytest

from products.models import Category, Product, ProductAttribute, ProductAttributeValue, StockMovement
from products.services import attributes, catalog, exports, pictures
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory
from products.tests.import_files import SHOPIFY, WOOCOMMERCE, Imported, counts, write, write_icecat

pytestmark = pytest.mark.django_db


def exported(format_name="csv"):
    return "".join(exports.rows(format_name))


def rows_of(text):
    return {row["sku"]: row for row in csv.DictReader(text.splitlines(keepends=True))}


@pytest.fixture
def shop(tmp_path):
    """Products of every kind, from every side."""
    for path in (
        write(tmp_path, SHOPIFY, name="shopify.csv"),
        write(tmp_path, WOOCOMMERCE, name="woo.csv"),
        write_icecat(tmp_path),
    ):
        Imported(path)
    odd = ProductFactory(
        sku="=1+1",
        name="@SUM(A1)",
        description='One "two",\nthree\r\nfour',
        short_description="'=quoted",
        price=Decimal("0.50"),
        sale_price=Decimal(0),
        stock_quantity=0,
        category=CategoryFactory(name="-Lamps", parent=CategoryFactory(name="Home")),
    )
    AttributeFactory(name="Code", slug="code", attribute_type="text")
    AttributeFactory(name="Code", slug="other-code", attribute_type="number")
    attributes.set_values(odd, {"code": "+49", "other-code": "-5.25"})


@pytest.mark.parametrize("format_name", exports.FORMATS)
def test_what_is_exported_is_imported_as_unchanged(shop, tmp_path, format_name):
    path = write(tmp_path, exported(format_name), name=f"all.{format_name}")
    before = exported(format_name)

    done = Imported(path)

    assert str(done) == counts(unchanged=Product.objects.buyable().count())
    assert [p for p in done.problems if p.is_refusal] == []
    assert exported(format_name) == before


@pytest.mark.parametrize("format_name", exports.FORMATS)
def test_an_empty_shop_filled_from_an_export_has_the_same_products(shop, tmp_path, format_name):
    def described():
        shared = (
            "images",
            "category",
            "brand",
            "price",
            "sale_price",
            "kind",
            "parent_sku",
            "stock_quantity",
        )
        return {sku: [row[name] for name in shared] for sku, row in rows_of(exported()).items()}

    path = write(tmp_path, exported(format_name), name=f"all.{format_name}")
    wanted, total = described(), Product.objects.buyable().count()
    for model in (ProductAttributeValue, ProductAttribute, StockMovement):
        model.objects.all().delete()
    for kind in ("variant", "parent", "single"):
        Product.all_objects.filter(kind=kind).hard_delete()
    Category.all_objects.filter(parent__isnull=False).hard_delete()
    Category.all_objects.all().hard_delete()

    assert str(Imported(path)) == counts(created=total)
    assert described() == wanted
    assert str(Imported(path)) == counts(unchanged=total)


def test_a_spreadsheet_finds_nothing_to_run(shop):
    cells = [cell for row in csv.reader(exported().splitlines(keepends=True)) for cell in row]

    assert "'=1+1" in cells
    assert "'@SUM(A1)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "@", "+", "\t"))] == []
    assert [cell for cell in cells if cell.startswith("-")] == ["-5.25"]


def test_parents_stand_beside_their_variants_and_hold_no_stock(shop):
    rows = rows_of(exported())

    assert (rows["wool-sweater"]["kind"], rows["wool-sweater"]["stock_quantity"]) == ("parent", "")
    assert rows["SW-M-MOSS"]["kind"] == "variant"
    assert rows["SW-M-MOSS"]["parent_sku"] == "wool-sweater"
    assert rows["SW-M-MOSS"]["attr:Size"] == "M"
    assert rows["CAP"]["category"] == "Clothing > Hats"


def test_attributes_that_share_a_name_are_called_by_their_slugs(shop):
    heading = next(exports.rows("csv"))

    assert "attr:code" in heading
    assert "attr:other-code" in heading
    assert "attr:Code" not in heading


def test_jsonl_says_values_in_their_types(shop):
    items = {item["sku"]: item for item in map(json.loads, exports.rows("jsonl"))}

    display = items["ICE-501"]
    assert (display["price"], display["is_active"]) == ("199.95", True)
    assert (display["attr:Display diagonal"], display["attr:Touchscreen"]) == (61, False)
    assert items["OAK-1"]["attr:Tags"] == ["seat", "wood"]
    assert "sale_price" not in display


def test_deleted_products_stay_out(shop):
    catalog.delete_product(Product.objects.get(sku="wool-sweater"))

    assert not {"wool-sweater", "SW-M-MOSS"} & rows_of(exported()).keys()


def test_pictures_are_called_by_where_they_came_from_else_by_their_file(sample_product, temp_image, tmp_path):
    own = pictures.add(sample_product, temp_image)
    name = own.image.name

    assert rows_of(exported())[sample_product.sku]["images"] == name
    assert str(Imported(write(tmp_path, exported()))) == counts(unchanged=1)
    assert sample_product.images.count() == 1


@pytest.mark.parametrize("format_name", exports.FORMATS)
def test_an_export_costs_five_queries_a_chunk_and_holds_no_more(
    monkeypatch, django_assert_num_queries, format_name
):
    monkeypatch.setattr(exports, "CHUNK", 10)
    category = CategoryFactory()
    for _number in range(25):
        ProductFactory(category=category)
    lines = exports.rows(format_name)
    once = 4 if format_name == "jsonl" else 3

    with django_assert_num_queries(once + 4):
        for _line in range(5):
            next(lines)
    with django_assert_num_queries(2 * 4 + 1):
        list(lines)
