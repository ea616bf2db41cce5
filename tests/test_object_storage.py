"""Uploads, files of jobs and documents in an S3-compatible bucket, against a stand-in on this machine."""

import json
import subprocess
import sys

import boto3
import httpx
import pytest
from django.conf import settings as configured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from moto.server import ThreadedMotoServer

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from dbProject.settings import storage
from deploy.servers import free_port
from orders.models import Document
from orders.selectors import orders
from orders.tests import bank
from orders.tests.factories import OrderFactory
from products.models import Product
from products.services import pictures
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from products.tests.pictures import picture
from users.services import avatars

pytestmark = pytest.mark.integration

BUCKET, REGION = "shop-files", "eu-central-1"
MEDIA_FOR_ALL = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/media/*",
}
"""What deploy/terraform allows too."""


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, settings, monkeypatch):
    """The bucket, empty, with the shop's files in it; returns the names of all that is in there."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    s3 = boto3.resource("s3", endpoint_url=endpoint, region_name=REGION, **keys)
    found = s3.Bucket(BUCKET)
    found.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    found.Policy().put(Policy=json.dumps({"Version": "2012-10-17", "Statement": [MEDIA_FOR_ALL]}))
    settings.STORAGES = {
        **storage.in_bucket(f"s3://key:secret@{BUCKET}.{REGION}?endpoint={endpoint}"),
        "staticfiles": settings.STORAGES["staticfiles"],
    }
    for field in (*(Job._meta.get_field(f"{kind}_file") for kind in ("input", "error", "result")),
                  Document._meta.get_field("file")):  # fmt: skip
        # Which storage it has, a field asks once, when the shop starts.
        monkeypatch.setattr(field, "storage", storages["documents" if field.model is Document else "jobs"])
    yield lambda: sorted(one.key for one in found.objects.all())
    found.objects.all().delete()
    found.delete()


def kept_for(url):
    """Return what a file says to browsers that load it."""
    answer = httpx.get(url, trust_env=False)
    assert answer.status_code == 200
    return answer.headers["Cache-Control"]


def test_pictures_are_where_browsers_find_them_and_may_keep_them(bucket, endpoint, db, client):
    product = ProductFactory()
    image = pictures.add(product, picture((900, 900)), alt_text="A bowl")

    names = bucket()
    assert names
    assert all(name.startswith("media/pictures/") for name in names)
    url = default_storage.url(image.image.name)
    assert url.startswith(f"{endpoint}/{BUCKET}/media/pictures/")
    assert "Signature" not in url
    answer = httpx.get(url, trust_env=False)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )
    assert f"{endpoint}/{BUCKET}/media/pictures/" in client.get(product.get_absolute_url()).content.decode()


def test_a_picture_of_a_person_is_kept_by_no_cache_for_long(bucket, db):
    name = default_storage.save("avatars/robin.jpg", ContentFile(b"jpeg"))

    assert (
        httpx.get(default_storage.url(name), trust_env=False).headers["Cache-Control"]
        == "public, max-age=3600"
    )
    assert avatars.tidy() == 0  # it is too new to be a stray


def test_an_import_and_an_export_run_with_their_files_in_the_bucket(bucket, db):
    CategoryFactory(name="Mugs", slug="mugs")
    BrandFactory(name="Tidewater")
    rows = "sku,name,price,category,brand\nMUG-1,Mug,10.00,Mugs,Tidewater\nMUG-2,Cup,broken,Mugs,Tidewater\n"
    upload = jobs.start(
        "import_products", params={"format": "csv"}, file=ContentFile(rows.encode(), "mugs.csv")
    )
    jobs.run_slice(upload.pk)
    export = jobs.start("export_products", params={"format": "csv"})
    jobs.run_slice(export.pk)

    upload.refresh_from_db()
    export.refresh_from_db()
    assert Product.objects.get().sku == "MUG-1"
    assert (upload.status, export.status) == (Job.Status.SUCCEEDED, Job.Status.SUCCEEDED)
    assert b"MUG-2" in upload.error_file.read()
    assert b"MUG-1" in export.result_file.read()
    assert {name.partition("/")[0] for name in bucket()} == {"jobs"}
    with pytest.raises(ValueError, match="not accessible"):
        storages["jobs"].url(export.result_file.name)


def test_an_export_whose_slice_was_killed_begins_again_where_its_copy_was_lost(bucket, db):
    ProductFactory.create_batch(3)
    export = jobs.start("export_products", params={"format": "csv"})
    Job.objects.filter(pk=export.pk).update(
        position={"pk": Product.objects.latest("pk").pk, "bytes": 5_000, "done": 3, "heading": ""}
    )

    jobs.run_slice(export.pk)

    export.refresh_from_db()
    assert export.result_file.read().count(b"\n") == 1 + 3


def test_an_invoice_is_kept_in_the_bucket_and_handed_out_by_the_shop_alone(
    bucket, endpoint, transactional_db, client
):
    order = OrderFactory(user=None)
    bank.paid(order)
    document = order.documents.get()
    path = f"/orders/{order.order_number}/documents/{document.number}/"
    assert client.get(path).status_code == 404
    answer = client.get(f"{path}?key={orders.signature(order)}")

    assert b"".join(answer).startswith(b"%PDF")
    (kept,) = [name for name in bucket() if name.startswith("documents/")]
    assert httpx.get(f"{endpoint}/{BUCKET}/{kept}", trust_env=False).status_code == 403


def test_browsers_may_load_pictures_from_the_bucket_s_address_and_from_nowhere_else():
    at_amazon = storage.in_bucket("s3://key:se%2Fcret@shop-files.eu-central-1")
    by_cdn = storage.in_bucket("s3://key:secret@shop-files.eu-central-1?public=https://media.example.com")

    assert storage.origin_of(at_amazon) == "https://shop-files.s3.eu-central-1.amazonaws.com"
    assert at_amazon["default"]["OPTIONS"]["secret_key"] == "se/cret"  # noqa: S105 - made up
    assert storage.origin_of(by_cdn) == "https://media.example.com"
    assert storage.origin_of(configured.STORAGES) is None


def test_a_shop_with_folders_loads_nothing_of_it():
    heavy = "{'storages', 'boto3', 'botocore'} & set(sys.modules)"
    code = f"import sys, django; django.setup(); sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 -- the line above
