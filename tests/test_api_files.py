"""Jobs and streams of the API."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from dbProject.access import services as access
from dbProject.api import streams
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]


def with_key(*scopes):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {access.make_key(name='ERP', scopes=scopes)[1]}")


def read(answer):
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


@pytest.fixture(params=["staff", "key"])
def client(request, api_client):
    if request.param == "key":
        return with_key("catalog:write")
    api_client.force_authenticate(StaffFactory())
    return api_client


def test_an_import_is_started_and_says_how_it_went(client):
    file = SimpleUploadedFile("goods.csv", b"sku,name,price\nA,Mug,9.90\nB,,1\n")

    answer = client.post(reverse("product-import"), {"file": file})

    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    jobs.run_slice(answer.json()["task_id"])
    task = client.get(answer["Location"]).json()
    assert task["status"] == "succeeded"
    assert (task["result"]["created"], task["result"]["refused"]) == (1, 1)
    assert task["errors"][0]["line"] == 3
    assert Product.objects.get().sku == "A"


@pytest.mark.parametrize(
    "file", [None, "text", SimpleUploadedFile("a.exe", b"x"), SimpleUploadedFile("a.csv", b"")]
)
def test_what_is_no_file_of_products_is_refused(client, file):
    answer = client.post(reverse("product-import"), {"file": file} if file else {})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/file")
    assert not Job.objects.exists()


def test_an_export_is_started_and_its_file_fetched_by_nobody_else(client):
    product = ProductFactory()

    task = client.post(reverse("product-export"), {"format": "jsonl"}, format="json").json()
    path = reverse("task-result", args=[task["task_id"]])
    early = client.get(path).status_code
    jobs.run_slice(task["task_id"])

    assert early == 404
    assert [line["sku"] for line in read(client.get(path))] == [product.sku]
    assert with_key("catalog:write").get(path).status_code == 404
    assert with_key("catalog:write").get(reverse("task-detail", args=[task["task_id"]])).status_code == 404


def test_products_are_streamed_chunk_by_chunk_and_a_reader_goes_on_where_it_was_cut_off(
    client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(streams, "CHUNK", 2)
    products = ProductFactory.create_batch(5)
    client = with_key("catalog:read")

    with django_assert_max_num_queries(10):  # of which the first chunk costs six
        answer = client.get(reverse("product-stream"))
        first = json.loads(next(iter(answer.streaming_content)))
    rest = read(client.get(reverse("product-stream"), {"cursor": first["cursor"]}))

    assert answer["Content-Type"] == "application/x-ndjson"
    assert [line["id"] for line in (first, *rest)] == [product.pk for product in products]
    assert "cost_price" not in first


def test_a_system_that_reads_sees_what_customers_see_and_one_that_writes_all():
    hidden = ProductFactory(is_active=False)
    path = reverse("product-stream")

    assert read(with_key("catalog:read").get(path)) == []
    (line,) = read(with_key("catalog:read", "catalog:write").get(path))
    assert (line["id"], line["is_active"]) == (hidden.pk, False)


def test_orders_are_streamed_to_who_may_read_them():
    orders = [OrderFactory() for _ in range(3)]
    client, path = with_key("orders:read"), reverse("order-stream")

    lines = read(client.get(path))
    later = (timezone.now() + timedelta(hours=1)).isoformat()

    assert [line["order_number"] for line in lines] == [order.order_number for order in orders]
    assert read(client.get(path, {"cursor": lines[1]["cursor"]})) == lines[2:]
    assert read(client.get(path, {"updated_since": later})) == []


@pytest.mark.parametrize("cursor", ["x", "!!!", "YWZ0ZXI6", "\u00e9", "YWZ0ZXI6LTE"])
def test_what_is_no_cursor_is_named(cursor):
    answer = with_key("orders:read").get(reverse("order-stream"), {"cursor": cursor})

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")
