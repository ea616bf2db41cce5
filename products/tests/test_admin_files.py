"""Import and export on the staff's screens."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/products/product/"
IMPORT = f"{LIST}import/"
GOOD = b"sku,name,price,category,brand\nA-1,Stool,80.00,Seats,Alder\nA-2,Bench,free,Seats,Alder\n"


def upload(client, content=GOOD, name="things.csv", **more):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(IMPORT, {"file": file, "format": "auto", "step": "look", **more})


def staged():
    return job_files().listdir("staged")[1] if job_files().exists("staged") else []


def test_a_file_is_looked_at_before_anything_happens(staff_client):
    shown = upload(staff_client)

    page = shown.content.decode()
    assert "All of things.csv would do this" in page
    assert (shown.context["tally"].created, shown.context["tally"].refused) == (1, 1)
    assert "A-2" in page
    assert "Left out" in page
    assert not Product.objects.exists()
    assert not Job.objects.exists()


def test_the_import_starts_once_and_shows_how_far_it_is(staff_client):
    ticket = upload(staff_client).context["ticket"]

    first = staff_client.post(IMPORT, {"step": "start", "ticket": ticket})
    second = staff_client.post(IMPORT, {"step": "start", "ticket": ticket})  # a double click

    job = Job.objects.get()
    assert first.url == second.url == reverse("admin:jobs_job_change", args=[job.pk])
    waiting = staff_client.get(first.url).content.decode()
    assert "<progress" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting

    jobs.run_slice(job.pk)
    done = staff_client.get(first.url).content.decode()
    assert "things.csv" in done
    assert "every 1s" not in done
    assert "http-equiv" not in done
    assert Product.objects.get().price == Decimal(80)
    problems = staff_client.get(reverse("admin:jobs_job_download", args=[job.pk, "problems"]))
    assert problems["Content-Disposition"].startswith("attachment")
    assert b"A-2" in b"".join(problems.streaming_content)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "things.csv", "This file is empty"),
        (GOOD, "things.exe", "cannot be read from a file of this kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "things.csv", "no "),
        (b"x" * 2_000, "things.csv", "too large"),
    ],
)
def test_what_is_no_list_of_products_is_refused_and_not_kept(staff_client, settings, content, name, words):
    settings.IMPORT_MAX_BYTES = 1_000
    before = staged()

    answer = upload(staff_client, content, name)

    assert answer.status_code == 200
    said = str(answer.context["form"].errors["file"])
    assert words in said
    if "too large" in words or "kind" in words:
        assert "Allowed are .csv" in said
    assert staged() == before
    assert not Job.objects.exists()


@pytest.mark.parametrize("ticket", ["", "made:up", None])
def test_a_ticket_that_is_not_ours_starts_nothing(staff_client, ticket):
    data = {"step": "start"} | ({} if ticket is None else {"ticket": ticket})

    answer = staff_client.post(IMPORT, data, follow=True)

    assert "upload the file again" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_ticket_of_somebody_else_starts_nothing(staff_client, client):
    ticket = upload(staff_client).context["ticket"]
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    client.post(IMPORT, {"step": "start", "ticket": ticket})

    assert not Job.objects.exists()


def test_everything_is_exported_as_a_job(staff_client):
    ProductFactory.create_batch(2)
    assert staff_client.get(f"{LIST}export-all/").status_code == 200

    started = staff_client.post(f"{LIST}export-all/", {"format": "jsonl"})
    job = Job.objects.get()
    jobs.run_slice(job.pk)

    assert "Download the file" in staff_client.get(started.url).content.decode()
    file = staff_client.get(reverse("admin:jobs_job_download", args=[job.pk, "result"]))
    assert b"".join(file.streaming_content).count(b"\n") == 2
    assert ".jsonl" in file["Content-Disposition"]


def test_a_selection_is_exported_as_it_is_filtered(staff_client):
    wanted = ProductFactory(name="Walnut tray")
    ProductFactory(name="Something else")
    data = {"action": "export_selected", "_selected_action": [wanted.pk], "select_across": 1}

    staff_client.post(f"{LIST}?q=walnut", data)

    assert Job.objects.get().params == {"format": "csv", "pks": [wanted.pk]}


def test_files_of_jobs_have_no_address_of_their_own(staff_client, settings):
    job = jobs.start("export_products", params={"format": "csv", "pks": None})
    jobs.run_slice(job.pk)
    job.refresh_from_db()

    assert not str(settings.JOB_FILES_DIR).startswith(str(settings.MEDIA_ROOT))
    assert staff_client.get(f"/media/{job.result_file.name}").status_code == 404
    assert staff_client.get(f"/media/../jobs/{job.result_file.name}").status_code in {400, 404}
