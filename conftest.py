"""Fixtures that every app's tests share."""

import json
import logging
import shutil
from io import BytesIO, StringIO
from pathlib import Path
from threading import Event

import hypothesis
import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image
from rest_framework.test import APIClient

from dbProject import caching, logs, resilience
from dbProject.behavior import counting
from dbProject.incidents import recording
from dbProject.limits import counters, rules
from dbProject.metrics import profile
from dbProject.webhooks import services as webhooks
from orders.services import reconciliation
from orders.tests.factories import OrderFactory
from products.tests.factories import ProductFactory
from tests import template
from users.tests.factories import StaffFactory, UserFactory

hypothesis.settings.register_profile(
    "shop", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shop")  # a busy machine is slow, not wrong


@pytest.fixture(autouse=True)
def _nothing_remembered():
    resilience.forget()
    cache.clear()
    caching.memory.clear()
    counters.memory.clear()
    rules.forget()
    profile.forget()
    recording.forget()
    counting.forget()
    webhooks.remember(())
    shutil.rmtree(Path(settings.TEST_BANK_LEDGER).parent, ignore_errors=True)
    current_app.control.purge()


@pytest.fixture(autouse=True)
def _books_agree(request):
    """Wherever a customer's way led, and whatever was clicked, the books agree at its end."""
    marks = {mark.name for mark in request.node.iter_markers()}
    is_looked_at = marks & {"browser", "journey"} and "unsound" not in marks
    if is_looked_at:
        request.getfixturevalue("transactional_db" if "browser" in marks else "db")
    yield
    if is_looked_at:
        assert reconciliation.breaks() == []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Let the database of the tests be a copy of one that is migrated already."""
    if template.is_wanted():
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = template.name()


@pytest.fixture(scope="session", autouse=True)
def _media_folder():
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    shutil.rmtree(settings.JOB_FILES_DIR, ignore_errors=True)
    shutil.rmtree(settings.DOCUMENT_FILES_DIR, ignore_errors=True)


@pytest.fixture
def api_client():
    return APIClient()


@pytest.fixture
def authenticated_user(db):
    return UserFactory()


@pytest.fixture
def authenticated_api_client(api_client, authenticated_user):
    api_client.force_authenticate(authenticated_user)
    return api_client


@pytest.fixture
def staff_client(client, db):
    """A browser in which somebody who may do everything is logged in."""
    client.force_login(StaffFactory())
    return client


@pytest.fixture
def sample_product(db):
    return ProductFactory()


@pytest.fixture
def sample_products(db):
    return ProductFactory.create_batch(5)


@pytest.fixture
def sample_order(authenticated_user):
    return OrderFactory(user=authenticated_user)


@pytest.fixture
def temp_image():
    """A small picture as a browser would upload it."""
    data = BytesIO()
    Image.new("RGB", (640, 480), "#336699").save(data, "PNG")
    return SimpleUploadedFile("picture.png", data.getvalue(), content_type="image/png")


@pytest.fixture
def worker():
    """A real worker in a thread; call it with a task's name to wait until that task has succeeded."""
    succeeded: dict[str, Event] = {}

    def remember(sender, state, **_):
        if state == "SUCCESS":
            succeeded.setdefault(sender.name, Event()).set()

    def wait_for(task: str) -> None:
        assert succeeded.setdefault(task, Event()).wait(20), f"{task} did not succeed within 20 s"

    task_postrun.connect(remember)
    with start_worker(current_app._get_current_object(), perform_ping_check=False):
        yield wait_for
    task_postrun.disconnect(remember)


@pytest.fixture
def log_lines():
    """Call it for what was written so far, at every level, each line as a log store would read it."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(format="json"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
