from decimal import Decimal

import pytest

from products.models import Product, ProductAttribute, ProductAttributeValue
from products.readers import Said, Typing
from products.services import catalog, reconciliation
from products.services.imports import vocabulary
from products.tests.factories import AttributeFactory, ProductFactory
from products.tests.import_files import Imported, counts, write

pytestmark = pytest.mark.django_db

TEE = """\
sku,name,price,stock_quantity,category,brand,parent_sku,attr:Size,attr:Material
T,Tee,20,,Clothing,Tarn,,,Cotton
T-S,Tee small,20,3,Clothing,Tarn,T,S,
T-M,Tee medium,22,0,Clothing,Tarn,T,M,
"""


@pytest.fixture
def catalog_of(tmp_path):
    def run(text, **options):
        return Imported(write(tmp_path, text), **options)

    return run


def said(sku):
    values = ProductAttributeValue.objects.filter(product__sku=sku).order_by("attribute__slug")
    return dict(values.values_list("attribute__name", "value"))


def test_rows_that_name_a_parent_become_its_variants(catalog_of):
    assert str(catalog_of(TEE)) == counts(created=2)
    assert str(catalog_of(TEE)) == counts(unchanged=2)

    parent = Product.objects.get(sku="T")
    assert (parent.kind, parent.price_low, parent.price_high, parent.is_available) == ("parent", 20, 22, True)
    assert said("T") == {"Material": "Cotton"}
    assert said("T-S") == {"Size": "S"}
    assert ProductAttribute.objects.get(slug="size").attribute_type == "select"
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("batch_size", [1, 2, 1_000])
def test_the_order_of_rows_and_batches_does_not_matter(catalog_of, batch_size):
    heading, parent, *variants = TEE.splitlines(keepends=True)

    done = catalog_of("".join([heading, *variants, parent]), batch_size=batch_size)

    assert str(done) == counts(created=2)
    found = Product.objects.get(sku="T")
    assert (found.kind, found.name, found.variants.count()) == ("parent", "Tee", 2)
    assert reconciliation.breaks() == []


def test_a_parent_that_no_row_describes_is_made_from_its_variant(catalog_of):
    catalog_of("sku,name,price,parent_sku,attr:Size\nX-S,Scarf,5,X,S\n")

    parent = Product.objects.get(sku="X")
    assert (parent.kind, parent.name, parent.price_low) == ("parent", "Scarf", 5)


def test_variants_follow_their_parent_to_another_shelf(catalog_of):
    catalog_of(TEE)

    catalog_of("sku,category,brand\nT,Sale > Tees,Moor\n")

    places = Product.objects.values_list("sku", "category__name", "brand__name")
    assert set(places) == {("T", "Tees", "Moor"), ("T-S", "Tees", "Moor"), ("T-M", "Tees", "Moor")}


def test_a_change_of_a_variant_reaches_the_figures_of_its_parent(catalog_of):
    catalog_of(TEE)

    assert str(catalog_of("sku,price,stock_quantity\nT-S,18,0\n")) == counts(updated=1)

    parent = Product.objects.get(sku="T")
    assert (parent.price_low, parent.price_high, parent.is_available) == (18, 22, False)


def test_options_can_change_and_are_each_taken_once(catalog_of):
    catalog_of(TEE)

    done = catalog_of("sku,name,price,parent_sku,attr:Size\nT-S,,,T,XS\nT-X,Tee,1,T,M\nT-Y,Tee,1,T,m \n")

    assert str(done) == counts(updated=1, refused=2)
    assert [reason for *_place, reason in done.refusals] == ["T-M has the same options."] * 2
    assert said("T-S") == {"Size": "XS"}


def test_a_variant_without_options_is_told_apart_by_its_name(catalog_of):
    text = "sku,name,price,parent_sku\nX-1,Round,5,X\nX-2,Square,5,X\n"
    done = catalog_of(text)

    assert str(done) == counts(created=2)
    assert len(done.warnings) == 2
    assert said("X-1") == {"Variant": "Round"}
    assert str(catalog_of(text)) == counts(unchanged=2)


def test_a_single_becomes_a_variant_and_keeps_its_stock(catalog_of):
    ProductFactory(sku="OLD", name="Old", stock_quantity=4)

    assert str(catalog_of("sku,parent_sku,attr:Size\nOLD,NEW,S\n")) == counts(updated=1)

    old = Product.objects.get(sku="OLD")
    assert (old.kind, old.parent.sku, old.stock_quantity) == ("variant", "NEW", 4)
    assert reconciliation.breaks() == []


