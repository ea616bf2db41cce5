"""/health and its sisters."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from dbProject import health
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
@pytest.mark.django_db
def test_a_healthy_shop_says_so(client, path):
    response = client.get(path)

    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "checks": {"database": "ok", "cache": "ok", "broker": "ok", "outbox": "ok"},
        "outbox": {"waiting": 0, "oldest_due_seconds": 0, "parked": 0},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_without_its_database_the_shop_is_out_of_service(client, monkeypatch):
    def refuse():
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json()["status"] == "unhealthy"
    assert response.json()["checks"]["database"] == "unreachable"


@pytest.mark.django_db
def test_without_cache_or_broker_pages_still_work(monkeypatch, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    monkeypatch.setattr(health.app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    assert health.look() == {
        "status": "degraded",
        "checks": {"database": "ok", "cache": "unreachable", "broker": "unreachable", "outbox": "ok"},
        "outbox": {"waiting": 0, "oldest_due_seconds": 0, "parked": 0},
    }


def test_being_alive_touches_nothing(client):
    assert client.get("/health/live").json() == {"status": "alive"}


@pytest.mark.django_db
def test_an_outbox_that_nobody_empties_is_told_and_pages_are_served(client, settings):
    outbox.record("task")
    now = timezone.now()
    OutboxEvent.objects.update(due_at=now - timedelta(seconds=settings.OUTBOX_LATE_SECONDS + 60))
    OutboxEvent.objects.create(task="poison", attempts=OutboxEvent.MOST_ATTEMPTS, parked_at=now)

    response = client.get("/health/ready")

    assert response.status_code == 200
    found = response.json()
    assert (found["status"], found["checks"]["outbox"]) == ("degraded", "late")
    assert (found["outbox"]["waiting"], found["outbox"]["parked"]) == (1, 1)
    assert found["outbox"]["oldest_due_seconds"] >= settings.OUTBOX_LATE_SECONDS + 60


@pytest.mark.django_db
def test_what_was_handed_out_and_what_was_given_up_leave_the_shop_healthy():
    event = outbox.record("task")
    OutboxEvent.objects.update(due_at=event.due_at + timedelta(minutes=1), attempts=1)
    OutboxEvent.objects.create(
        task="poison", due_at=event.due_at - timedelta(days=3), parked_at=timezone.now()
    )

    found = health.look()

    assert found["status"] == "healthy"
    assert found["outbox"] == {"waiting": 1, "oldest_due_seconds": 0, "parked": 1}
