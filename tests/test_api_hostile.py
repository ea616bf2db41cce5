"""What programs send that they should not: amounts and rights of their own, text that wants to be code."""

import json

import pytest
from rest_framework.test import APIClient

from dbProject.webhooks import services as webhooks
from orders.models import Order
from orders.tests.factories import MethodFactory
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from tests.test_hostile_requests import CLAIMED, HOSTILE
from users.tests.factories import StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
ADDRESS = {"street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}


def test_what_an_order_costs_and_whose_it_is_no_program_says(authenticated_api_client, authenticated_user):
    MethodFactory()
    product, victim = ProductFactory(price=30), UserFactory()
    line = {"product": product.pk, "quantity": 2, **CLAIMED}

    answer = authenticated_api_client.post(
        "/api/orders/",
        {**CLAIMED, "items": [line], "shipping_address": {**ADDRESS, **CLAIMED}, "user": victim.pk},
        format="json",
    )

    assert answer.status_code == 201
    order = Order.objects.get()
    assert (order.user, order.status, order.total_amount) == (
        authenticated_user,
        "pending",
        order.total_amount,
    )
    assert (str(order.total_amount), order.items.get().unit_price) == ("64.90", 30)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_or_comes_back_as_text_and_breaks_nothing(text, settings):
    settings.RATE_LIMIT_ENABLED = False
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(StaffFactory())
    product = ProductFactory()
    hook = webhooks.add_endpoint(url="https://partner.example.com/", name="Partner")[0].pk
    refs = {"category": CategoryFactory().pk, "brand": BrandFactory().pk}
    address = dict.fromkeys(("street", "city", "zip_code", "country", "name", "phone"), text)
    writes = {
        "/api/products/": {**refs, "name": text, "slug": "a", "sku": text, "price": "1", "description": text},
        "/api/products/bulk-update/": {"products": [{"sku": text, "price": text}]},
        f"/api/products/{product.pk}/reviews/": {"rating": 5, "title": text, "content": text},
        "/api/cart/add/": {"product_id": text, "quantity": text},
        "/api/cart/coupon/": {"code": text},
        "/api/orders/": {"items": [{"product": product.pk, "quantity": 1}], "shipping_address": address},
        "/api/orders/quotes/": {"shipping_address": {"country": text, "zip_code": text}},
        "/api/webhooks/": {"name": text, "url": text, "events": [text]},
        f"/api/webhooks/{hook}/": {"url": f"https://{text}/", "is_active": text},
        "/api/auth/login/": {"email": text, "password": text, "code": text},
        "/api/auth/register/": {"email": text, "password": text, "first_name": text},
        "/api/auth/password-reset/": {"email": text},
    }
    names = ("search", "category", "brand", "ordering", "attr_color", "page", "fields", "cursor", "event")
    reads = [
        f"/api/{name}/"
        for name in (
            "products",
            "orders",
            "cart",
            "users/me",
            "categories",
            "webhooks",
            "webhooks/deliveries",
        )
    ]

    answers = {
        path: client.generic(
            "PATCH" if path.endswith(f"webhooks/{hook}/") else "POST",
            path,
            json.dumps(sent),
            "application/json",
        )
        for path, sent in writes.items()
    }
    answers |= {f"{path} {name}": client.get(path, {name: text}) for path in reads for name in names}
    answers |= {
        header: client.get("/api/products/", headers={header: text.encode("ascii", "replace").decode()})
        for header in ("If-None-Match", "Accept-Language", "X-Cart-Token")
    }

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500} == {}
    assert {answer["Content-Type"] for answer in answers.values()} <= {
        "application/json",
        "application/problem+json",
    }