def test_what_holds_stock_becomes_no_parent(catalog_of):
    single = ProductFactory(sku="ONE", stock_quantity=4)

    done = catalog_of("sku,name,price,parent_sku,attr:Size\nONE-S,a,1,ONE,S\n")

    assert str(done) == counts(refused=1)
    assert "ONE holds 4 units itself" in done.refusals[0][2]
    single.refresh_from_db()
    assert single.kind == "single"
    assert Product.objects.count() == 1


def test_variants_have_no_variants(catalog_of):
    catalog_of(TEE)

    done = catalog_of("sku,name,price,parent_sku,attr:Size\nT-S-1,a,1,T-S,1\nT,,,T-M,2\n")

    assert str(done) == counts(refused=2)
    assert Product.objects.get(sku="T").kind == "parent"
    assert reconciliation.breaks() == []


def test_a_restored_variant_brings_its_parent_back(catalog_of):
    catalog_of(TEE)
    catalog.delete_product(Product.objects.get(sku="T"))

    catalog_of(
        "sku,name\nT-S,Tee small\n".replace("sku,name", "sku,name,parent_sku").replace("small", "small,T")
    )

    assert set(Product.objects.values_list("sku", flat=True)) == {"T", "T-S"}


def test_an_option_whose_name_means_something_else_gets_a_name_of_its_own(catalog_of):
    AttributeFactory(name="Size", slug="size", attribute_type="number", is_filterable=False)

    assert str(catalog_of(TEE)) == counts(created=2)
    assert said("T-S") == {"Size (option)": "S"}
    assert str(catalog_of(TEE)) == counts(unchanged=2)


# Attributes


def test_the_type_of_a_new_attribute_is_read_from_its_values(catalog_of):
    catalog_of(
        "sku,name,price,attr:Watts,attr:Dimmable,attr:Color,attr:Uses,attr:Care\n"
        f"A,a,1,5.5,yes,Red,hall|kitchen,{'Wipe it with a damp cloth now and then. ' * 3}\n"
        "B,b,1,40,no,Blue,hall,Keep it dry\n"
    )

    types = dict(ProductAttribute.objects.values_list("slug", "attribute_type"))
    assert types == {
        "watts": "number",
        "dimmable": "boolean",
        "color": "select",
        "uses": "multiselect",
        "care": "text",
    }
    filterable = ProductAttribute.objects.filter(is_filterable=True).values_list("slug", flat=True)
    assert set(filterable) == {"dimmable", "color", "uses"}
    assert ProductAttributeValue.objects.get(product__sku="A", attribute__slug="watts").number == Decimal(
        "5.5"
    )


def test_an_import_never_changes_a_type_and_leaves_out_what_does_not_fit(catalog_of):
    catalog_of("sku,name,price,attr:Watts\nA,a,1,5\n")

    done = catalog_of("sku,name,price,attr:Watts\nA,a,1,plenty\nB,b,1,7\n")

    assert str(done) == counts(created=1, unchanged=1)
    assert [warning[:2] for warning in done.warnings] == [(2, "attr:Watts")]
    assert said("A") == {"Watts": "5"}


def test_an_empty_cell_clears_a_value_and_an_absent_column_does_not(catalog_of):
    catalog_of("sku,name,price,attr:Color,attr:Shape\nA,a,1,Red,Round\n")

    assert str(catalog_of("sku,attr:Color\nA,\n")) == counts(updated=1)
    assert said("A") == {"Shape": "Round"}


def test_an_attribute_is_found_by_name_or_slug(catalog_of):
    AttributeFactory(name="Colour of the shade", slug="color")

    catalog_of("sku,name,price,attr:color\nA,a,1,Red\n")
    catalog_of("sku,name,price,attr:Colour of the shade\nB,b,1,Blue\n")

    assert ProductAttribute.objects.count() == 1
    assert said("B") == {"Colour of the shade": "Blue"}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("values", "typing", "expected"),
    [
        (["007", "008"], Typing.BY_VALUES, ("select", True)),
        (["yes"], Typing.WORDS, ("select", True)),
        ([Decimal(1), "x"], Typing.WORDS, ("select", True)),
        ([f"model {n}" for n in range(31)], Typing.BY_VALUES, ("text", False)),
        (["a", "b"], Typing.TEXT, ("text", False)),
        (["x" * 90], Typing.CHOICE, ("select", True)),
        ([("a",), ("b", "c")], Typing.LABELS, ("multiselect", False)),
        ([True], Typing.TEXT, ("boolean", False)),
        (["1", "2.5", "-3"], Typing.BY_VALUES, ("number", False)),
    ],
)
def test_types_are_cautious(values, typing, expected):
    assert vocabulary.type_of([Said(value, typing) for value in values]) == expected
