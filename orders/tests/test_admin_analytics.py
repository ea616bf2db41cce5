"""The Analytics place of the staff: who gets in, what a page shows, its file, and the views one keeps."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.html import escape

from dbProject.jobs.models import Job
from orders.analytics import engine
from orders.models import AnalysisResult, SalesRollup, SavedView
from orders.selectors.reports import registry
from orders.tests import rollups as made
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PLACE = "/admin/analytics/"


def sold(**figures):
    """Sales of today and of ten days."""
    for number in range(10):
        day = str(timezone.localdate() - timedelta(days=number))
        yield day, {"goods": 100 - number, "orders": 1, "units": 2, **figures}


def lines(answer):
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode())))


@pytest.mark.journey
def test_staff_look_at_sales_from_the_overview_to_the_file(staff_client):
    product = ProductFactory(name="Walnut tray")
    made.add(*sold())
    made.add(*sold(), dimension="product", key=str(product.pk))
    made.add(*sold(), dimension="country", key="DE")

    overview = staff_client.get(f"{PLACE}?preset=last_7").content.decode()
    page = staff_client.get(f"{PLACE}bestsellers/?preset=last_7").content.decode()
    file = staff_client.get(f"{PLACE}bestsellers/file.csv?preset=last_7")

    assert "679.00" in overview
    assert "Walnut tray" in overview
    assert "Germany" in overview
    assert f'href="/admin/products/product/{product.pk}/change/"' in page
    assert file["Content-Type"].startswith("text/csv")
    head, row = lines(file)
    assert head[:4] == ["name", "sku", "revenue", "units"]
    assert row[:4] == ["Walnut tray", product.sku, "679.00", "14"]


@pytest.mark.journey
@pytest.mark.parametrize("slug", registry.REPORTS)
def test_every_report_has_its_page_and_its_file_with_and_without_data(staff_client, slug):
    for _ in range(2):
        page = staff_client.get(f"{PLACE}{slug}/")
        file = staff_client.get(f"{PLACE}{slug}/file.csv")

        assert (page.status_code, file.status_code) == (200, 200)
        report = registry.REPORTS[slug]
        html = page.content.decode()
        assert html.count('class="shop-title"') == 1
        assert all(str(escape(column.definition)) in html for column in report.columns)
        assert lines(file)[0][0] == report.columns[0].name
        assert file["Content-Disposition"].startswith(f'attachment; filename="{slug}-')
        SalesRollup.objects.all().delete()
        made.add(*sold())


def test_a_role_without_the_right_gets_nothing(client):
    person = UserFactory(is_staff=True)
    client.force_login(person)

    for address in ("", "revenue/", "revenue/file.csv"):
        assert client.get(f"{PLACE}{address}").status_code == 403
    for address in ("revenue/keep/", "views/1/", "compute/"):
        assert client.post(f"{PLACE}{address}", {"name": "x", "do": "remove"}).status_code == 403
    person.groups.add(Group.objects.get(name="manager"))
    assert client.get(PLACE).status_code == 200


def test_days_that_make_no_sense_stay_typed_and_are_said_where_they_are(staff_client):
    made.add(*sold())
    address = f"{PLACE}revenue/?first=2026-05-09&last=2026-05-01&compare=year&grain=week"

    answer = staff_client.get(address)

    html = answer.content.decode()
    assert 'value="2026-05-09"' in html
    assert 'value="2026-05-01"' in html
    assert "The last day is before the first." in html
    assert '<option value="year" selected' in html
    assert "<tfoot" not in html
    for broken in ("first=yesterday", "compare=x", "grain=hour", "currency=XXX"):
        html = staff_client.get(f"{PLACE}revenue/?{broken}").content.decode()
        assert "shop-choice-wrong" in html
        assert "<tfoot" not in html


def test_days_that_were_typed_take_the_place_of_a_preset(staff_client):
    made.add(("2026-01-05", {"goods": 12}), ("2026-01-06", {"goods": 30}))

    page = staff_client.get(f"{PLACE}revenue/?preset=last_30&first=2026-01-05&last=2026-01-05")

    assert page.context["asked"].period.days == 1
    assert page.context["form"].cleaned_data["preset"] == "custom"
    assert "12.00" in page.content.decode()


def test_a_currency_can_be_chosen_once_there_are_several(staff_client):
    made.add(("2010-12-01", {"goods": "58635.5601"}), currency="GBP")

    page = staff_client.get(f"{PLACE}revenue/?currency=GBP&preset=all")
    file = staff_client.get(f"{PLACE}revenue/file.csv?currency=GBP&preset=all&compare=nothing")

    assert "58,635.56" in page.content.decode()
    assert lines(file)[1][:2] == ["2010-12-01", "58635.5601"]
    assert "revenue-2010-12-01-2010-12-01-GBP.csv" in file["Content-Disposition"]


def test_without_any_sums_the_pages_say_how_to_make_them(staff_client):
    for address in ("", "revenue/", "cohorts/"):
        assert "manage.py refresh_analytics" in staff_client.get(f"{PLACE}{address}").content.decode()
    made.add(("2020-01-01", {"goods": 1}))
    html = staff_client.get(f"{PLACE}countries/").content.decode()
    assert "Nothing in these days" in html
    assert "refresh_analytics" not in html


def test_long_computations_are_shown_as_they_were_stored(staff_client):
    now = timezone.now()
    rows = {
        "cohorts": [
            {"cohort": "2026-01", "since": 0, "customers": 8},
            {"cohort": "2026-01", "since": 2, "customers": 2},
            {"cohort": "2026-02", "since": 0, "customers": 4},
        ],
        "rfm": [
            {"segment": "best", "days_from": 0, "days_to": 60, "orders_from": 5, "orders_to": None,
             "customers": 3, "orders": 18, "revenue": "900.0000", "mean": "300.0000"},
        ],
        "lifetime": [
            {"cohort": "2026-01", "customers": 8, "orders": 11, "revenue": "110.0000", "mean": "13.7500",
             "by_month": ["11.2500", "11.2500", "13.7500"]},
        ],
    }  # fmt: skip
    for name, of in rows.items():
        AnalysisResult.objects.create(name=name, currency="EUR", rows=of, through=now.date(), computed_at=now)

    files = {
        slug: lines(staff_client.get(f"{PLACE}{slug}/file.csv"))
        for slug in ("cohorts", "segments", "lifetime")
    }

    assert files["cohorts"] == [
        ["cohort", "customers", "month_1", "month_2"],
        ["2026-01", "8", "0.00", "25.00"],
        ["2026-02", "4", "", ""],
    ]
    assert files["segments"][1] == ["Best", "0 to 60", "5 or more", "3", "100.00", "18", "900.00", "300.00"]
    assert files["lifetime"][1] == ["2026-01", "8", "11", "110.00", "13.75", "11.25", "11.25", "", "", ""]
    assert "shop-heat-5" in staff_client.get(f"{PLACE}cohorts/").content.decode()


def test_a_page_takes_as_many_queries_for_a_year_as_for_a_week(staff_client, django_assert_max_num_queries):
    for _number in range(12):
        product = ProductFactory()
        made.add(*sold(), dimension="product", key=str(product.pk))
    made.add(*sold())
    staff_client.get(PLACE)

    for preset in ("last_7", "this_year", "last_90"):
        with django_assert_max_num_queries(20):
            staff_client.get(f"{PLACE}bestsellers/?preset={preset}")
        with django_assert_max_num_queries(30):
            staff_client.get(f"{PLACE}?preset={preset}")


def test_sums_are_made_anew_by_one_job_that_shows_how_far_it_is(staff_client, monkeypatch):
    for _ in range(2):
        answer = staff_client.post(f"{PLACE}compute/")

    job = Job.objects.get()
    assert (job.kind, answer["Location"]) == ("refresh_analytics", f"/admin/jobs/job/{job.pk}/change/")


@pytest.mark.parametrize("queue", ["", "celery"])
def test_a_web_process_without_the_packages_asks_workers_that_have_them_or_shows_no_button(
    staff_client, settings, monkeypatch, queue
):
    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    settings.ANALYTICS_QUEUE = queue
    html = staff_client.get(PLACE).content.decode()
    assert ("Compute now" in html) == bool(queue)
    made.add(*sold())
    html = staff_client.get(f"{PLACE}revenue/").content.decode()
    assert ("Compute now" in html) == bool(queue)

    answer = staff_client.post(f"{PLACE}compute/", follow=True)

    assert Job.objects.count() == bool(queue)
    assert ("requirements-analytics.txt" in answer.content.decode()) == (not queue)


def test_what_the_clock_asks_of_workers_that_compute_can_have_a_queue_of_its_own():
    routed = settings.CELERY_TASK_ROUTES.keys()

    current_app.autodiscover_tasks(["orders"], force=True)
    assert routed <= current_app.tasks.keys()
    assert {"refresh_analytics", "refresh_recommendations"} == {name.rpartition(".")[2] for name in routed}


# Views that one keeps


def test_a_view_is_kept_listed_mailed_and_removed(staff_client):
    made.add(*sold())
    query = "preset=last_90&compare=year&currency=EUR&grain=month"

    answer = staff_client.post(
        f"{PLACE}revenue/keep/?{query}", {"name": "Quarter", "by_mail": "on"}, follow=True
    )

    view = SavedView.objects.get()
    assert (view.report, view.by_mail) == ("revenue", True)
    assert dict(part.split("=") for part in view.query.split("&")).items() >= {
        "preset": "last_90", "compare": "year", "grain": "month",
    }.items()  # fmt: skip
    assert "“Quarter” is kept" in answer.content.decode()
    overview = staff_client.get(PLACE).content.decode()
    assert "Quarter" in overview
    assert "by mail every Monday" in overview
    staff_client.post(f"{PLACE}views/{view.pk}/", {"do": "no_mail"})
    assert not SavedView.objects.get().by_mail
    staff_client.post(f"{PLACE}views/{view.pk}/", {"do": "remove"})
    assert not SavedView.objects.exists()
    assert staff_client.post(f"{PLACE}views/{view.pk}/", {"do": "remove"}).status_code == 404


def test_a_name_that_is_taken_stays_typed_and_what_was_asked_with_it(staff_client):
    made.add(*sold())
    for _ in range(2):
        answer = staff_client.post(f"{PLACE}revenue/keep/?preset=last_7", {"name": "Week", "by_mail": "on"})

    html = answer.content.decode()
    assert SavedView.objects.count() == 1
    assert 'value="Week"' in html
    assert "You have a view of this name already." in html
    assert answer.context["asked"].period.days == 7
