"""The product screens of staff: services do what was typed, and refusals lose nothing of it."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from products.models import Product, ProductImage, StockMovement
from products.services import attributes, catalog, pictures, reconciliation
from products.tests.factories import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/products/product/"


def png(color="#336699", size=(640, 480)):
    data = BytesIO()
    Image.new("RGB", size, color).save(data, "PNG")
    return SimpleUploadedFile("picture.png", data.getvalue(), content_type="image/png")


def formsets(pictures=(), values=(), existing_pictures=0, existing_values=0):
    data = {"movements-TOTAL_FORMS": 1, "movements-INITIAL_FORMS": 1}
    for prefix, rows, initial in (
        ("images", pictures, existing_pictures),
        ("attribute_values", values, existing_values),
    ):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def typed(product=None, **changes):
    """What the form of ``product`` sends, with ``changes``."""
    new = {"sku": "NEW-1", "name": "New thing", "slug": "new-thing", "price": "12.50", "stock_quantity": 3}
    names = ("sku", "name", "slug", "price", "low_stock_threshold", "short_description", "ean", "tax_class")
    if product is None:
        category, brand = CategoryFactory(), BrandFactory()
        data = {
            **new,
            "category": category.pk,
            "brand": brand.pk,
            "low_stock_threshold": 5,
            "tax_class": "standard",
            "is_active": "on",
        }
    else:
        data = {name: getattr(product, name) for name in names}
        data |= {"category": product.category_id, "brand": product.brand_id, "is_active": "on"}
    return data | changes


def change_url(product):
    return reverse("admin:products_product_change", args=[product.pk])


# The list


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


# The form


def test_a_product_is_born_through_the_service(staff_client):
    color = AttributeFactory(slug="material", attribute_type="text")
    rows = formsets(
        pictures=[{"upload": png(), "alt_text": "From the left", "sort_order": 0}],
        values=[{"attribute": color.pk, "value": " oak "}],
    )

    answer = staff_client.post(f"{LIST}add/", typed() | rows)

    assert answer.status_code == 302, answer.context["errors"]
    product = Product.objects.get(sku="NEW-1")
    assert (product.stock_quantity, product.price_low, product.is_available) == (3, Decimal("12.50"), True)
    assert [(m.kind, m.change) for m in product.movements.all()] == [("opening", 3)]
    assert [(image.alt_text, image.is_primary) for image in product.images.all()] == [("From the left", True)]
    assert [value.value for value in product.attribute_values.all()] == ["oak"]
    assert reconciliation.breaks() == []


def test_a_change_goes_through_the_service_and_leaves_the_stock(staff_client):
    product = ProductFactory()
    data = typed(product, price="99.00", stock_quantity=7_000) | formsets()

    assert staff_client.post(change_url(product), data).status_code == 302

    product.refresh_from_db()
    assert (product.price, product.price_low, product.stock_quantity) == (Decimal(99), Decimal(99), 20)
    assert LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("sku", "TAKEN", "already exists"),
        ("sale_price", "10.00", "below the price"),
        ("price", "-1", "cannot be negative"),
        ("name", "", "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(staff_client, field, value, words):
    ProductFactory(sku="TAKEN", slug="taken")
    product = ProductFactory()
    data = typed(product, short_description="A sentence nobody wants to type twice", **{field: value})

    answer = staff_client.post(change_url(product), data | formsets())

    assert answer.status_code == 200
    assert words in str(answer.context["adminform"].form.errors[field])
    assert "A sentence nobody wants to type twice" in answer.content.decode()
    assert Product.objects.get(pk=product.pk).updated_at == product.updated_at


def test_what_only_the_service_refuses_is_said_at_its_field_too(staff_client, monkeypatch):
    product = ProductFactory()
    rival = ProductFactory(sku="RIVAL")
    monkeypatch.setattr(Product, "validate_unique", lambda *_args, **_options: None)
    monkeypatch.setattr(Product, "validate_constraints", lambda *_args, **_options: None)
    data = typed(product, sku=rival.sku, name="Typed anew")

    answer = staff_client.post(change_url(product), data | formsets())

    assert answer.status_code == 200
    assert "belongs to another product" in str(answer.context["adminform"].form.errors["sku"])
    assert "Typed anew" in answer.content.decode()
    assert not Product.objects.filter(name="Typed anew").exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.png", b"no picture at all", content_type="image/png"), "no picture"),
        (
            SimpleUploadedFile(
                "a.svg",
                b"<svg onload='x()' xmlns='http://www.w3.org/2000/svg'/>",
                content_type="image/svg+xml",
            ),
            "no picture",
        ),
    ],
    ids=["text", "svg"],
)
def test_a_file_that_is_no_picture_is_refused_at_its_row(staff_client, file, words):
    product = ProductFactory()
    file.seek(0)
    rows = formsets(pictures=[{"upload": file, "alt_text": "", "sort_order": 0}])

    answer = staff_client.post(change_url(product), typed(product, name="Kept") | rows)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ProductImage.objects.exists()
    assert not Product.objects.filter(name="Kept").exists()


def test_pictures_are_described_replaced_and_removed(staff_client):
    product = ProductFactory()
    first, second, third = (pictures.add(product, png(color)) for color in ("#111111", "#222222", "#333333"))
    rows = formsets(
        pictures=[
            {"id": first.pk, "product": product.pk, "alt_text": "", "sort_order": 0, "DELETE": "on"},
            {"id": second.pk, "product": product.pk, "alt_text": "Seen from above", "sort_order": 5},
            {
                "id": third.pk,
                "product": product.pk,
                "alt_text": "Another",
                "sort_order": 2,
                "is_primary": "on",
                "upload": png("#444444"),
            },
        ],
        existing_pictures=3,
    )

    answer = staff_client.post(change_url(product), typed(product) | rows)

    assert answer.status_code == 302
    left = list(product.images.order_by("sort_order"))
    assert [(image.alt_text, image.is_primary) for image in left] == [
        ("Another", True),
        ("Seen from above", False),
    ]
    assert first not in left
    assert third.image.name not in [image.image.name for image in left]


def test_attribute_values_are_checked_by_type_changed_and_cleared(staff_client):
    product = ProductFactory()
    height, care = (
        AttributeFactory(slug=slug, attribute_type=kind) for slug, kind in (("h", "number"), ("c", "text"))
    )
    attributes.set_values(product, {"h": "12", "c": "wipe"})
    by_slug = {value.attribute.slug: value for value in product.attribute_values.all()}

    def send(number, **care_row):
        rows = [
            {"id": by_slug["h"].pk, "product": product.pk, "attribute": height.pk, "value": number},
            {"id": by_slug["c"].pk, "product": product.pk, "attribute": care.pk, "value": "wipe", **care_row},
        ]
        return staff_client.post(
            change_url(product), typed(product) | formsets(values=rows, existing_values=2)
        )

    refused = send("very tall")
    assert refused.status_code == 200
    assert "is a number" in refused.content.decode()
    assert product.attribute_values.count() == 2

    assert send("13.50", DELETE="on").status_code == 302
    assert [(value.value, value.number) for value in product.attribute_values.all()] == [
        ("13.5", Decimal("13.5"))
    ]


def test_the_form_costs_the_same_queries_for_one_and_for_many_values(staff_client, django_assert_num_queries):
    product = ProductFactory()
    staff_client.get(change_url(product))
    counts = []
    for number in (1, 20):
        for index in range(number):
            attribute = AttributeFactory(slug=f"a-{number}-{index}", attribute_type="text")
            attributes.set_values(product, {attribute.slug: "x"})
        with CaptureQueriesContext(connection) as queries:
            assert staff_client.get(change_url(product)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


# Variants


def test_a_variant_is_added_by_its_options(staff_client):
    AttributeFactory(slug="size", name="Size")
    parent = ProductFactory(stock_quantity=0)
    url = f"{LIST}{parent.pk}/add-variant/"
    data = {"sku": "V-S", "price": "11.00", "stock_quantity": 4}

    first = staff_client.post(url, data | {"attribute-1": "size", "option-1": "Small"})
    assert first.status_code == 302, first.context["form"].errors
    second = staff_client.post(url, data | {"sku": "V-L", "option-size": "Large"})
    assert second.status_code == 302, second.context["form"].errors

    parent.refresh_from_db()
    assert (parent.kind, parent.is_available) == ("parent", True)
    assert set(parent.variants.values_list("sku", "stock_quantity")) == {("V-S", 4), ("V-L", 4)}
    page = staff_client.get(change_url(parent)).content.decode()
    assert "Small" in page
    assert "V-L" in page


def test_a_variant_that_cannot_be_says_why_and_keeps_what_was_typed(staff_client):
    AttributeFactory(slug="size")
    single = ProductFactory(stock_quantity=5)
    data = {"sku": "V-S", "price": "11.00", "stock_quantity": 4, "attribute-1": "size", "option-1": "Small"}

    answer = staff_client.post(f"{LIST}{single.pk}/add-variant/", data)

    assert answer.status_code == 200
    assert "Adjust its stock to 0 first" in answer.content.decode()
    assert 'value="V-S"' in answer.content.decode()
    assert Product.objects.count() == 1


# Stock of one


def test_stock_is_adjusted_with_a_reason_and_by_whom(staff_client, client):
    product = ProductFactory(stock_quantity=20)

    answer = staff_client.post(
        f"{LIST}{product.pk}/adjust-stock/", {"change": "-3", "reason": "Broken"}, follow=True
    )

    assert "-3, now 17 units" in answer.content.decode()
    line = StockMovement.objects.get(kind="adjustment")
    assert (line.change, line.reason, line.actor.is_superuser) == (-3, "Broken", True)


@pytest.mark.parametrize(
    "data", [{"change": "-21", "reason": "x"}, {"change": "3"}, {"change": "0", "reason": "x"}]
)
def test_a_change_of_stock_that_cannot_be_booked_is_refused(staff_client, data):
    product = ProductFactory(stock_quantity=20)

    assert staff_client.post(f"{LIST}{product.pk}/adjust-stock/", data).status_code == 200

    product.refresh_from_db()
    assert (product.stock_quantity, product.movements.count()) == (20, 1)


# Deleting and restoring


def test_a_deleted_product_keeps_its_ledger_and_comes_back(staff_client):
    product = ProductFactory()

    assert staff_client.get(f"{LIST}{product.pk}/delete/").status_code == 200
    assert staff_client.post(f"{LIST}{product.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Product.objects.filter(pk=product.pk).exists()
    assert "Restore" in staff_client.get(change_url(product)).content.decode()

    assert staff_client.get(f"{LIST}{product.pk}/restore/").status_code == 200
    assert not Product.objects.filter(pk=product.pk).exists()
    assert staff_client.post(f"{LIST}{product.pk}/restore/").status_code == 302
    assert Product.objects.filter(pk=product.pk).exists()


def test_many_are_deleted_and_restored_by_actions(staff_client):
    pks = [product.pk for product in ProductFactory.create_batch(3)]

    staff_client.post(LIST, {"action": "delete_selected", "_selected_action": pks, "post": "yes"})
    assert Product.objects.count() == 0

    staff_client.post(f"{LIST}?deleted=yes", {"action": "restore_selected", "_selected_action": pks})
    assert Product.objects.count() == 3
