"""Jobs and streams of the API."""

import gc
import json
import os
import tracemalloc
from datetime import timedelta
from uuid import uuid4

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

IS_LONG = "STREAMED_ROWS" in os.environ
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


def test_a_reader_who_was_cut_off_goes_on_where_it_was():
    products = ProductFactory.create_batch(3)
    client, path = with_key("catalog:read"), reverse("product-stream")

    answer = client.get(path)
    first = json.loads(next(iter(answer.streaming_content)))
    rest = read(client.get(path, {"cursor": first["cursor"]}))

    assert answer["Content-Type"] == "application/x-ndjson"
    assert [line["id"] for line in (first, *rest)] == [product.pk for product in products]
    assert "cost_price" not in first


def several(what, count):
    product = ProductFactory()
    return [OrderFactory(units={product: 1}) for _ in range(count)] if what == "order" else [
        product, *ProductFactory.create_batch(count - 1, category=product.category, brand=product.brand)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "scope", "per_chunk"), [("product", "catalog:read", 5), ("order", "orders:read", 3)]
)
@pytest.mark.parametrize(("rows", "chunks"), [(1, 1), (3, 2), (5, 3)])
def test_a_stream_has_a_chunk_in_memory_and_asks_as_often_as_there_are_chunks(
    what, scope, per_chunk, rows, chunks, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(streams, "CHUNK", 2)
    several(what, rows)
    client = with_key(scope)
    sizes, shown = [], streams.lines

    def watched(found, *, after, shown_as):
        return shown(found, after=after, shown=lambda chunk: sizes.append(len(chunk)) or shown_as(chunk))

    monkeypatch.setattr(
        streams, "lines", lambda found, *, after, shown: watched(found, after=after, shown_as=shown)
    )
    client.get(reverse("brand-list"))  # notes that the key is used
    with django_assert_num_queries(1 + chunks * per_chunk):
        lines = read(client.get(reverse(f"{what}-stream")))

    assert len(lines) == rows
    assert (len(sizes), max(sizes) <= 2, sum(sizes)) == (chunks, True, rows)


def held(path, client):
    """Return the most bytes that were held at the end of a chunk while a stream was read, and its lines."""
    gc.collect()
    gc.freeze()  # what was there before is not looked at again and again
    tracemalloc.start()
    try:
        most = count = 0
        for _line in client.get(path).streaming_content:
            count += 1
            if count % streams.CHUNK == 0:
                gc.collect()
                most = max(most, tracemalloc.get_traced_memory()[0])
        return most, count
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["product", "order"])
def test_ten_times_as_many_rows_take_no_more_memory(what, monkeypatch):
    few, many = (2_000, 20_000) if IS_LONG else (40, 400)
    monkeypatch.setattr(streams, "CHUNK", few // 5)
    pattern = several(what, 1)[0]
    client, path = with_key("catalog:read", "orders:read"), reverse(f"{what}-stream")
    held(path, client)  # loads what is loaded once

    taken = {}
    for count in (few, many):
        copies_of(pattern, count - type(pattern).objects.count())
        taken[count] = held(path, client)

    assert [count for _bytes, count in taken.values()] == [few, many]
    assert taken[many][0] < taken[few][0] * 1.2, taken


def copies_of(row, count):
    """Store ``count`` rows more like ``row``, and of an order its line, without asking anybody."""
    model, at_once = type(row), 500
    unique = {"product": ("sku", "slug"), "order": ("order_number", "idempotency_key")}[
        model._meta.model_name
    ]
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    made = model._base_manager.bulk_create(
        [
            model(**{**values, "id": None, **{name: uuid4().hex[:19] for name in unique}})
            for _ in range(count)
        ],
        batch_size=at_once,
    )
    for line in row.items.all() if model._meta.model_name == "order" else ():
        kept = {field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields}
        copies = [type(line)(**{**kept, "id": None, "order_id": one.pk}) for one in made]
        type(line).objects.bulk_create(copies, batch_size=at_once)


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
