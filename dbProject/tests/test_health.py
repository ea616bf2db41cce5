"""/health and its sisters, beside services that are well, stopped or hung."""

import os
import signal
import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from dbProject import health, probing
from dbProject.outbox.models import OutboxEvent
from dbProject.settings import base
from deploy.servers import free_port
from tests import redis_server as redis_servers

pytestmark = pytest.mark.integration
ALL_WELL = {"database": "ok", "migrations": "ok", "cache": "ok", "broker": "ok", "outbox": "ok"}


@pytest.fixture(autouse=True)
def _nothing_under_way():
    probing.forget()  # what others have asked a moment ago
    yield
    for thread in [thread for thread in threading.enumerate() if thread.name == "look"]:
        thread.join(10)  # or the database is dropped under it
    probing.forget()


@pytest.fixture
def mute():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = []
        threading.Thread(target=_listen, args=(server, heard), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for one in heard:
            one.close()


def _listen(server, heard):
    while True:
        try:
            heard.append(server.accept()[0])
        except OSError:
            return


@pytest.fixture
def redis_server(tmp_path):
    with redis_servers.redis_server(tmp_path) as process:
        yield process


@pytest.fixture
def move_database(monkeypatch):
    """Have every new connection go to another port; the test's own stays."""

    def move(port):
        there = connections.settings["default"] | {"HOST": "127.0.0.1", "PORT": port}
        options = there["OPTIONS"] | {"connect_timeout": 2}  # libpq takes no less
        monkeypatch.setitem(connections.settings, "default", there | {"OPTIONS": options})

    return move


@pytest.fixture
def move_broker(monkeypatch):
    def move(port):
        for name in ("broker_url", "broker_write_url"):
            monkeypatch.setattr(health.app.conf, name, f"redis://127.0.0.1:{port}/0")

    return move


@pytest.fixture
def move_cache(settings):
    def move(port):
        where = {"LOCATION": f"redis://127.0.0.1:{port}/0", "OPTIONS": base.CACHES["default"]["OPTIONS"]}
        settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | where}

    return move


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
@pytest.mark.django_db
def test_a_healthy_shop_says_so_and_which_release_it_is(client, settings, path):
    settings.RELEASE = "2026.11.3"

    response = client.get(path)

    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "version": "2026.11.3",
        "checks": ALL_WELL,
        "needed": ["database", "migrations"],
        "degrading": ["cache", "broker", "outbox"],
        "outbox": {"waiting": 0, "oldest_due_seconds": 0, "parked": 0},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_without_its_database_the_shop_is_out_of_service(client, move_database):
    move_database(free_port())

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unhealthy"
    assert response.json()["checks"] == ALL_WELL | {
        "database": "unreachable", "migrations": "unreachable", "outbox": "unreachable",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_database_that_accepts_and_never_answers_is_unreachable(client, move_database, mute):
    move_database(mute)

    assert client.get("/health/ready").status_code == 503
    looks = [thread for thread in threading.enumerate() if thread.name == "look"]
    assert client.get("/health/ready").json()["checks"]["database"] == "unreachable"
    assert [thread for thread in threading.enumerate() if thread.name == "look"] == looks


@pytest.mark.django_db
def test_whoever_asks_again_at_once_is_told_the_same_and_looks_at_nothing(client, monkeypatch):
    monkeypatch.setattr(health, "KEPT_SECONDS", 60)
    looks = []
    monkeypatch.setitem(health.CHECKS, "cache", {"cache": lambda: looks.append(1) or "ok"})

    answers = [client.get(path).json() for path in ("/health", "/health/ready", "/health")]
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    client.get("/health")

    assert answers[0]["checks"] == ALL_WELL
    assert answers == [answers[0]] * 3
    assert len(looks) == 2


@pytest.mark.django_db
def test_without_cache_and_broker_pages_still_work(move_cache, move_broker):
    move_cache(free_port())
    move_broker(free_port())

    found = health.look()

    assert found["status"] == "degraded"
    assert found["checks"] == ALL_WELL | {"cache": "unreachable", "broker": "unreachable"}


@pytest.mark.parametrize("befalls", ["mute", "hung", "stopped"])
@pytest.mark.django_db
def test_a_redis_that_does_not_answer_degrades(move_cache, move_broker, mute, redis_server, befalls):
    port = mute if befalls == "mute" else redis_server.port
    move_cache(port)
    move_broker(port)
    if befalls == "hung":
        os.kill(redis_server.pid, signal.SIGSTOP)
    elif befalls == "stopped":
        redis_server.kill()
        redis_server.wait()

    found = health.look()

    assert found["status"] == "degraded"
    assert found["checks"] == ALL_WELL | {"cache": "unreachable", "broker": "unreachable"}


@pytest.mark.django_db(transaction=True)
def test_a_release_whose_migrations_are_not_applied_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "_is_migrated", False)
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("outbox", "0001_initial")
    try:
        response = client.get("/health/ready")
    finally:
        recorder.record_applied("outbox", "0001_initial")

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "missing"
    probing.forget()
    assert client.get("/health/ready").json()["checks"]["migrations"] == "ok"


@pytest.mark.django_db
def test_a_process_that_has_seen_its_migrations_asks_no_more(client, monkeypatch):
    client.get("/health/ready")
    probing.forget()
    monkeypatch.delattr(health, "MigrationRecorder")

    assert client.get("/health/ready").json()["checks"]["migrations"] == "ok"


@pytest.mark.django_db
def test_the_known_migrations_are_those_that_django_would_apply():
    assert health._known_migrations() == set(MigrationRecorder(connection).applied_migrations())


def test_being_alive_touches_nothing(client, move_cache):
    move_cache(free_port())

    assert client.get("/health/live").json() == {"status": "alive"}


@pytest.mark.django_db(transaction=True)
def test_an_outbox_that_nobody_empties_is_told_and_pages_are_served(client, settings):
    now = timezone.now()
    late = timedelta(seconds=settings.OUTBOX_LATE_SECONDS + 60)
    OutboxEvent.objects.create(task="task", due_at=now - late)
    OutboxEvent.objects.create(task="poison", attempts=OutboxEvent.MOST_ATTEMPTS, parked_at=now)

    response = client.get("/health/ready")

    assert response.status_code == 200
    found = response.json()
    assert (found["status"], found["checks"]["outbox"]) == ("degraded", "late")
    assert (found["outbox"]["waiting"], found["outbox"]["parked"]) == (1, 1)
    assert found["outbox"]["oldest_due_seconds"] >= settings.OUTBOX_LATE_SECONDS + 60


@pytest.mark.django_db(transaction=True)
def test_what_was_handed_out_and_what_was_given_up_leave_the_shop_healthy():
    now = timezone.now()
    OutboxEvent.objects.create(task="task", due_at=now + timedelta(minutes=1), attempts=1)
    OutboxEvent.objects.create(task="poison", due_at=now - timedelta(days=3), parked_at=now)

    found = health.look()

    assert found["status"] == "healthy"
    assert found["outbox"] == {"waiting": 1, "oldest_due_seconds": 0, "parked": 1}
