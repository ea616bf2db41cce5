"""Staff and systems change the catalog by JSON."""

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from rest_framework.test import APIClient

from dbProject.access import services as access
from products.models import Product, StockMovement
from products.services import catalog
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory, ReviewFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
LIST = "/api/products/"


@pytest.fixture
def staff(api_client):
    api_client.force_authenticate(StaffFactory())
    return api_client


def with_key(*scopes):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access.make_key(name='ERP', scopes=scopes)[1]}")
    return client


def new(**more):
    return {
        "name": "Mug",
        "slug": "mug",
        "sku": "MUG-1",
        "price": "19.90",
        "category": CategoryFactory().pk,
        "brand": BrandFactory().pk,
        **more,
    }


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_six_fields_make_a_product(staff, form):
    answer = staff.post(LIST, new(), format=form)

    assert answer.status_code == 201
    product = Product.objects.get()
    assert answer.json()["id"] == product.pk
    assert (product.name, product.price, product.stock_quantity) == ("Mug", Decimal("19.90"), 0)


def test_a_product_comes_with_all_that_was_said_and_its_units_are_in_the_ledger(staff):
    more = {"sale_price": "9.90", "stock_quantity": 7, "weight": "0.350", "description": "<b>Big</b>"}

    body = staff.post(LIST, new(**more), format="json").json()

    assert {name: body[name] for name in more} == more
    assert (body["effective_price"], body["stock_status"]) == ("9.90", "In Stock")
    assert StockMovement.objects.get().change == 7


