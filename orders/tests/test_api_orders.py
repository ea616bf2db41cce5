"""Orders for programs."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from rest_framework.test import APIClient

from dbProject.access import services as access
from orders.models import Cart, Order, OrderEvent
from orders.tests.factories import MethodFactory, OrderFactory
from products.models import Product
from products.services import catalog, categories
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory
from users.tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
LIST = "/api/orders/"
ADDRESS = {"street": "Torstr. 1", "city": "Berlin", "state": "", "zip_code": "10119", "country": "DE"}
PLACE = {"country": "DE", "zip_code": "10119"}
BOTH = {"billing_address": ADDRESS, "shipping_address": ADDRESS}


def with_key(*scopes):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {access.make_key(name='ERP', scopes=scopes)[1]}")


def items(*products, quantity=1):
    return [{"product": product.pk, "quantity": quantity} for product in products]


def move(client, order, to, **headers):
    return client.patch(
        reverse("order-detail", args=[order.pk]), {"status": to}, format="json", headers=headers
    )


def test_a_customer_s_whole_story():
    user = UserFactory()
    mug, cup = ProductFactory(price=Decimal(10)), ProductFactory(price=Decimal(5))
    client = APIClient()
    token = client.post(reverse("login"), {"email": user.email, "password": PASSWORD}).json()["token"]
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    for product, quantity in ((mug, 2), (cup, 1)):
        assert (
            client.post(reverse("cart-add"), {"product_id": product.pk, "quantity": quantity}).status_code
            == 201
        )
    cart = client.get(reverse("cart-detail")).json()
    assert (len(cart["items"]), cart["subtotal"]) == (2, "25.00")

    answer = client.post(reverse("order-create-from-cart"), BOTH, format="json")

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["user"], body["total_amount"]) == ("pending", user.pk, "25.00")
    assert body["order_number"].startswith("ORD-")
    assert [(item["product"], item["product_sku"], item["quantity"]) for item in body["items"]] == [
        (mug.pk, mug.sku, 2),
        (cup.pk, cup.sku, 1),
    ]
    assert client.get(reverse("cart-detail")).json()["items"] == []
    assert client.get(LIST).json()["results"] == [body]
    assert client.get(reverse("order-detail", args=[body["id"]])).json() == body
    assert Product.objects.get(pk=mug.pk).stock_quantity == mug.stock_quantity - 2
    paying = APIClient().get(body["payment_url"].removeprefix("https://testserver"))
    assert (paying.status_code, paying["Location"].startswith("/")) == (303, True)


@pytest.mark.parametrize("form", ["json", "bracketed", "texts"])
def test_an_order_is_placed_past_the_cart_with_json_or_a_form(authenticated_api_client, form):
    client, product = authenticated_api_client, ProductFactory()
    client.post("/api/cart/add/", {"product_id": ProductFactory().pk})
    flat = {f"{name}[{part}]": text for name in BOTH for part, text in ADDRESS.items()}
    if form == "json":
        answer = client.post(LIST, {"items": items(product, quantity=2), **BOTH}, format="json")
    elif form == "bracketed":
        answer = client.post(LIST, {"items[0][product]": product.pk, "items[0][quantity]": 2, **flat})
    else:
        answer = client.post(LIST, {"items": f'[{{"product": {product.pk}, "quantity": 2}}]', **flat})

    assert answer.status_code == 201, answer.json()
    (item,) = answer.json()["items"]
    assert (item["product"], item["quantity"]) == (product.pk, 2)
    assert Cart.objects.get().items.count() == 1  # as it was


def test_a_session_posts_forms_with_lists_too():
    user, product = UserFactory(), ProductFactory()
    client = APIClient(enforce_csrf_checks=True)
    csrf = client.post(reverse("login"), {"email": user.email, "password": PASSWORD}).json()["csrf_token"]
    flat = {f"shipping_address[{part}]": text for part, text in ADDRESS.items()}

    answer = client.post(LIST, {"items[0][product]": product.pk, "items[0][quantity]": 1, **flat},
                         headers={"X-CSRFToken": csrf})  # fmt: skip

    assert answer.status_code == 201, answer.json()


def test_a_guest_orders_with_an_address_to_write_to(api_client):
    sent = {"items": items(ProductFactory()), **BOTH}

    without = api_client.post(LIST, sent, format="json")
    answer = api_client.post(LIST, {**sent, "email": "Guest@Example.com"}, format="json")

    assert [error["pointer"] for error in without.json()["errors"]] == ["/email"]
    assert (answer.status_code, answer.json()["user"], answer.json()["email"]) == (
        201,
        None,
        "guest@example.com",
    )
    assert APIClient().get(answer.json()["url"].removeprefix("https://testserver")).status_code == 200


def test_a_guest_orders_from_a_cart_without_a_cookie(api_client):
    token = api_client.post("/api/cart/add/", {"product_id": ProductFactory().pk}).json()["cart_token"]
    client = APIClient(HTTP_X_CART_TOKEN=token)

    answer = client.post(reverse("order-create-from-cart"), {**BOTH, "email": "g@example.com"}, format="json")

    assert answer.status_code == 201
    assert client.get("/api/cart/").json()["items"] == []


def test_an_empty_cart_is_no_order(authenticated_api_client, api_client):
    for client in (authenticated_api_client, APIClient()):
        sent = {**BOTH, "email": "g@example.com"}
        answer = client.post(reverse("order-create-from-cart"), sent, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "empty_cart")


def test_every_product_that_is_short_is_named_and_nothing_is_taken(authenticated_api_client):
    there, short, gone = (ProductFactory(stock_quantity=units) for units in (5, 1, 0))

    answer = authenticated_api_client.post(
        LIST, {"items": items(there, short, gone, quantity=2), **BOTH}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_stock")
    assert set(answer.json()["skus"]) == {short.sku, gone.sku}
    assert Product.objects.get(pk=there.pk).stock_quantity == 5
    assert not Order.objects.exists()
    assert Cart.objects.filter(user=None).count() == 0


def test_another_total_than_was_seen_is_refused(authenticated_api_client):
    sent = {"items": items(ProductFactory(price=Decimal(10))), **BOTH}

    refused = authenticated_api_client.post(LIST, {**sent, "total_seen": "9.00"}, format="json")
    taken = authenticated_api_client.post(LIST, {**sent, "total_seen": "10.00"}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert (refused.json()["total_seen"], refused.json()["total_amount"]) == ("9.00", "10.00")
    assert taken.status_code == 201


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"product": 10**12, "quantity": 1}]}, "/items/0/product"),
        ({"items": [{"product": 1, "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"product": "NaN", "quantity": 1}]}, "/items/0/product"),
        ({"items": {"product": 1}}, "/items"),
        ({"shipping_address": {**ADDRESS, "zip_code": "1"}}, "/shipping_address/zip_code"),
        ({"shipping_address": {**ADDRESS, "country": "Germany"}}, "/shipping_address/country"),
        ({"shipping_address": {**ADDRESS, "street": ""}}, "/shipping_address/street"),
        ({"shipping_address": "Berlin"}, "/shipping_address"),
        ({"vat_number": "DE1"}, "/vat_number"),
        ({"total_seen": "Infinity"}, "/total_seen"),
    ],
)
def test_an_order_that_cannot_be_says_where(authenticated_api_client, wrong, pointer):
    sent = {"items": items(ProductFactory()), **BOTH, **wrong}

    answer = authenticated_api_client.post(LIST, sent, format="json")

    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_orders_belong_to_whoever_placed_them(api_client):
    order = OrderFactory()
    api_client.force_authenticate(UserFactory())

    assert api_client.get(LIST).json()["count"] == 0
    assert api_client.get(reverse("order-detail", args=[order.pk])).status_code == 404
    assert move(api_client, order, "cancelled").status_code == 404
    assert APIClient().get(LIST).status_code == 401


def test_the_owner_cancels_and_moves_nothing_else(authenticated_api_client, sample_order):
    confirmed = move(authenticated_api_client, sample_order, "confirmed")
    cancelled = [move(authenticated_api_client, sample_order, "cancelled") for _ in range(2)]

    assert (confirmed.status_code, confirmed.json()["code"]) == (403, "not_allowed")
    assert [(answer.status_code, answer.json()["status"]) for answer in cancelled] == [(200, "cancelled")] * 2
    assert cancelled[0].json()["payment_url"] is None
    step = OrderEvent.objects.get(order=sample_order, kind="cancelled")
    assert (step.actor, step.user) == ("customer", sample_order.user)


def test_staff_and_systems_move_orders_along_the_table(api_client, sample_order):
    api_client.force_authenticate(StaffFactory())

    assert (
        move(api_client, sample_order, "shipped").json().items()
        >= {
            "status": 409,
            "code": "illegal_transition",
            "status_now": "pending",
            "status_wanted": "shipped",
        }.items()
    )
    assert move(api_client, sample_order, "confirmed").json()["status"] == "confirmed"
    system = with_key("orders:write", "orders:read")
    assert move(system, sample_order, "processing").json()["status"] == "processing"
    assert system.get(LIST, {"status": "processing"}).json()["count"] == 1
    assert move(with_key("orders:read"), sample_order, "shipped").json()["code"] == "missing_scope"
    assert move(api_client, sample_order, "anywhere").status_code == 400


def test_the_roles_of_staff_hold_here_too(api_client, sample_order):
    packer = UserFactory(is_staff=True)
    packer.groups.add(Group.objects.get(name="fulfillment"))
    api_client.force_authenticate(packer)

    assert move(api_client, sample_order, "confirmed").json()["code"] == "not_allowed"


def test_a_step_from_an_old_look_is_refused(api_client, sample_order):
    api_client.force_authenticate(StaffFactory())
    seen = api_client.get(reverse("order-detail", args=[sample_order.pk]))["ETag"]
    move(api_client, sample_order, "confirmed")

    answer = move(api_client, sample_order, "processing", **{"If-Match": seen})

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert Order.objects.get().status == "confirmed"


def hidden():
    return ProductFactory(name="Secret", sku="SECRET-1", price=Decimal("77.77"), is_active=False)


def in_a_closed_category():
    shelf = CategoryFactory()
    product = ProductFactory(name="Secret", sku="SECRET-1", price=Decimal("77.77"), category=shelf)
    shelf.is_active = False
    categories.save_category(shelf)
    return product


def of_a_hidden_parent():
    parent = ProductFactory(stock_quantity=0)
    variant = catalog.add_variant(
        parent,
        name="Secret",
        sku="SECRET-1",
        price=Decimal("77.77"),
        stock_quantity=5,
        options={AttributeFactory().slug: "Red"},
    )
    catalog.update_product(parent, changes={"is_active": False})
    return variant


@pytest.mark.parametrize("path", [LIST, "/api/orders/quotes/"])
@pytest.mark.parametrize("make", [hidden, in_a_closed_category, of_a_hidden_parent])
def test_what_is_not_for_sale_is_answered_like_what_there_is_not(api_client, make, path):
    shown, product = ProductFactory(), make()
    rest = {**BOTH, "email": "g@example.com"} if path == LIST else {"shipping_address": PLACE}

    def answer(pk):
        lines = [*items(shown), {"product": pk, "quantity": 1}]
        return api_client.post(path, {"items": lines, **rest}, format="json")

    answered, unknown = answer(product.pk), answer(2_000_000_000)

    assert answered.status_code == unknown.status_code == 400
    assert answered.json()["errors"] == unknown.json()["errors"]
    assert [error["pointer"] for error in answered.json()["errors"]] == ["/items/1/product"]
    for secret in ("Secret", "SECRET-1", "77.77"):
        assert secret not in answered.content.decode()
    assert not Order.objects.exists()


def test_a_product_that_goes_while_carriers_answer_is_unknown(authenticated_api_client, monkeypatch):
    product = ProductFactory()

    def slow(lines, **place):
        product.delete()
        return {}

    monkeypatch.setattr("orders.selectors.carrier_prices.asked_for", slow)

    answer = authenticated_api_client.post(LIST, {"items": items(product), **BOTH}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_product")
    assert not Order.objects.exists()


def test_a_system_orders_for_somebody(api_client):
    sent = {"items": items(ProductFactory()), **BOTH, "email": "buyer@example.com"}

    assert with_key("orders:read").post(LIST, sent, format="json").json()["code"] == "missing_scope"
    assert with_key("orders:write").post(LIST, sent, format="json").json()["email"] == "buyer@example.com"


def test_what_it_costs_to_send_is_quoted(api_client):
    method, product = MethodFactory(), ProductFactory(price=Decimal(10))
    path, place = reverse("order-quotes"), {"country": "de", "zip_code": "10119"}

    body = api_client.post(path, {"items": items(product), "shipping_address": place}, format="json").json()
    nothing = api_client.post(path, {"shipping_address": place}, format="json")
    api_client.post("/api/cart/add/", {"product_id": product.pk})
    of_cart = api_client.post(path, {"shipping_address": place}, format="json").json()

    assert body == of_cart
    (quote,) = body["quotes"]
    assert (quote["shipping_method"], quote["price"], body["total_amount"]) == (method.pk, "4.90", "14.90")
    assert nothing.json()["code"] == "empty_cart"


@pytest.mark.parametrize("count", [2, 12])
def test_a_list_of_orders_costs_four_queries(
    authenticated_api_client, authenticated_user, count, django_assert_num_queries
):
    for _ in range(count):
        OrderFactory(user=authenticated_user)

    with django_assert_num_queries(4):
        assert authenticated_api_client.get(LIST).json()["count"] == count
