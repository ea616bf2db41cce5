"""Import and export as jobs: in slices, killed in the middle, and still complete."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from products.models import Product
from products.services import attributes, catalog, import_jobs, imports, reconciliation
from products.tests.factories import AttributeFactory, ProductFactory

pytestmark = pytest.mark.django_db


class Killed(Exception):
    """Stands in for a process that ends without a word."""


def our_csv(rows, *, bad=()):
    lines = ["sku,name,price,stock_quantity,category,brand"]
    for number in range(1, rows + 1):
        price = "free" if number in bad else f"{number}.50"
        lines.append(f"S-{number},Thing {number},{price},{number},Things,Maker")
    return ContentFile("\n".join(lines).encode() + b"\n", name="things.csv")


def start(file, **params):
    return jobs.start("import_products", params={"format": "auto", "name": file.name, **params}, file=file)


def run(job):
    """Run slices until the job ends; return it with how many there were."""
    slices = 0
    while not (job := Job.objects.get(pk=job.pk)).is_finished:
        jobs.run_slice(job.pk)
        slices += 1
        assert slices < 20, (job.status, job.position, job.attempts)
    return job, slices


def read(name):
    with job_files().open(name) as file:
        return list(csv.DictReader(io.StringIO(file.read().decode())))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(import_jobs, "BATCH", 10)


@pytest.fixture
def one_batch_per_slice(monkeypatch, small_batches):
    """Every slice's time is up after its first batch."""
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)


# Import


def test_a_file_becomes_products_with_its_tally_and_its_problems():
    job, _ = run(start(our_csv(5, bad={2, 4})))

    assert (job.status, job.done, job.total) == ("succeeded", 5, 5)
    assert job.result == {"created": 3, "updated": 0, "unchanged": 0, "refused": 2, "warned": 0}
    assert job.error_count == 2
    assert [(problem["line"], problem["sku"]) for problem in job.problems] == [(3, "S-2"), (5, "S-4")]
    found = read(job.error_file.name)
    assert [(row["line"], row["column"], row["sku"]) for row in found] == [
        ("3", "price", "S-2"),
        ("5", "price", "S-4"),
    ]
    assert set(Product.objects.values_list("sku", flat=True)) == {"S-1", "S-3", "S-5"}
    assert reconciliation.breaks() == []


def test_slices_go_on_where_the_last_one_stopped_and_count_every_row_once(one_batch_per_slice):
    job, slices = run(start(our_csv(35, bad={7, 12, 34})))

    assert slices >= 4
    assert job.result == {"created": 32, "updated": 0, "unchanged": 0, "refused": 3, "warned": 0}
    assert [row["sku"] for row in read(job.error_file.name)] == ["S-7", "S-12", "S-34"]
    assert Product.objects.count() == 32
    assert Product.objects.get(sku="S-35").stock_quantity == 35
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("dies_after", [1, 2, 3])
def test_a_slice_that_is_killed_loses_nothing_and_repeats_nothing(small_batches, monkeypatch, dies_after):
    """The third report is written by nobody: its batch is done again, and finds itself done."""
    job = start(our_csv(35, bad={7, 12, 34}))
    reports = []
    report = jobs.Turn.report

    def die(turn, progress):
        reports.append(progress)
        if len(reports) == dies_after:
            raise Killed  # the batch is committed, its report is not
        report(turn, progress)

    monkeypatch.setattr(jobs.Turn, "report", die)
    with pytest.raises(Killed):
        jobs.run_slice(job.pk)
    monkeypatch.setattr(jobs.Turn, "report", report)
    Job.objects.filter(pk=job.pk).update(claim=None, claimed_until=None)  # the lease is over

    job, _ = run(job)

    again = job.result["unchanged"]
    assert 0 < again <= 10
    assert job.result["created"] + again == 32
    assert job.result["refused"] == 3
    assert [row["sku"] for row in read(job.error_file.name)] == ["S-7", "S-12", "S-34"]
    assert Product.objects.count() == 32
    assert {m.change for m in Product.objects.get(sku="S-1").movements.all()} == {1}
    assert reconciliation.breaks() == []


def test_the_same_file_again_changes_nothing():
    run(start(our_csv(5)))
    job, _ = run(start(our_csv(5)))

    assert job.result == {"created": 0, "updated": 0, "unchanged": 5, "refused": 0, "warned": 0}
    assert job.error_file.name == ""


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\x03" * 100, b"%PDF-1.4 nothing", b"just one line of words\n"]
)
def test_a_file_that_holds_no_products_fails_with_a_reason(content):
    job, _ = run(start(ContentFile(content, name="things.csv")))

    assert job.status == "failed"
    assert job.failure
    assert not Product.objects.exists()


