"""``Idempotency-Key``: one effect, one answer."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from dbProject import personal_data
from dbProject.access import services as access
from dbProject.idempotency import services
from dbProject.idempotency.models import StoredAnswer
from dbProject.locks import Busy
from orders.models import Order
from orders.services import checkout
from products.models import Product
from products.tests.factories import ProductFactory
from tests.races.crowd import crowd
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
ADDRESS = {"street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}


def order(client, product, key="1", quantity=1, **more):
    sent = {"items": [{"product": product.pk, "quantity": quantity}], "shipping_address": ADDRESS, **more}
    return client.post("/api/orders/", sent, format="json", headers={"Idempotency-Key": key})


def test_the_same_key_gets_the_same_answer_and_has_no_second_effect(authenticated_api_client):
    product = ProductFactory(stock_quantity=5)

    first, again = order(authenticated_api_client, product), order(authenticated_api_client, product)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Order.objects.count() == 1
    assert Product.objects.get().stock_quantity == 4


def test_an_answer_is_given_again_when_its_goods_are_no_longer_for_sale(authenticated_api_client):
    product = ProductFactory()
    first = order(authenticated_api_client, product)
    Product.objects.update(is_active=False)

    again, another = (order(authenticated_api_client, product, key=key) for key in "12")

    assert (again.status_code, again.content) == (201, first.content)
    assert (another.status_code, another.json()["errors"][0]["pointer"]) == (400, "/items/0/product")


def test_without_a_key_each_post_is_an_intent_of_its_own(authenticated_api_client):
    product = ProductFactory()
    sent = {"items": [{"product": product.pk, "quantity": 1}], "shipping_address": ADDRESS}

    for _ in range(2):
        authenticated_api_client.post("/api/orders/", sent, format="json")

    assert Order.objects.count() == 2


def test_a_key_for_something_else_is_refused(authenticated_api_client):
    product = ProductFactory()
    order(authenticated_api_client, product)

    answer = order(authenticated_api_client, product, quantity=2)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Order.objects.count() == 1


def test_keys_of_two_customers_never_meet(api_client):
    product = ProductFactory()
    for user in (UserFactory(), UserFactory()):
        api_client.force_authenticate(user)
        assert order(api_client, product).json()["user"] == user.pk
    for email in ("a@example.com", "b@example.com"):
        assert order(APIClient(), product, email=email).json()["email"] == email


def test_an_error_is_an_answer_and_stays_one(authenticated_api_client):
    product = ProductFactory(stock_quantity=0)
    first = order(authenticated_api_client, product)
    Product.objects.update(stock_quantity=5, is_available=True)

    again = order(authenticated_api_client, product)

    assert (first.status_code, first.json()["code"]) == (409, "out_of_stock")
    assert (again.content, again["Content-Type"]) == (first.content, "application/problem+json")
    assert again["Idempotent-Replayed"] == "true"
    assert order(authenticated_api_client, product, key="2").status_code == 201


@pytest.mark.parametrize("failure", [Busy, RuntimeError])
def test_a_failure_of_ours_is_no_answer(authenticated_api_client, monkeypatch, failure):
    product = ProductFactory()
    authenticated_api_client.raise_request_exception = False
    with monkeypatch.context() as patched:

        def fail(*args, **kwargs):
            raise failure

        patched.setattr(checkout, "place_directly", fail)
        assert order(authenticated_api_client, product).status_code >= 500

    assert order(authenticated_api_client, product).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e9"])
def test_a_key_that_cannot_be_is_refused(authenticated_api_client, key):
    answer = order(authenticated_api_client, ProductFactory(), key=key)

    assert (answer.status_code, answer.json()["errors"][0]["header"]) == (400, "Idempotency-Key")


def test_a_key_is_kept_for_a_day_and_then_swept(authenticated_api_client):
    product = ProductFactory()
    order(authenticated_api_client, product)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24))

    again = order(authenticated_api_client, product, quantity=2)

    assert again.status_code == 201
    assert Order.objects.count() == 2
    assert services.tidy() == 0
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert services.tidy() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_key_are_one_order(settings):
    settings.RATE_LIMIT_ENABLED = False
    user, product = UserFactory(), ProductFactory(stock_quantity=50)

    def ask():
        client = APIClient()
        client.force_authenticate(user)
        return order(client, product)

    with crowd(20) as people:
        answers = people.at_once(*[ask] * 20)

    done = [answer for answer in answers if answer.status_code == 201]
    rest = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len({answer.content for answer in done}) == 1
    assert rest <= {"idempotency_in_flight"}
    assert sum("Idempotent-Replayed" not in answer for answer in done) == 1
    assert Order.objects.count() == 1
    assert Product.objects.get().stock_quantity == 49


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_whoever_comes_while_the_first_is_at_work_is_told_so(settings):
    user, product = UserFactory(), ProductFactory()
    client = APIClient()
    client.force_authenticate(user)

    with crowd(1) as people, transaction.atomic():
        services.claim(owner=f"user:{user.pk}", key="1", fingerprint="another")
        (answer,) = people.at_once(lambda: order(client, product))

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert not Order.objects.exists()


PROCESS = """
import django; django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
from rest_framework.test import APIClient
client = APIClient(HTTP_AUTHORIZATION="Bearer {token}")
sent = {sent!r}
answer = client.post("/api/orders/", sent, format="json", headers={{"Idempotency-Key": "1"}})
print(answer.status_code, answer.json().get("order_number") or answer.json()["code"])
"""


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_processes_with_one_key_are_one_order():
    token = access.log_in(UserFactory())
    sent = {"items": [{"product": ProductFactory().pk, "quantity": 1}], "shipping_address": ADDRESS}
    code = PROCESS.format(name=connection.settings_dict["NAME"], token=token, sent=sent)

    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in processes}

    assert said - {"409 idempotency_in_flight"} == {f"201 {Order.objects.get().order_number}"}


def test_a_customer_who_is_forgotten_leaves_no_answers(authenticated_api_client, authenticated_user):
    order(authenticated_api_client, ProductFactory())
    order(APIClient(), ProductFactory(), email=authenticated_user.email)
    assert StoredAnswer.objects.count() == 2
    authenticated_user.is_verified = True

    personal_data.erase(authenticated_user)

    assert not StoredAnswer.objects.exists()


def test_pages_know_nothing_of_keys():
    assert Client().get("/", headers={"Idempotency-Key": "1"}).status_code == 200
