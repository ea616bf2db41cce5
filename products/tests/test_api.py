"""The catalog as JSON."""

from decimal import Decimal

import pytest
from django.urls import reverse

from products.services import attributes, catalog, pictures
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory, ReviewFactory
from products.tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.api]


def names(response):
    return [product["name"] for product in response.json()["results"]]


def test_the_list_is_page_numbered_and_decimals_are_strings(api_client):
    ProductFactory.create_batch(3)

    body = api_client.get(reverse("product-list"), {"page_size": 2}).json()

    assert (body["count"], len(body["results"]), body["previous"]) == (3, 2, None)
    assert body["next"].endswith("/api/products/?page=2&page_size=2")
    assert body["results"][0]["effective_price"] == "10.00"


def test_a_product_of_the_list_carries_what_a_card_shows(api_client):
    mug = ProductFactory(price=Decimal(20), sale_price=Decimal(0), stock_quantity=3)
    image = pictures.add(mug, picture((900, 600)))
    for rating in (4, 5):
        ReviewFactory(product=mug, rating=rating)

    (found,) = api_client.get(reverse("product-list")).json()["results"]

    assert found == {
        "id": mug.pk,
        "kind": "single",
        "name": mug.name,
        "slug": mug.slug,
        "sku": mug.sku,
        "short_description": "",
        "price": "20.00",
        "sale_price": "0.00",
        "effective_price": "0.00",
        "price_low": "0.00",
        "price_high": "0.00",
        "stock_status": "Low Stock",
        "category": {"id": mug.category_id, "name": mug.category.name, "slug": mug.category.slug},
        "brand": {"id": mug.brand_id, "name": mug.brand.name, "slug": mug.brand.slug},
        "avg_rating": "4.50",
        "review_count": 2,
        "image": f"http://testserver/media/{image.image.name.removesuffix('.jpg')}-800.jpg",
    }


def test_the_list_takes_the_page_s_filter_and_two_names_of_its_own(api_client):
    kitchen = CategoryFactory(slug="kitchen")
    for name, price in (("Mug", 20), ("Mug, large", 30), ("Bowl", 25)):
        ProductFactory(name=name, price=Decimal(price), category=kitchen)
    ProductFactory(name="Mug elsewhere")

    query = {"search": "mug", "ordering": "-price", "category": "kitchen", "max_price": "30"}

    assert names(api_client.get(reverse("product-list"), query)) == ["Mug, large", "Mug"]


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_costs_four_queries_however_full_the_shop(api_client, count, django_assert_num_queries):
    shelf = CategoryFactory(slug="kitchen")
    for product in ProductFactory.create_batch(count, category=shelf):
        pictures.add(product, picture((60, 40)))

    with django_assert_num_queries(4):  # the tree, how many, these, their covers
        api_client.get(reverse("product-list"), {"category": "kitchen", "page_size": 100})


def test_a_page_that_does_not_exist_is_a_problem(api_client):
    response = api_client.get(reverse("product-list"), {"page": 99})

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_one_product_comes_with_pictures_attributes_and_variants(api_client, django_assert_num_queries):
    AttributeFactory(slug="color", name="Color")
    AttributeFactory(slug="width", name="Width", attribute_type="number", unit="cm")
    shirt = ProductFactory(stock_quantity=0, description="<p>Linen</p>")
    attributes.set_values(shirt, {"width": "50"})
    pictures.add(shirt, picture((500, 400)), alt_text="A shirt")
    for color in ("red", "blue"):
        catalog.add_variant(
            shirt, sku=color, options={"color": color}, price=Decimal(20), stock_quantity=len(color)
        )

    # the product, its pictures, its cover, its attributes, its variants, theirs
    with django_assert_num_queries(6):
        body = api_client.get(reverse("product-detail", args=[shirt.pk])).json()

    assert (body["kind"], body["price_low"], body["stock_status"]) == ("parent", "20.00", "In Stock")
    assert body["attributes"] == [{"slug": "width", "name": "Width", "value": "50", "unit": "cm"}]
    assert [image["alt_text"] for image in body["images"]] == ["A shirt"]
    assert [(variant["sku"], variant["stock_status"]) for variant in body["variants"]] == [
        ("red", "Low Stock"),
        ("blue", "Low Stock"),
    ]
    assert body["variants"][0]["attributes"][0]["value"] == "red"


