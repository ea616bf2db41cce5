"""Products, variants, attributes, categories and brands as the services change them."""

from decimal import Decimal

import pytest

from products import errors
from products.models import Brand, Category, Product, ProductAttribute, ProductAttributeValue
from products.services import attributes, brands, catalog, categories, reconciliation
from products.tests.factories import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_a_product_is_born_with_its_opening_movement_and_its_figures():
    product = ProductFactory(price=Decimal("20.00"), sale_price=Decimal("15.00"), stock_quantity=3)

    assert list(product.movements.values_list("kind", "change")) == [("opening", 3)]
    assert (product.price_low, product.price_high, product.is_available) == (15, 15, True)
    assert reconciliation.breaks() == []


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"sku": "TAKEN"}, errors.SkuTaken),
        ({"slug": "taken"}, errors.SlugTaken),
        ({"price": Decimal("-1.00")}, errors.PriceRefused),
        ({"price": Decimal("5.00"), "sale_price": Decimal("5.00")}, errors.PriceRefused),
        ({"sale_price": Decimal("-1.00")}, errors.PriceRefused),
    ],
)
def test_an_impossible_product_is_refused_and_leaves_nothing(fields, refusal):
    ProductFactory(sku="TAKEN", slug="taken").delete()

    with pytest.raises(refusal):
        ProductFactory(**fields)

    assert not Product.objects.exists()


def test_updating_keeps_the_figures_and_refuses_what_is_not_for_it():
    product = ProductFactory()

    changed = catalog.update_product(product, changes={"price": Decimal("7.00"), "name": "Teapot"})

    assert (changed.name, changed.price_low) == ("Teapot", 7)
    with pytest.raises(TypeError):
        catalog.update_product(product, changes={"stock_quantity": 1})
    assert reconciliation.breaks() == []


def test_a_single_without_stock_becomes_a_parent_with_its_first_variant():
    AttributeFactory(slug="size")
    shirt = ProductFactory(stock_quantity=0, name="Shirt", slug="shirt", price=Decimal("40.00"))

    small = catalog.add_variant(
        shirt, sku="S", options={"size": "S"}, price=Decimal("30.00"), stock_quantity=2
    )
    catalog.add_variant(shirt, sku="L", options={"size": "L"}, price=Decimal("50.00"))

    shirt.refresh_from_db()
    assert (shirt.kind, shirt.price_low, shirt.price_high, shirt.is_available) == ("parent", 30, 50, True)
    assert (small.name, small.slug, small.variant_key) == ("Shirt, S", "shirt-s", "size=s")
    assert small.attribute_values.get().value == "S"
    assert list(Product.objects.listed()) == [shirt]
    assert reconciliation.breaks() == []


def test_a_variant_is_refused_without_options_with_taken_options_below_a_variant_and_below_stock():
    AttributeFactory(slug="size")
    shirt, full = ProductFactory(stock_quantity=0), ProductFactory(stock_quantity=1)
    small = catalog.add_variant(shirt, sku="S", options={"size": "S"}, price=Decimal(1))

    for parent, options in (
        (shirt, {}),
        (shirt, {"size": " s "}),
        (small, {"size": "M"}),
        (full, {"size": "M"}),
    ):
        with pytest.raises(errors.VariantRefused):
            catalog.add_variant(parent, sku="X", options=options, price=Decimal(1))

    assert Product.objects.filter(kind="variant").count() == 1
    assert Product.objects.get(pk=full.pk).kind == "single"


def test_a_changed_variant_changes_its_parent():
    AttributeFactory(slug="size")
    shirt = ProductFactory(stock_quantity=0)
    small = catalog.add_variant(shirt, sku="S", options={"size": "S"}, price=Decimal(9), stock_quantity=1)

    catalog.update_product(small, changes={"price": Decimal("4.00")})
    shirt.refresh_from_db()
    assert (shirt.price_low, shirt.is_available) == (4, True)
    catalog.delete_product(small)
    shirt.refresh_from_db()

    assert not shirt.is_available
    assert reconciliation.breaks() == []


def test_a_parent_goes_and_comes_back_with_its_variants():
    AttributeFactory(slug="size")
    shirt = ProductFactory(stock_quantity=0)
    catalog.add_variant(shirt, sku="S", options={"size": "S"}, price=Decimal(9))

    catalog.delete_product(shirt)
    catalog.delete_product(shirt)
    assert not Product.objects.exists()
    catalog.restore_product(shirt)

    assert Product.objects.count() == 2
    assert reconciliation.breaks() == []


