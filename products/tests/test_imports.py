import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError
from django.db.models import Sum
from django.utils import translation

from products.errors import ImportRefused
from products.models import (
    Brand,
    Category,
    PictureAddress,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    StockMovement,
)
from products.services import catalog, imports, reconciliation
from products.services.imports import batches
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from products.tests.import_files import ICECAT, Imported, counts, write

pytestmark = pytest.mark.django_db

HEADING = "sku,name,price,stock_quantity,category,brand\n"
THREE = HEADING + "A,Lamp,10,1,Home > Lamps,Tarn\nB,Vase,20,2,Home > Vases,Tarn\nC,Rug,30,0,Home,Moor\n"


@pytest.fixture
def catalog_of(tmp_path):
    """Import a text as a file."""

    def run(text, **options):
        return Imported(write(tmp_path, text), **options)

    return run


def snapshot():
    """Everything an import could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Product, Brand, Category, ProductAttribute, StockMovement, PictureAddress)
    ]


# New, changed, the same


@pytest.mark.journey
def test_new_products_come_with_their_shelf_brand_slug_and_ledger(catalog_of):
    done = catalog_of(THREE)

    assert str(done) == counts(created=3)
    lamp = Product.objects.get(sku="A")
    assert (lamp.slug, lamp.price_low, lamp.is_available) == ("lamp", Decimal("10.00"), True)
    assert [c.name for c in lamp.category.get_ancestors()] + [lamp.category.name] == ["Home", "Lamps"]
    assert set(Brand.objects.values_list("name", flat=True)) == {"Tarn", "Moor"}
    ledger = StockMovement.objects.order_by("product__sku")
    assert list(ledger.values_list("product__sku", "kind", "change")) == [
        ("A", "opening", 1),
        ("B", "opening", 2),
    ]
    assert reconciliation.breaks() == []


def test_importing_again_changes_nothing(catalog_of):
    catalog_of(THREE)
    before = snapshot()

    assert str(catalog_of(THREE)) == counts(unchanged=3)
    assert snapshot() == before


def test_only_what_differs_is_written(catalog_of):
    catalog_of(THREE)
    before = dict(Product.objects.values_list("sku", "updated_at"))

    done = catalog_of(THREE.replace("Vase,20", "Vase,21"))

    after = dict(Product.objects.values_list("sku", "updated_at"))
    assert str(done) == counts(updated=1, unchanged=2)
    assert [sku for sku in after if after[sku] != before[sku]] == ["B"]
    assert Product.objects.get(sku="B").price_high == 21


def test_an_absent_column_leaves_what_is_there_and_an_empty_cell_clears_it(catalog_of):
    ProductFactory(sku="A", name="Lamp", price=Decimal(10), sale_price=Decimal(8), ean="96385074", weight=2)

    assert str(catalog_of("sku,price\nA,10\n")) == counts(unchanged=1)
    assert str(catalog_of("sku,name,price,sale_price,ean\nA,,,,\n")) == counts(updated=1)

    lamp = Product.objects.get(sku="A")
    assert (lamp.name, lamp.price, lamp.sale_price, lamp.ean, lamp.weight) == ("Lamp", 10, None, "", 2)


def test_stock_moves_through_the_ledger(catalog_of):
    catalog_of(THREE)

    done = catalog_of("sku,stock_quantity\nA,5\nB,0\n", reference="delivery 7")

    assert str(done) == counts(updated=2)
    moved = StockMovement.objects.filter(kind="import").order_by("product__sku")
    assert list(moved.values_list("product__sku", "change", "reference")) == [
        ("A", 4, "delivery 7"),
        ("B", -2, "delivery 7"),
    ]
    assert reconciliation.breaks() == []


def test_a_new_product_needs_a_name_and_a_price(catalog_of):
    done = catalog_of("sku,name,price\nA,,1\nB,b,\nC,c,3\n")

    assert str(done) == counts(created=1, refused=2)
    assert done.refusals == [(2, "name", "The name is missing."), (3, "price", "The price is missing.")]
    assert done.tally.read == 3


def test_without_category_and_brand_there_is_a_place_for_the_rest(catalog_of):
    catalog_of("sku,name,price\nA,a,1\n")

    product = Product.objects.get()
    assert (product.category.name, product.brand.name) == ("Other", "Unbranded")


def test_brands_are_found_whatever_their_case_and_deleted_shelves_come_back(catalog_of):
    catalog_of(THREE)
    Product.objects.all().delete()
    Category.objects.filter(name="Lamps").delete()
    Brand.objects.filter(name="Tarn").delete()

    assert str(catalog_of(THREE.replace("Tarn", "TARN"))) == counts(updated=3)
    assert Brand.objects.count() == 2
    assert Category.all_objects.filter(deleted_at=None).count() == 3


def test_a_shelf_that_is_there_is_preferred_to_a_deleted_one_of_its_name(catalog_of):
    deleted = CategoryFactory(name="Home", slug="old-home")
    deleted.delete()
    BrandFactory(name="tarn").delete()
    catalog_of(THREE)

    assert str(catalog_of("sku,name,price,category,brand\nD,d,1,Home > New,Moor\n")) == counts(created=1)
    assert Category.objects.filter(name="Home").count() == 1
    assert Category.objects.get(name="New").parent.name == "Home"


def test_a_deleted_sku_is_restored_with_its_ledger(catalog_of):
    catalog_of(THREE)
    catalog.delete_product(Product.objects.get(sku="A"))

    done = catalog_of(THREE)

    assert str(done) == counts(updated=1, unchanged=2)
    assert Product.objects.get(sku="A").movements.aggregate(n=Sum("change")) == {"n": 1}


def test_products_that_share_a_name_have_addresses_of_their_own(catalog_of):
    text = "sku,name,price\nA 1,Lamp,1\nA/2,Lamp,1\n日本,灯,1\n中国,灯,1\n"

    assert str(catalog_of(text)) == counts(created=4)
    slugs = dict(Product.objects.values_list("sku", "slug"))
    assert slugs["A 1"] == "lamp"
    assert slugs["A/2"] == "lamp-a2"
    assert len(set(slugs.values())) == 4
    assert str(catalog_of(text)) == counts(unchanged=4)


def test_a_wanted_address_is_given_where_it_is_free(catalog_of):
    catalog_of(THREE)

    done = catalog_of("sku,slug\nA,bright-lamp\nB,rug\n")

    assert str(done) == counts(updated=1, unchanged=1)
    assert done.warnings == [(3, "slug", "Left out: rug belongs to another product.")]
    assert Product.objects.get(sku="A").slug == "bright-lamp"


def test_a_sale_price_has_to_be_a_reduction(catalog_of):
    catalog_of("sku,name,price,sale_price\nA,a,10,12\nB,b,10,8\n")
    done = catalog_of("sku,price\nB,7\n")

    assert dict(Product.objects.values_list("sku", "sale_price")) == {"A": None, "B": None}
    assert [warning[1] for warning in done.warnings] == ["sale_price"]


def test_text_is_cleaned_before_it_is_stored(catalog_of):
    text = (
        'sku,name,price,description\nA,"<b>Tom</b> &amp; co",1,"<p onclick=x()>a</p><script>x()</script>"\n'
    )
    catalog_of(text)

    product = Product.objects.get()
    assert (product.name, product.description) == ("Tom & co", "<p>a</p>")
    assert str(catalog_of(text)) == counts(unchanged=1)


# Rows that are not as they should be


def test_a_bad_row_costs_itself_and_not_its_batch(catalog_of):
    done = catalog_of(THREE.replace("Vase,20", "Vase,free") + "D,d\nE,e,5,1,Home,Moor,surplus\n")

    assert str(done) == counts(created=2, refused=3)
    assert [place[:2] for place in done.refusals] == [(3, "price"), (5, "price"), (6, "")]
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "C"}


def test_the_second_row_with_a_sku_is_refused_and_names_the_first(catalog_of):
    done = catalog_of(THREE + "A,Other lamp,11,1,Home,Tarn\n", batch_size=2)

    assert str(done) == counts(created=3, refused=1)
    assert done.refusals == [(5, "sku", "The SKU stands in line 2 already.")]
    assert Product.objects.get(sku="A").name == "Lamp"


def test_hostile_strings_are_stored_as_they_are_or_refused(catalog_of, tmp_path):
    strings = ["\u202eright to left", "Ω≈ç√", "<img src=x onerror=alert(1)>", "'; DROP TABLE products;--",
               "\x00", "💩" * 400, "{{ 7*7 }}", "NULL", "../../etc/passwd", "\ud83d",
               "a\tb\x1b[2J"]  # fmt: skip
    lines = [
        json.dumps({"sku": f"N{number}", "name": text, "description": text, "price": 1, "attr:Word": text})
        for number, text in enumerate(strings)
    ]
    path = write(tmp_path, "\n".join(lines), name="x.jsonl")

    first, second = Imported(path), Imported(path)

    assert str(first) == counts(created=8, refused=3)
    assert str(second) == counts(unchanged=8, refused=3)
    assert {column for _line, column, _reason in first.refusals} == {"name"}
    assert "onerror" not in "".join(Product.objects.values_list("description", flat=True))


def test_what_stands_before_the_damage_in_a_file_is_in(tmp_path):
    whole = json.dumps(ICECAT)
    path = write(tmp_path, whole[:-40], name="1.json")
    told = []

    with pytest.raises(ImportRefused, match="after its product no"):
        imports.import_products(imports.Source(path), on_progress=lambda _n, tally: told.append(str(tally)))

    assert told == [counts(created=1)]
    assert list(Product.objects.values_list("sku", flat=True)) == ["ICE-501"]
    assert str(Imported(write(tmp_path, whole, name="1.json"))) == counts(created=1, unchanged=1)


def test_characters_that_no_database_stores_are_left_out_everywhere(tmp_path):
    bad = "\x00\ud83dword\x1b"
    item = dict.fromkeys(
        ("sku", "name", "brand", "category", "description", f"attr:{bad}", "meta_title"), bad
    )
    variant = {"sku": "V", "name": "v", "price": 1, "parent_sku": bad, f"attr:{bad}": bad}
    path = write(tmp_path, json.dumps(item | {"price": 1}) + "\n" + json.dumps(variant), name="x.jsonl")

    assert str(Imported(path)) == counts(created=1)
    assert set(Product.objects.values_list("sku", "name")) == {("word", "word"), ("V", "v")}
    assert str(Imported(path)) == counts(unchanged=1)


@pytest.mark.journey
def test_text_is_stored_to_the_letter(tmp_path):
    cells = ["\\N", "\\.", "NULL", '"', '""', "a\n\\.\nb", "a\nb", "a,b;c\\t", "\\", "'", "%s", "0", "t"]
    lines = [
        json.dumps({"sku": f"S{n}", "name": cell, "description": cell, "price": 1, "attr:Word": f"{cell}."})
        for n, cell in enumerate(cells)
    ]
    path = write(tmp_path, "\n".join(lines), name="x.jsonl")

    assert str(Imported(path)) == counts(created=len(cells))
    stored = Product.objects.order_by("pk")
    assert list(stored.values_list("description", flat=True)) == cells
    assert list(stored.values_list("name", flat=True)) == [" ".join(cell.split()) for cell in cells]
    said = ProductAttributeValue.objects.order_by("product")
    assert list(said.values_list("value", flat=True)) == [f"{cell}." for cell in cells]
    assert str(Imported(path)) == counts(unchanged=len(cells))


def test_what_a_file_does_not_say_is_empty_and_not_nothing(catalog_of):
    catalog_of("sku,name,price\nA,a,1\n")

    plain = ProductFactory.build()
    product = Product.objects.get()
    blank = ("ean", "short_description", "description", "dimensions", "meta_title", "sale_price", "weight")
    assert [getattr(product, name) for name in blank] == ["", "", "", "", "", None, None]
    assert (product.tax_class, product.low_stock_threshold) == (plain.tax_class, plain.low_stock_threshold)


def test_a_problem_is_told_in_the_language_of_whoever_imports(catalog_of):
    with translation.override("de"):
        done = catalog_of("sku,name,price\nA,,1\n,b,1\n")

    assert [reason for _line, _column, reason in done.refusals] == [
        "Der Name fehlt.",
        "Die Artikelnummer fehlt.",
    ]


# All or nothing, and nothing at all


def test_a_batch_that_fails_leaves_nothing_of_itself(catalog_of, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError("a bug")

    monkeypatch.setattr(batches.stock, "open_ledgers", fail)
    with pytest.raises(RuntimeError):
        catalog_of(THREE)

    assert not Product.all_objects.exists()
    assert not Category.all_objects.exists()


@pytest.mark.parametrize("error", [IntegrityError, OperationalError])
def test_a_batch_that_a_rival_gets_in_the_way_of_is_tried_again(catalog_of, monkeypatch, error):
    real, failures = batches.stock.open_ledgers, [error("rival"), error("rival")]

    def fail_at_first(products):
        if failures:
            raise failures.pop()
        real(products)

    monkeypatch.setattr(batches.stock, "open_ledgers", fail_at_first)

    assert str(catalog_of(THREE)) == counts(created=3)
    assert StockMovement.objects.count() == 2


def test_an_error_that_stays_is_not_hidden(catalog_of, monkeypatch):
    def fail(_products):
        raise IntegrityError("for ever")

    monkeypatch.setattr(batches.stock, "open_ledgers", fail)

    with pytest.raises(IntegrityError):
        catalog_of(THREE)


def test_a_dry_run_counts_and_changes_nothing(catalog_of):
    catalog_of(THREE)
    before = snapshot()

    done = catalog_of(THREE.replace("Rug,30", "Rug,31") + "D,New,4,4,Elsewhere,Nobody\n", dry_run=True)

    assert str(done) == counts(created=1, updated=1, unchanged=2)
    assert snapshot() == before
