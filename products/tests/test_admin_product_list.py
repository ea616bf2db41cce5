"""The list of products that staff see: found, narrowed, and many of them deleted and restored at once."""

from decimal import Decimal

import pytest
from django.contrib import admin

from products.models import Product
from products.services import catalog, pictures
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory
from products.tests.product_forms import LIST, png

pytestmark = pytest.mark.django_db


def test_the_list_shows_what_staff_look_for(staff_client):
    product = ProductFactory(
        name="Oak stool", price=Decimal("80.00"), sale_price=Decimal("60.00"), stock_quantity=3
    )
    pictures.add(product, png())

    page = staff_client.get(LIST).content.decode()

    for said in (
        "Oak stool",
        product.sku,
        "80.00\xa0€",
        "60.00\xa0€",
        "Low",
        product.brand.name,
        "shop-thumb",
    ):
        assert said in page
    assert product.images.get().image.url.rpartition(".")[0] in page


def test_the_list_costs_the_same_queries_for_one_and_for_thirty(staff_client, django_assert_num_queries):
    staff_client.get(LIST)
    for count in (1, 29):
        for product in ProductFactory.create_batch(count):
            pictures.add(product, png())
        with django_assert_num_queries(5):  # person, categories, count, products, covers
            assert staff_client.get(LIST).status_code == 200


@pytest.mark.parametrize("by", ["name", "sku", "ean", "brand"])
def test_a_product_is_found_by(staff_client, by):
    wanted = ProductFactory(name="Walnut tray", sku="WT-77", ean="4006381333931", brand__name="Alder & Co")
    ProductFactory(name="Something else")
    words = {"name": "walnut", "sku": "WT-77", "ean": "4006381333931", "brand": "alder"}[by]

    page = staff_client.get(LIST, {"q": words})

    assert list(page.context["cl"].queryset) == [wanted]


def test_a_variant_is_found_by_its_sku_and_else_stands_behind_its_parent(staff_client):
    parent = ProductFactory(stock_quantity=0)
    variant = catalog.add_variant(
        parent, sku="V-1", options={AttributeFactory(slug="size").slug: "S"}, price=Decimal(5)
    )

    assert list(staff_client.get(LIST).context["cl"].queryset) == [parent]
    assert list(staff_client.get(LIST, {"q": "V-1"}).context["cl"].queryset) == [variant]


def test_the_list_is_narrowed(staff_client):
    above = CategoryFactory()
    below = CategoryFactory(parent=above)
    low = ProductFactory(stock_quantity=2, category=below)
    out = ProductFactory(stock_quantity=0, sale_price=Decimal(1), is_featured=True)
    gone = ProductFactory(is_active=False)
    catalog.delete_product(gone)

    def shown(**query):
        return set(staff_client.get(LIST, query).context["cl"].queryset)

    assert shown() == {low, out}
    assert shown(category=above.pk) == {low}
    assert shown(category="; drop table") == {low, out}
    assert shown(stock="low") == {low}
    assert shown(stock="out") == {out}
    assert shown(sale="yes") == {out}
    assert shown(sale="no") == {low}
    assert shown(is_featured__exact=1) == {out}
    assert shown(brand__id__exact=low.brand_id) == {low}
    assert shown(deleted="yes") == {gone}
    assert shown(kind="parent") == set()


def test_price_stock_and_state_are_never_edited_in_the_list():
    assert admin.site._registry[Product].list_editable == ()


def test_many_are_deleted_and_restored_by_actions(staff_client):
    pks = [product.pk for product in ProductFactory.create_batch(3)]

    staff_client.post(LIST, {"action": "delete_selected", "_selected_action": pks, "post": "yes"})
    assert Product.objects.count() == 0

    staff_client.post(f"{LIST}?deleted=yes", {"action": "restore_selected", "_selected_action": pks})
    assert Product.objects.count() == 3