@pytest.mark.parametrize(
    ("attribute_type", "raw", "value", "number"),
    [
        ("text", "  Wipe dry.\x00 ", "Wipe dry.", None),
        ("number", "12.50", "12.5", Decimal("12.5")),
        ("number", 1000, "1000", Decimal(1000)),
        ("number", 0.1, "0.1", Decimal("0.1")),
        ("boolean", True, "true", None),
        ("boolean", "Nein", "false", None),
        ("select", " Red ", "Red", None),
        ("multiselect", "Wool|Cotton|Wool", "Cotton|Wool", None),
        ("multiselect", ("Wool", "Cotton"), "Cotton|Wool", None),
    ],
)
def test_a_value_is_kept_in_the_canonical_form_of_its_type(attribute_type, raw, value, number):
    product, attribute = ProductFactory(), AttributeFactory(attribute_type=attribute_type)

    attributes.set_values(product, {attribute.slug: raw})
    attributes.set_values(product, {attribute.slug: raw})

    kept = product.attribute_values.get()
    assert (kept.value, kept.number) == (value, number)
    assert reconciliation.breaks() == []


@pytest.mark.parametrize(
    ("attribute_type", "raw"),
    [
        ("text", " "),
        ("number", "a lot"),
        ("number", "NaN"),
        ("number", "1e14"),
        ("boolean", "maybe"),
        ("select", "x" * 101),
        ("select", "a|b"),
        ("multiselect", " | "),
    ],
)
def test_a_value_of_another_type_is_refused(attribute_type, raw):
    product, attribute = ProductFactory(), AttributeFactory(attribute_type=attribute_type)

    with pytest.raises(errors.AttributeValueRefused):
        attributes.set_values(product, {attribute.slug: raw})

    assert not product.attribute_values.exists()


def test_an_unknown_attribute_is_refused():
    with pytest.raises(errors.AttributeValueRefused):
        attributes.set_values(ProductFactory(), {"flavor": "mint"})


def test_an_option_is_found_whole_alone_and_among_several():
    select = AttributeFactory(slug="color")
    several = AttributeFactory(slug="material", attribute_type=ProductAttribute.Type.MULTISELECT)
    shirt = ProductFactory()
    attributes.set_values(shirt, {select.slug: "Red", several.slug: ["Wool", "Cotton"]})

    found = ProductAttributeValue.objects

    assert found.having("color", "Red").count() == 1
    assert found.having("material", "Wool").count() == found.having("material", "Cotton").count() == 1
    assert not found.having("color", "Re").exists()
    assert not found.having("material", "Woo").exists()


def test_a_category_never_stands_inside_itself():
    top = CategoryFactory()
    middle = CategoryFactory(parent=top)
    bottom = CategoryFactory(parent=middle)

    for inside in (top, bottom):
        top.parent = inside
        with pytest.raises(errors.CategoryInsideItself):
            categories.save_category(top)

    assert Category.objects.get(pk=top.pk).parent is None
    assert reconciliation.breaks() == []


def test_closing_a_category_closes_what_is_below():
    top = CategoryFactory()
    below = CategoryFactory(parent=CategoryFactory(parent=top))

    top.is_active = False
    categories.save_category(top)

    assert not Category.objects.get(pk=below.pk).is_active


def test_a_category_in_use_stays_and_an_empty_one_goes():
    category = CategoryFactory()
    product = ProductFactory(category=category)
    with pytest.raises(errors.CategoryInUse):
        categories.delete_category(category)

    catalog.delete_product(product)
    categories.delete_category(category)

    assert not Category.objects.filter(pk=category.pk).exists()
    assert Product.all_objects.get().category == category


def test_a_path_makes_restores_and_finds_its_categories():
    leaf = categories.at_path("Audio > Headphones")
    assert [leaf.parent.name, leaf.slug] == ["Audio", "headphones"]
    categories.delete_category(leaf)

    again = categories.at_path(" Audio>Headphones ")
    other = categories.at_path("Video > Headphones")

    assert again == leaf
    assert other.slug == "video-headphones"
    assert Category.objects.count() == 4
    with pytest.raises(ValueError, match="empty"):
        categories.at_path(" > ")


def test_a_slug_is_taken_by_the_deleted_too():
    for factory, refuse in ((CategoryFactory, errors.SlugTaken), (BrandFactory, errors.SlugTaken)):
        factory(slug="gone").delete()
        with pytest.raises(refuse):
            factory(slug="gone")


def test_a_brand_is_found_by_name_whatever_its_case_and_stays_while_it_is_used():
    harbor = brands.named("Harbor")
    product = ProductFactory(brand=harbor)

    assert brands.named(" HARBOR ") == harbor
    with pytest.raises(errors.BrandInUse):
        brands.delete_brand(harbor)
    catalog.delete_product(product)
    brands.delete_brand(harbor)
    assert not Brand.objects.exists()
    assert brands.named("harbor") == harbor
