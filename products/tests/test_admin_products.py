"""The product screens of staff: services do what was typed, and refusals lose nothing of it."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import Product, ProductImage, StockMovement
from products.services import attributes, pictures, reconciliation
from products.tests.factories import AttributeFactory, ProductFactory
from products.tests.product_forms import LIST, change_url, formsets, png, typed

pytestmark = pytest.mark.django_db

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
