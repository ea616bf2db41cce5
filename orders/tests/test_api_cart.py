"""The cart for programs: an account's, or a guest's by cookie or cart token."""

from decimal import Decimal

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from orders.models import Cart
from orders.tests.factories import CouponFactory, MethodFactory
from products.tests.factories import ProductFactory
from users.tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
CART, ADD = "/api/cart/", "/api/cart/add/"


def test_a_customer_fills_changes_and_empties_the_cart(authenticated_api_client):
    client, product = authenticated_api_client, ProductFactory(price=Decimal(10))

    added = client.post(ADD, {"product_id": product.pk, "quantity": 2})
    line = reverse("cart-item", args=[added.json()["item"]])
    fewer = client.patch(line, {"quantity": 1}, format="json")
    empty = client.delete(line)

    assert added.status_code == 201
    (item,) = added.json()["items"]
    assert (item["product"]["id"], item["quantity"], item["total_price"]) == (product.pk, 2, "20.00")
    assert added.json()["subtotal"] == added.json()["total_amount"] == "20.00"
    assert (fewer.status_code, fewer.json()["subtotal"]) == (200, "10.00")
    assert (empty.status_code, empty.json()["items"], empty.json()["subtotal"]) == (200, [], "0.00")
    assert client.get(CART).json() == empty.json()


def test_the_product_of_a_line_is_that_of_the_list(authenticated_api_client):
    product = ProductFactory()
    authenticated_api_client.post(ADD, {"product_id": product.pk})

    (line,) = authenticated_api_client.get(CART).json()["items"]

    assert line["product"] == authenticated_api_client.get("/api/products/").json()["results"][0]


def test_a_guest_is_known_by_the_cookie_or_by_the_token(api_client):
    product = ProductFactory()

    token = api_client.post(ADD, {"product_id": product.pk}).json()["cart_token"]

    assert api_client.get(CART).json()["units"] == 1
    elsewhere = APIClient()
    assert elsewhere.get(CART).json()["items"] == []
    elsewhere.credentials(HTTP_X_CART_TOKEN=token)
    assert elsewhere.get(CART).json()["units"] == 1
    elsewhere.post(ADD, {"product_id": product.pk, "quantity": 2})
    assert api_client.get(CART).json()["units"] == 3


@pytest.mark.parametrize("token", ["nowhere", "direct:1", "\x00", "a" * 500])
def test_a_token_of_no_cart_is_not_found(api_client, token):
    api_client.credentials(HTTP_X_CART_TOKEN=token)

    for answer in (api_client.get(CART), api_client.post(ADD, {"product_id": ProductFactory().pk})):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_cart")
    assert not Cart.objects.filter(user=None).exists()


@pytest.mark.parametrize("by", ["cookie", "token"])
def test_what_a_guest_wanted_is_in_the_cart_after_logging_in(api_client, by):
    product, user = ProductFactory(), UserFactory()
    token = api_client.post(ADD, {"product_id": product.pk, "quantity": 2}).json()["cart_token"]
    client = api_client if by == "cookie" else APIClient(HTTP_X_CART_TOKEN=token)

    client.post(reverse("login"), {"email": user.email, "password": PASSWORD})

    assert list(Cart.objects.get(user=user).items.values_list("product", "quantity")) == [(product.pk, 2)]


def test_what_cannot_be_had_is_refused_by_name(authenticated_api_client):
    gone = ProductFactory(stock_quantity=0)

    sold_out = authenticated_api_client.post(ADD, {"product_id": gone.pk})
    unknown = authenticated_api_client.post(ADD, {"product_id": 10**15})
    wrong = authenticated_api_client.post(ADD, {"product_id": "x", "quantity": 0})

    assert (sold_out.status_code, sold_out.json()["code"], sold_out.json()["skus"]) == (
        409,
        "out_of_stock",
        [gone.sku],
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_product")
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/product_id", "/quantity"]


def test_less_than_asked_for_says_so(authenticated_api_client):
    product = ProductFactory(stock_quantity=3)

    body = authenticated_api_client.post(ADD, {"product_id": product.pk, "quantity": 5}).json()

    assert (body["added"], body["units"]) == (3, 3)
    assert "You can have 3" in body["note"]


def test_a_line_of_somebody_else_does_not_exist(api_client):
    line = api_client.post(ADD, {"product_id": ProductFactory().pk}).json()["item"]
    other = APIClient()
    other.post(ADD, {"product_id": ProductFactory().pk})

    assert other.delete(reverse("cart-item", args=[line])).json()["code"] == "unknown_item"
    assert (
        APIClient().patch(reverse("cart-item", args=[line]), {"quantity": 9}).json()["code"] == "unknown_cart"
    )


def test_a_coupon_goes_in_and_out(authenticated_api_client):
    client, coupon = authenticated_api_client, CouponFactory()
    client.post(ADD, {"product_id": ProductFactory(price=Decimal(100)).pk})
    path = reverse("cart-coupon")

    wrong = client.post(path, {"code": "NOTHING"})
    put_in = client.post(path, {"code": coupon.code.lower()}).json()
    taken_out = client.delete(path).json()

    assert (wrong.status_code, wrong.json()["code"]) == (409, "coupon_refused")
    assert put_in["coupon_code"] == coupon.code
    assert put_in["discounts"][0]["code"] == coupon.code
    assert Decimal(put_in["total_amount"]) < Decimal(taken_out["total_amount"]) == 100
    assert taken_out["discounts"] == []


@pytest.mark.parametrize("count", [2, 20])
def test_a_cart_costs_as_many_queries_however_full(
    authenticated_api_client, count, django_assert_num_queries
):
    MethodFactory()
    for product in ProductFactory.create_batch(count):
        authenticated_api_client.post(ADD, {"product_id": product.pk})
    authenticated_api_client.get(CART)

    with django_assert_num_queries(4):
        assert authenticated_api_client.get(CART).json()["units"] == count
