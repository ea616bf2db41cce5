"""What changes in the catalog is found, or no longer found, at once."""

from decimal import Decimal

import pytest

from products.models import Category, Product, ProductAttributeValue
from products.services import attributes, brands, catalog
from products.tests.factories import AttributeFactory
from products.tests.searches import find, names

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


def test_what_changes_is_found_at_once(kettle):
    catalog.update_product(kettle, changes={"name": "Copper pot"})
    assert (names("kettle"), names("copper")) == ([], ["Copper pot"])

    kettle.brand.name = "Finchley"
    brands.save_brand(kettle.brand)
    assert (names("marlow"), names("finchley")) == ([], ["Copper pot"])

    Category.objects.filter(pk=kettle.category_id).update(name="Cookware")
    assert (names("kitchenware"), names("cookware")) == ([], ["Copper pot"])

    AttributeFactory(slug="material")
    attributes.set_values(kettle, {"material": "Brass"})
    assert names("brass pot") == ["Copper pot"]
    attributes.set_values(kettle, {"material": "Bronze"})
    assert (names("brass"), names("bronze")) == ([], ["Copper pot"])
    attributes.clear_values(kettle, ["material"])
    assert names("bronze") == []

    catalog.delete_product(kettle)
    assert names("copper") == []
    catalog.restore_product(kettle)
    assert names("copper") == ["Copper pot"]

    Product.all_objects.filter(pk=kettle.pk).update(is_active=False)
    assert names("copper") == []
    Product.all_objects.filter(pk=kettle.pk).update(is_active=True)
    Category.objects.filter(pk=kettle.category_id).update(is_active=False)
    assert names("copper") == []


def test_what_is_written_in_bulk_is_found_at_once(kettle):
    rows = [
        Product(sku=f"B-{number}", slug=f"b-{number}", name=f"Basket {number}", brand=kettle.brand,
                category=kettle.category, price=Decimal(1), price_low=1, price_high=1)
        for number in range(30)
    ]  # fmt: skip
    rows = Product.objects.bulk_create(rows)
    assert find("basket").matches.count() == 30

    for row in rows[:10]:
        row.name = row.name.replace("Basket", "Hamper")
    Product.objects.bulk_update(rows, ["name"])
    assert (find("basket").matches.count(), find("hamper").matches.count()) == (20, 10)

    size = AttributeFactory(slug="size")
    ProductAttributeValue.objects.bulk_create(
        [ProductAttributeValue(product=row, attribute=size, value="Gigantic") for row in rows[:7]]
    )
    assert find("gigantic").matches.count() == 7
    ProductAttributeValue.objects.filter(attribute=size).update(value="Tiny")
    assert (find("gigantic").matches.count(), find("tiny").matches.count()) == (0, 7)

    Product.objects.filter(pk__in=[row.pk for row in rows[:5]]).delete()
    assert find("hamper").matches.count() == 5


@pytest.mark.unsound
def test_prices_and_stock_leave_the_index_alone(kettle, django_assert_num_queries):
    Product.objects.filter(pk=kettle.pk).update(price=Decimal(3), stock_quantity=1)

    assert names("kettle") == ["Whistling Kettle"]
