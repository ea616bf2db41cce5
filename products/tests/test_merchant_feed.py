"""The feed for shopping services: complete, right, streamed, and free while nothing changes."""

from decimal import Decimal
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dbProject import caching
from products.models import Product
from products.services import attributes, catalog, merchant_feed, pictures, stock
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
)
from products.tests.pictures import picture

pytestmark = pytest.mark.django_db
FEED = "/feeds/merchant.xml"
SPACE = "{http://base.google.com/ns/1.0}"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def read(answer):
    return b"".join(answer.streaming_content)


def items(xml):
    """Return what a feed says, by SKU: element -> text, several of one name as a list."""
    found = {}
    for item in ElementTree.fromstring(xml).iter("item"):  # noqa: S314 -- our own
        said = {}
        for element in item:
            said.setdefault(element.tag.removeprefix(SPACE), []).append(element.text)
        found[said["id"][0]] = {name: texts[0] if len(texts) == 1 else texts for name, texts in said.items()}
    return found


def test_a_single_says_everything_that_shopping_services_want(client, settings):
    settings.SITE_URL = "https://shop.example.com"
    home = CategoryFactory(name="Home")
    bowl = ProductFactory(
        sku="BOWL",
        name="Bowl & spoon <new>",
        slug="bowl",
        category=CategoryFactory(name="Kitchen", parent=home),
        brand=BrandFactory(name="Tide & Co"),
        description="<p>Stoneware.</p><ul><li>Dishwasher safe\x0b</li></ul>",
        price=Decimal(46),
        sale_price=Decimal("38.5"),
        stock_quantity=2,
        ean="4006381333931",
        weight=Decimal("1.200"),
        measure=Decimal(750),
        measure_unit="ml",
    )
    for seed in (1, 2):
        pictures.add(bowl, picture((900, 900), seed=seed))

    answer = client.get(FEED)
    said = items(read(answer))["BOWL"]

    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert said.pop("image_link").startswith("https://shop.example.com/media/pictures/")
    assert said.pop("additional_image_link").endswith(".jpg")
    assert said == {
        "id": "BOWL",
        "title": "Bowl & spoon <new>",
        "description": "Stoneware. Dishwasher safe",
        "link": "https://shop.example.com/products/bowl/",
        "availability": "in_stock",
        "price": "46.00 EUR",
        "sale_price": "38.50 EUR",
        "condition": "new",
        "brand": "Tide & Co",
        "gtin": "4006381333931",
        "product_type": "Home > Kitchen",
        "shipping_weight": "1.200 kg",
        "unit_pricing_measure": "750.000 ml",
    }


def test_variants_stand_for_their_parent_and_lead_to_themselves(client, settings):
    settings.SITE_URL = "https://shop.example.com"
    AttributeFactory(slug="color", name="Color")
    parent = ProductFactory(sku="CAP", slug="cap", stock_quantity=0)
    pictures.add(parent, picture((900, 900)))
    for color, units in (("ocean", 5), ("clay", 0)):
        catalog.add_variant(
            parent, sku=f"CAP {color}", options={"color": color}, price=Decimal(20), stock_quantity=units
        )

    said = items(read(client.get(FEED)))

    assert said.keys() == {"CAP ocean", "CAP clay"}
    assert said["CAP ocean"]["link"] == "https://shop.example.com/products/cap/?variant=CAP+ocean"
    assert {(one["item_group_id"], one["color"], one["availability"]) for one in said.values()} == {
        ("CAP", "ocean", "in_stock"),
        ("CAP", "clay", "out_of_stock"),
    }
    assert all(one["image_link"] for one in said.values())
    assert said["CAP clay"]["mpn"] == "CAP clay"


def test_what_customers_do_not_see_is_not_in_it(client):
    hidden, gone, shelved = ProductFactory(is_active=False), ProductFactory(), ProductFactory()
    catalog.delete_product(gone)
    shelved.category.is_active = False
    shelved.category.save()
    shown = ProductFactory()

    assert items(read(client.get(FEED))).keys() == {shown.sku}
    assert hidden.pk


@pytest.mark.parametrize("count", [3, 1_001])
def test_each_five_hundred_products_cost_three_queries_and_the_second_reader_none(client, count):
    brand, category = BrandFactory(), CategoryFactory()
    Product.objects.bulk_create(
        Product(
            sku=f"S{number}", slug=f"s{number}", name=f"Thing {number}", price=9, price_low=9, price_high=9,
            brand=brand, category=category,
        )
        for number in range(count)
    )  # fmt: skip
    chunks = -(-count // merchant_feed.CHUNK)

    with CaptureQueriesContext(connection) as context:
        first = read(client.get(FEED))
    assert len(context) == 1 + 3 * chunks + 1  # the paths, the chunks, the look for another
    with CaptureQueriesContext(connection) as context:
        second = read(client.get(FEED))
    assert len(context) == 0
    assert first == second
    assert len(items(first)) == count


def test_it_is_not_sent_again_until_something_changes(client, django_capture_on_commit_callbacks):
    product = ProductFactory(stock_quantity=2)
    first = client.get(FEED)
    read(first)
    asked = {"If-None-Match": first["ETag"]}
    assert client.get(FEED, headers=asked).status_code == 304
    assert client.head(FEED)["ETag"] == first["ETag"]

    with django_capture_on_commit_callbacks(execute=True):
        stock.take({product.pk: 2}, reference="ORD-1")

    again = client.get(FEED, headers=asked)
    assert again.status_code == 200
    assert items(read(again))[product.sku]["availability"] == "out_of_stock"


def test_half_a_feed_is_never_kept(client):
    ProductFactory()
    reading = merchant_feed.stream()
    next(reading)
    reading.close()

    assert merchant_feed._kept(merchant_feed.version()) is None
    assert len(items(read(client.get(FEED)))) == 1


def test_a_file_that_is_gone_or_a_cache_that_is_away_costs_a_new_one(client, monkeypatch):
    ProductFactory()
    whole = read(client.get(FEED))
    storages["jobs"].delete(cache.get(f"merchant-feed:{merchant_feed.version()}"))
    assert read(client.get(FEED)) == whole
    monkeypatch.setattr(caching, "_generation", lambda _group: "own-0")

    answer = client.get(FEED)

    assert read(answer) == whole
    assert "ETag" not in answer


def test_the_command_writes_the_same(tmp_path, client):
    ProductFactory()
    told, file = StringIO(), tmp_path / "feed.xml"

    call_command("export_products", "--format", "merchant-feed", stdout=told)
    call_command("export_products", "--format", "merchant-feed", "--output", str(file))

    assert told.getvalue() == file.read_text() == read(client.get(FEED)).decode()


def test_options_of_a_product_that_are_none_of_theirs_are_left_out(client):
    product = ProductFactory()
    AttributeFactory(slug="wood", name="Wood")
    attributes.set_values(product, {"wood": "oak"})

    assert "wood" not in items(read(client.get(FEED)))[product.sku]
