"""The history of deployments."""

from io import StringIO

import pytest
from django.core.management import call_command

from dbProject.deployments import services
from dbProject.deployments.models import Deployment

pytestmark = pytest.mark.django_db


def deploy(**options):
    said = StringIO()
    call_command("record_deployment", stdout=said, **options)
    return said.getvalue().strip()


def test_a_release_is_written_down_once_per_attempt(settings):
    settings.RELEASE = "2026.11.1"

    assert deploy(by="robin", attempt="build 7") == "deployed=2026.11.1 by=robin"
    assert deploy(by="robin", attempt="build 7") == "deployed=2026.11.1 recorded before"
    assert deploy(by="robin") == "deployed=2026.11.1 by=robin"
    assert Deployment.objects.count() == 2


def test_going_back_is_a_deployment_too(settings):
    for number, release in enumerate(("1", "2", "1")):
        settings.RELEASE = release
        deploy(by="robin", attempt=f"build {number}")

    assert [one.release for one in Deployment.objects.all()] == ["1", "2", "1"]


def test_without_a_name_it_is_the_account_that_runs_it():
    deploy()

    assert Deployment.objects.get().deployed_by


def test_staff_read_the_history(admin_client):
    services.record(release="2026.11.1", by="robin", attempt="build 7")

    page = admin_client.get("/admin/deployments/deployment/").content.decode()

    assert "2026.11.1" in page
    assert admin_client.get("/admin/deployments/deployment/add/").status_code == 403