def test_what_is_not_for_sale_is_not_found(api_client):
    hidden = ProductFactory(is_active=False)

    response = api_client.get(reverse("product-detail", args=[hidden.pk]))

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_strangers_are_asked_who_they_are_and_customers_may_not_write(api_client, authenticated_user):
    path = reverse("product-list")

    assert api_client.post(path, {}).status_code == 401
    api_client.force_authenticate(authenticated_user)
    assert api_client.post(path, {}).status_code == 403


def test_categories_and_brands_are_listed_once_they_are_shown(api_client):
    kitchen = CategoryFactory(name="Kitchen", slug="kitchen", description="For cooks.")
    mugs = CategoryFactory(name="Mugs", slug="mugs", parent=kitchen, sort_order=1)
    CategoryFactory(is_active=False)
    product = ProductFactory(category=mugs)

    categories = api_client.get(reverse("category-list")).json()["results"]
    brands = api_client.get(reverse("brand-list")).json()["results"]

    assert categories == [
        {"id": kitchen.pk, "name": "Kitchen", "slug": "kitchen", "description": "For cooks.", "parent": None},
        {"id": mugs.pk, "name": "Mugs", "slug": "mugs", "description": "", "parent": kitchen.pk},
    ]
    assert [brand["slug"] for brand in brands] == [product.brand.slug]


def test_only_the_fields_asked_for_come_and_one_that_is_none_is_refused(api_client):
    ProductFactory(name="Mug")

    body = api_client.get(reverse("product-list"), {"fields": "name,price"}).json()
    wrong = api_client.get(reverse("product-list"), {"fields": "name,secret"})

    assert body["results"] == [{"name": "Mug", "price": "10.00"}]
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "unknown_field")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"colour": "red"}, "unknown_parameter"),
        ({"q": "mug"}, "unknown_parameter"),
        ({"min_price": "cheap"}, "invalid"),
        ({"ordering": "color"}, "invalid"),
        ({"in_stock": "perhaps"}, "invalid"),
        ({"page_size": "0"}, "invalid"),
    ],
)
def test_a_filter_that_means_nothing_is_named(api_client, query, code):
    answer = api_client.get(reverse("product-list"), query)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["parameter"] == next(iter(query))


def test_a_page_has_a_hundred_at_most(api_client):
    assert api_client.get(reverse("product-list"), {"page_size": 5000}).status_code == 200


def test_a_category_is_asked_for_by_slug_or_id_and_attributes_by_name(api_client):
    kitchen = CategoryFactory(slug="kitchen")
    mug = ProductFactory(name="Mug", category=kitchen)
    ProductFactory(name="Lamp")
    attributes.set_values(mug, {AttributeFactory(slug="color", is_filterable=True).slug: "red"})

    for query in ({"category": "kitchen"}, {"category": kitchen.pk}, {"attr_color": "red"}):
        assert names(api_client.get(reverse("product-list"), query)) == ["Mug"], query


def test_what_a_client_has_already_is_not_sent_again(api_client):
    product = ProductFactory()
    path = reverse("product-detail", args=[product.pk])
    seen = api_client.get(path)

    again = api_client.get(path, headers={"If-None-Match": seen["ETag"]})
    catalog.update_product(product, changes={"name": "Other"})
    changed = api_client.get(path, headers={"If-None-Match": seen["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", seen["ETag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "Other")


def test_a_number_that_no_row_can_have_is_not_found(api_client):
    assert api_client.get(f"/api/products/{10**30}/").status_code == 404
    assert api_client.get(f"/api/products/{10**30}/reviews/").status_code == 404