def test_staff_s_roles_hold_here_too(api_client):
    packer = UserFactory(is_staff=True)
    packer.groups.add(Group.objects.get(name="fulfillment"))
    api_client.force_authenticate(packer)

    answer = api_client.post(LIST, new(), format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    api_client.force_authenticate(UserFactory(is_staff=True))
    assert api_client.post(LIST, new(), format="json").status_code == 201


def test_where_staff_need_a_second_factor_nobody_without_one_is_staff(api_client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    staff = StaffFactory()
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {access.log_in(staff)}")

    assert api_client.post(LIST, new(), format="json").json()["code"] == "not_allowed"


def test_a_key_writes_if_it_was_made_for_that():
    wrong = with_key("catalog:read", "orders:write").post(LIST, new(), format="json")

    assert (wrong.status_code, wrong.json()["code"], wrong.json()["scope"]) == (
        403,
        "missing_scope",
        "catalog:write",
    )
    assert with_key("catalog:write").post(LIST, new(), format="json").status_code == 201
    assert with_key("orders:read").get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "pointer", "status"),
    [
        ({"price": "-1"}, "/price", 400),
        ({"price": "1e400"}, "/price", 400),
        ({"price": "1.999"}, "/price", 400),
        ({"price": True}, "/price", 400),
        ({"category": 999_999}, "/category", 400),
        ({"category": 10**30}, "/category", 400),
        ({"category": {"id": 1}}, "/category", 400),
        ({"brand": None}, "/brand", 400),
        ({"name": ""}, "/name", 400),
        ({"name": ["Mug"]}, "/name", 400),
        ({"slug": "no slug"}, "/slug", 400),
        ({"stock_quantity": 10**12}, "/stock_quantity", 400),
        ({"ean": "abc"}, "/ean", 400),
        ({"measure": "1.5"}, "/measure_unit", 400),
        ({"tax_class": "none"}, "/tax_class", 400),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_stores_nothing(staff, wrong, pointer, status):
    answer = staff.post(LIST, new(**wrong), format="json")

    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("taken", "code"), [({"sku": "MUG-1"}, "sku_taken"), ({"slug": "mug"}, "slug_taken")]
)
def test_what_is_taken_says_so_also_after_it_was_deleted(staff, taken, code):
    catalog.delete_product(ProductFactory(**taken))

    answer = staff.post(LIST, new(), format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_change_changes_what_it_names_and_nothing_else(staff):
    product = ProductFactory(price=Decimal(20), stock_quantity=3)
    path = reverse("product-detail", args=[product.pk])

    body = staff.patch(path, {"price": "25.00", "stock_quantity": 10}, format="json").json()

    assert (body["price"], body["name"], body["stock_quantity"]) == ("25.00", product.name, 10)
    movements = product.movements.order_by("pk").values_list("kind", "change")
    assert list(movements) == [("opening", 3), ("adjustment", 7)]


def test_a_change_of_what_was_changed_meanwhile_is_refused(staff):
    product = ProductFactory()
    path = reverse("product-detail", args=[product.pk])
    seen = staff.get(path)["ETag"]

    first = staff.patch(path, {"name": "Cup"}, format="json", headers={"If-Match": seen})
    second = staff.patch(path, {"name": "Bowl"}, format="json", headers={"If-Match": seen})
    gone = staff.delete(path, headers={"If-Match": seen})

    assert [answer.status_code for answer in (first, second, gone)] == [200, 412, 412]
    assert Product.objects.get().name == "Cup"
    assert staff.delete(path, headers={"If-Match": staff.get(path)["ETag"]}).status_code == 204


def test_what_is_deleted_is_gone_for_everybody_and_kept_for_the_books(staff):
    product = ProductFactory()
    path = reverse("product-detail", args=[product.pk])

    assert staff.delete(path).status_code == 204

    assert [staff.get(path).status_code, staff.delete(path).status_code] == [404, 404]
    assert Product.all_objects.filter(pk=product.pk).exists()


def test_staff_see_what_is_not_for_sale_and_what_it_costs_us(staff):
    hidden = ProductFactory(is_active=False, cost_price=Decimal("3.20"))
    path = reverse("product-detail", args=[hidden.pk])

    assert staff.get(path).json()["cost_price"] == "3.20"
    assert APIClient().get(path).status_code == 404
    assert "cost_price" not in APIClient().get(reverse("product-detail", args=[ProductFactory().pk])).json()


def rows(count, **more):
    ids = {"category": CategoryFactory().pk, "brand": BrandFactory().pk, "price": "5.00"}
    return [{"name": f"P{n}", "slug": f"p-{n}", "sku": f"P-{n}", **ids, **more} for n in range(count)]


@pytest.mark.parametrize("count", [2, 400])
def test_many_products_cost_as_many_queries_as_a_few(staff, count, django_assert_num_queries):
    sent = json.dumps({"products": rows(count, stock_quantity=2)})

    with django_assert_num_queries(9):
        answer = staff.post(reverse("product-bulk-create"), sent, content_type="application/json")

    assert (answer.status_code, answer.json()["created"]) == (201, count)
    assert Product.objects.count() == StockMovement.objects.count() == count


def test_a_batch_with_something_wrong_stores_nothing_and_says_where(staff):
    ProductFactory(sku="P-1")
    sent = rows(5)
    sent[3]["sku"] = sent[4]["sku"]

    taken = staff.post(reverse("product-bulk-create"), {"products": sent}, format="json")
    sent[2]["price"] = "NaN"
    wrong = staff.post(reverse("product-bulk-create"), {"products": sent}, format="json")

    assert (taken.status_code, taken.json()["code"]) == (409, "batch_refused")
    assert [error["pointer"] for error in taken.json()["errors"]] == [
        "/products/1/sku", "/products/3/sku", "/products/4/sku"
    ]  # fmt: skip
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/products/2/price")
    assert Product.objects.count() == 1


@pytest.mark.parametrize("products", [None, [], "all", [1], {}])
def test_a_batch_of_nothing_is_refused(staff, products):
    sent = {"products": products}
    assert staff.post(reverse("product-bulk-create"), sent, format="json").status_code == 400


def test_a_batch_has_a_thousand_products_at_most(staff):
    answer = staff.post(reverse("product-bulk-create"), {"products": [{}] * 1001}, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "max_length"


def test_prices_and_stock_of_many_change_together_or_not_at_all():
    mug, cup, bowl = (ProductFactory(price=Decimal(20), stock_quantity=5) for _ in range(3))
    client, path = with_key("catalog:write"), reverse("product-bulk-update")
    good = [
        {"id": mug.pk, "price": "18.00", "stock_quantity": 0},
        {"sku": cup.sku, "sale_price": "15.00"},
        {"id": bowl.pk, "stock_quantity": 5},
    ]

    refused = client.post(path, {"products": [*good, {"sku": "nowhere", "price": "1"}]}, format="json")
    too_dear = client.post(path, {"products": [{"id": mug.pk, "sale_price": "20.00"}]}, format="json")
    twice = client.post(path, {"products": [good[1], {"id": cup.pk, "price": "1"}]}, format="json")
    assert [answer.status_code for answer in (refused, too_dear, twice)] == [409] * 3
    assert refused.json()["errors"][0]["pointer"] == "/products/3"
    assert StockMovement.objects.exclude(kind="opening").count() == 0
    assert [client.post(path, {"products": good}, format="json").json() for _ in range(2)] == [
        {"updated": 2},
        {"updated": 0},
    ]

    found = {p.pk: (p.price, p.sale_price, p.price_low, p.stock_quantity) for p in Product.objects.all()}
    assert found == {
        mug.pk: (18, None, 18, 0),
        cup.pk: (20, 15, 15, 5),
        bowl.pk: (20, None, 20, 5),
    }
    assert StockMovement.objects.filter(kind="adjustment").get().change == -5


def test_reviews_are_read_by_all_and_written_by_who_is_logged_in(api_client):
    product, author = ProductFactory(), UserFactory(first_name="Ada")
    ReviewFactory(product=product, rating=5, is_approved=True)
    path = reverse("product-reviews", args=[product.pk])
    said = {"rating": 4, "title": "Good", "content": "<script>x</script>Very"}

    assert api_client.get(path).json()["count"] == 1
    assert api_client.get(path, {"stars": 1}).json()["count"] == 0
    assert api_client.post(path, said).status_code == 401
    api_client.force_authenticate(author)
    answer = api_client.post(path, said)

    assert answer.status_code == 201
    body = answer.json()
    assert (body["content"], body["author"], body["is_approved"]) == ("Very", "Ada", False)
    assert api_client.get(path).json()["count"] == 1
    assert api_client.post(path, {"rating": 6}).status_code == 400
