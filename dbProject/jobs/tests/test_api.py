"""GET /api/tasks/{id}/."""

from uuid import uuid4

import pytest
from django.urls import reverse

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job

pytestmark = [pytest.mark.api, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def handlers(settings):
    settings.JOB_HANDLERS = {"anything": "not.reached"}


def test_who_started_a_job_sees_how_far_it_is(authenticated_api_client, authenticated_user):
    job = jobs.start("anything", by=authenticated_user)
    problem = {"line": 3, "column": "price", "sku": "A", "reason": "There is no price."}
    Job.objects.filter(pk=job.pk).update(
        status="running", done=5, total=20, result={"created": 4}, problems=[problem]
    )

    answer = authenticated_api_client.get(f"/api/tasks/{job.pk}/")

    assert answer.status_code == 200
    assert answer.json() == {
        "task_id": str(job.pk),
        "status": "running",
        "progress": {"done": 5, "total": 20, "percent": 25},
        "result": {"created": 4},
        "errors": [problem],
    }


def test_a_failed_job_says_why(authenticated_api_client, authenticated_user):
    job = jobs.start("anything", by=authenticated_user)
    Job.objects.filter(pk=job.pk).update(**jobs._failed("The file is empty."))

    assert authenticated_api_client.get(f"/api/tasks/{job.pk}/").json()["errors"] == [
        {"reason": "The file is empty."}
    ]


def test_the_job_of_somebody_else_does_not_exist_even_for_staff(
    api_client, authenticated_user, django_user_model
):
    job = jobs.start("anything", by=authenticated_user)
    boss = django_user_model.objects.create_superuser(email="boss@example.com", password="x")
    api_client.force_authenticate(boss)

    assert api_client.get(reverse("task-detail", args=[job.pk])).status_code == 404
    assert api_client.get(reverse("task-detail", args=[uuid4()])).status_code == 404


def test_a_stranger_is_asked_to_log_in(api_client):
    assert api_client.get(reverse("task-detail", args=[uuid4()])).status_code in {401, 403}
