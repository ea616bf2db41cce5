"""Files as other shops and catalogs write them, imported twice."""

import pytest

from products.models import Product, ProductAttribute
from products.services import reconciliation
from products.tests.import_files import SHOPIFY, WOOCOMMERCE, Imported, counts, write, write_icecat

pytestmark = pytest.mark.django_db


def test_shopify_lists_parents_once_and_counts_their_variants(tmp_path):
    path = write(tmp_path, SHOPIFY)
    first, second = Imported(path), Imported(path)

    assert str(first) == counts(created=5)
    assert str(second) == counts(unchanged=5)
    parent = Product.objects.get(sku="wool-sweater")
    assert (parent.kind, parent.stock_quantity, parent.is_available) == ("parent", 0, True)
    assert (parent.price_low, parent.price_high) == (60, 65)
    keys = parent.variants.order_by("pk").values_list("variant_key", flat=True)
    assert list(keys) == ["color=sea blue;size=s", "color=sea blue;size=m", "color=moss;size=m"]
    assert Product.objects.listed().count() == 3
    assert reconciliation.breaks() == []


def test_pictures_are_left_to_be_fetched_by_their_addresses(tmp_path):
    Imported(write(tmp_path, SHOPIFY))

    stool = Product.objects.get(sku="OAK-1").picture_addresses.order_by("sort_order")
    assert list(stool.values_list("address", "alt_text")) == [
        ("https://example.com/stool-side.jpg", "Side"),
        ("https://example.com/stool.jpg", "Front"),
    ]


def test_woocommerce_is_imported_and_stays(tmp_path):
    path = write(tmp_path, WOOCOMMERCE)
    first, second = Imported(path), Imported(path)

    assert str(first) == counts(created=4, refused=1)
    assert str(second) == counts(unchanged=4, refused=1)
    cap = Product.objects.get(sku="CAP")
    assert (cap.kind, cap.price, cap.price_low, cap.price_high) == ("parent", 9, 9, 12)
    assert set(cap.variants.values_list("sku", flat=True)) == {"CAP-BLUE", "woo-12"}
    assert reconciliation.breaks() == []


def test_icecat_is_imported_and_stays(tmp_path):
    path = write_icecat(tmp_path)
    first, second = Imported(path), Imported(path)

    assert str(first) == counts(created=2)
    assert str(second) == counts(unchanged=2)
    types = dict(ProductAttribute.objects.values_list("name", "attribute_type"))
    assert types["Display diagonal"] == "number"
    assert types["Touchscreen"] == "boolean"
    assert types["Product colour"] == "select"
    assert types["Printing colours"] == "multiselect"
    assert types["Certification"] == types["Response time (text)"] == "text"
    filterable = ProductAttribute.objects.filter(is_filterable=True)
    assert list(filterable.values_list("name", flat=True)) == ["Product colour"]