def test_a_cancelled_import_keeps_what_is_in_and_takes_no_more(small_batches, monkeypatch):
    job = start(our_csv(35))
    report = jobs.Turn.report

    def cancelled_by_somebody(turn, progress):
        report(turn, progress)
        jobs.cancel(Job.objects.get(pk=turn.job.pk))

    monkeypatch.setattr(jobs.Turn, "report", cancelled_by_somebody)
    jobs.run_slice(job.pk)

    job.refresh_from_db()
    assert job.status == "cancelled"
    assert Product.objects.count() == 20  # the batch at work is still written whole


def test_looking_at_a_file_writes_nothing_and_reads_only_its_head(tmp_path):
    path = tmp_path / "things.csv"
    path.write_bytes(our_csv(50, bad={3, 45}).read())

    tally, problems = import_jobs.look_at(path, params={"format": "csv"}, rows=20)

    assert isinstance(tally, imports.Tally)
    assert (tally.read, tally.created, tally.refused) == (20, 19, 1)
    assert [problem["sku"] for problem in problems] == ["S-3"]
    assert not Product.objects.exists()


# Export


def export(**params):
    return run(jobs.start("export_products", params=params))


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_is_what_an_import_reads(one_batch_per_slice, kind):
    material = AttributeFactory(slug="material", attribute_type="text")
    for product in ProductFactory.create_batch(25):
        attributes.set_values(product, {material.slug: "oak"})
    parent = ProductFactory(stock_quantity=0)
    size = AttributeFactory(slug="size").slug
    catalog.add_variant(parent, sku="V-S", options={size: "S"}, price=Decimal("7.00"), stock_quantity=2)

    job, slices = export(format=kind, pks=None)

    assert slices >= 3
    assert (job.status, job.done, job.total) == ("succeeded", 27, 27)
    with job_files().open(job.result_file.name) as file:
        content = file.read()
    assert content.count(b"\n") == 27 + (kind == "csv")
    again, _ = run(start(ContentFile(content, name=f"all.{kind}")))
    assert again.status == "succeeded"
    assert (again.result["unchanged"], again.result["updated"], again.result["created"]) == (26, 0, 0)


def test_a_selection_is_exported_with_the_variants_of_its_parents():
    wanted, _other = ProductFactory.create_batch(2)
    parent = ProductFactory(stock_quantity=0)
    catalog.add_variant(
        parent, sku="V-S", options={AttributeFactory(slug="size").slug: "S"}, price=Decimal(7)
    )

    job, _ = export(format="csv", pks=[wanted.pk, parent.pk])

    assert [row["sku"] for row in read(job.result_file.name)] == [wanted.sku, parent.sku, "V-S"]


def test_an_export_that_is_killed_repeats_no_line(small_batches, monkeypatch):
    ProductFactory.create_batch(25)
    job = jobs.start("export_products", params={"format": "csv", "pks": None})
    report, calls = jobs.Turn.report, []

    def die(turn, progress):
        calls.append(progress)
        if len(calls) == 2:
            raise Killed
        report(turn, progress)

    monkeypatch.setattr(jobs.Turn, "report", die)
    with pytest.raises(Killed):
        jobs.run_slice(job.pk)
    monkeypatch.setattr(jobs.Turn, "report", report)
    Job.objects.filter(pk=job.pk).update(claim=None, claimed_until=None)

    job, _ = run(job)

    skus = [row["sku"] for row in read(job.result_file.name)]
    assert skus == list(Product.objects.order_by("pk").values_list("sku", flat=True))


def test_an_attribute_that_appears_meanwhile_shifts_no_column(one_batch_per_slice):
    products = ProductFactory.create_batch(25)
    job = jobs.start("export_products", params={"format": "csv", "pks": None})
    jobs.run_slice(job.pk)
    attribute = AttributeFactory(slug="care", name="Care", attribute_type="text")
    attributes.set_values(products[-1], {attribute.slug: "wipe"})

    job, _ = run(job)

    rows = read(job.result_file.name)
    assert len(rows) == 25
    assert all(None not in row for row in rows)
    assert "wipe" in rows[-1].values()


def test_an_export_of_nothing_has_its_heading():
    job, _ = export(format="csv", pks=None)

    assert job.status == "succeeded"
    with job_files().open(job.result_file.name) as file:
        assert file.read().startswith(b"kind,sku,")
