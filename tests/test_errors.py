"""What nobody foresaw has a number, is grouped, bounded, told once, and never makes anything worse."""

import json
from datetime import timedelta

import pytest
from celery.app.task import Context
from celery.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import task_failure
from django.conf import settings as shop
from django.contrib.auth.models import Group, Permission
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from dbProject import personal_data, retention
from dbProject.incidents import recording
from dbProject.incidents.models import SLOTS, ErrorCount, ErrorGroup, ErrorOccurrence
from tests.failing import fail
from users.tests.factories import UserFactory

ROUTES = "tests.breaking"
pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    with override_settings(ROOT_URLCONF=ROUTES):
        yield Client(raise_request_exception=False)


# What a customer is told, staff find


def test_the_page_tells_the_number_by_which_staff_find_route_request_account_and_traceback(visitor):
    person = UserFactory()
    visitor.force_login(person)

    response = visitor.post("/broken/", {"name": "Theodora"})

    found = ErrorOccurrence.objects.get()
    assert response.status_code == 500
    assert found.error_id in response.content.decode()
    assert (found.route, found.method, found.release) == ("broken", "POST", shop.RELEASE)
    assert found.request_id == response["X-Request-ID"]
    assert "in broken" in found.traceback
    assert "RuntimeError: nobody foresaw" in found.traceback


def test_whose_account_it_was_is_known_where_the_page_asked_for_it(visitor, monkeypatch):
    person = UserFactory()
    visitor.force_login(person)
    monkeypatch.setattr("dbProject.views.orders.newest_of", lambda _user: 1 / 0)

    visitor.get("/account/")

    assert ErrorOccurrence.objects.get().user_pk == person.pk


def test_nothing_that_was_typed_and_no_address_is_kept(visitor):
    visitor.post("/broken/", {"name": "Theodora"})

    kept = str(ErrorOccurrence.objects.values().get()) + str(ErrorGroup.objects.values().get())
    assert "Theodora" not in kept
    assert "ada@example.com" not in kept


def test_the_api_tells_the_same_number_that_staff_and_the_log_know(visitor, log_lines):
    body = visitor.get("/api/broken/").json()

    assert ErrorOccurrence.objects.get().error_id == body["error_id"]
    events = {line["event"] for line in log_lines() if line.get("error_id") == body["error_id"]}
    assert events == {"unhandled_exception", "request"}


def test_what_the_shop_foresees_and_a_database_that_is_away_are_no_errors(visitor, monkeypatch):
    away = OperationalError("server closed the connection")
    away.__cause__ = Exception()
    away.__cause__.pgcode = "57P01"

    def hear(_user):
        raise away

    monkeypatch.setattr("dbProject.views.orders.newest_of", hear)
    visitor.force_login(UserFactory())

    assert visitor.get("/refused/").status_code == 409
    assert visitor.get("/account/").status_code == 503
    assert not ErrorGroup.objects.exists()


def test_a_task_that_fails_is_noted_by_its_name_but_none_that_tells_of_errors(connection_stays):
    for name in ("orders.tasks.sleepless", "dbProject.incidents.tasks.post_notice"):
        try:
            raise ConnectionError("the mail server is away")
        except ConnectionError as error:
            task_failure.send(sender=type("Task", (), {"name": name}), exception=error)

    assert ErrorOccurrence.objects.get().route == "orders.tasks.sleepless"
    assert (ErrorGroup.objects.get().category, ErrorGroup.objects.get().severity) == ("network", "medium")


@pytest.mark.parametrize(
    ("error", "is_known"),
    [(TimeLimitExceeded(100), (True, False)), (WorkerLostError("signal 9 (SIGKILL)"), (True,))],
)
def test_a_task_that_ended_hard_is_noted_once_and_with_its_request(error, is_known, connection_stays):
    for number in range(1, 3):
        for has_message in is_known:  # Celery tells of one out of time twice
            request = Context({"id": "one", "request_id": "of-ada"}) if has_message else Context()
            sender = type("Task", (), {"name": "orders.tasks.sleepless", "request": request})
            task_failure.send(sender=sender, task_id="one", exception=error)

        noted = ErrorOccurrence.objects.first()
        assert (noted.request_id, noted.route) == ("of-ada", "orders.tasks.sleepless")
        assert noted.group.count == ErrorOccurrence.objects.count() == number


# Groups


def test_the_same_error_of_the_same_function_is_one_group_and_others_are_others(visitor):
    visitor.get("/broken/")
    visitor.get("/broken/")
    visitor.get("/elsewhere/")

    assert sorted(ErrorGroup.objects.values_list("exception", "place", "count")) == [
        ("KeyError", "tests/breaking.py:elsewhere", 1),
        ("RuntimeError", "tests/breaking.py:broken", 2),
    ]


def test_an_error_that_comes_from_a_library_belongs_to_the_function_of_ours_that_called_it():
    try:
        json.loads("{")
    except ValueError as error:
        kind = recording.kind_of(error, is_task=False)

    assert kind.exception == "json.decoder.JSONDecodeError"
    assert kind.place.startswith("tests/test_errors.py:test_an_error_that_comes")


def test_a_group_keeps_its_newest_occurrences_and_no_more(settings):
    settings.ERRORS_WRITTEN_PER_MINUTE = 1000
    numbers = [fail() for _ in range(SLOTS + 3)]

    assert ErrorGroup.objects.get().count == SLOTS + 3
    assert set(ErrorOccurrence.objects.values_list("error_id", flat=True)) == set(numbers[3:])


def test_a_flood_is_counted_in_full_and_written_in_bounds(settings, django_assert_num_queries):
    settings.ERRORS_WRITTEN_PER_MINUTE = 3
    for _ in range(3):
        fail()
    with django_assert_num_queries(0):
        for _ in range(40):
            fail()
    recording.write_pending()
    recording.write_pending()

    assert ErrorGroup.objects.get().count == 43
    assert sum(ErrorCount.objects.values_list("count", flat=True)) == 43
    assert ErrorOccurrence.objects.count() == 3


def test_what_was_counted_and_could_not_be_written_is_written_the_next_time(settings, monkeypatch):
    settings.ERRORS_WRITTEN_PER_MINUTE = 0
    for error in (RuntimeError, ValueError, KeyError):
        fail(error())
    write = recording._write

    def away(kind, *rest):
        if kind.exception == "ValueError":
            raise OperationalError("no")
        write(kind, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(recording, "_write", away)
        with pytest.raises(OperationalError):
            recording.write_pending()
    fail(ValueError())
    recording.write_pending()

    assert dict(ErrorGroup.objects.values_list("exception", "count")) == {
        "RuntimeError": 1,
        "ValueError": 2,
        "KeyError": 1,
    }


def test_an_error_costs_one_short_transaction(django_assert_num_queries):
    fail()
    with django_assert_num_queries(5):  # savepoint, group, count, occurrence, savepoint
        fail()


def test_a_long_message_and_a_deep_stack_are_bounded_and_anything_can_be_stored():
    def deep(levels):
        return deep(levels - 1) if levels else "x" * 1_000_000 + "\0\ud800"

    def fall():
        raise RuntimeError(deep(200)) from ValueError(deep(2))

    try:
        fall()
    except RuntimeError as error:
        fail(error)

    kept = ErrorOccurrence.objects.get().traceback
    assert "ValueError" in kept
    assert len(kept) < recording.LINKED * (2 * recording.MOST_CHARACTERS)


# Nothing gets worse


def test_while_the_database_fails_the_page_and_the_log_still_tell_and_nobody_asks_it_again(
    visitor, monkeypatch, log_lines
):
    asked = []

    def refuse(*_):
        asked.append(1)
        raise OperationalError("no")

    monkeypatch.setattr(recording, "_write", refuse)
    pages = [visitor.get("/broken/").content.decode() for _ in range(3)]

    numbers = {line["error_id"] for line in log_lines() if line["event"] == "unhandled_exception"}
    assert len(numbers) == 3
    assert all(any(number in page for number in numbers) for page in pages)
    assert len(asked) == 1


# Staff


def test_staff_find_an_error_by_its_number_and_read_its_traceback(staff_client):
    error_id = fail()
    found = ErrorOccurrence.objects.get()

    listed = staff_client.get(reverse("admin:incidents_erroroccurrence_changelist"), {"q": error_id})
    page = staff_client.get(reverse("admin:incidents_erroroccurrence_change", args=[found.pk]))
    group = staff_client.get(reverse("admin:incidents_errorgroup_change", args=[found.group_id]))

    assert error_id in listed.content.decode()
    assert "RuntimeError: nobody foresaw it" in page.content.decode()
    assert error_id in group.content.decode()


def test_who_may_only_look_decides_nothing(client):
    fail()
    group = ErrorGroup.objects.get()
    person = UserFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_errorgroup"))
    client.force_login(person)
    asked = {"action": "resolve", "_selected_action": [group.pk]}

    client.post(reverse("admin:incidents_errorgroup_changelist"), asked)
    assert ErrorGroup.objects.get().state == "open"

    person.groups.add(Group.objects.get(name="operations"))
    client.post(reverse("admin:incidents_errorgroup_changelist"), asked)
    assert ErrorGroup.objects.get().state == "resolved"


# Privacy


def test_an_erased_account_has_met_no_errors():
    person = UserFactory()
    fail()
    ErrorOccurrence.objects.update(user_pk=person.pk)
    (told,) = [part for part in personal_data.export_of(person) if part.name == "errors"]
    assert len(told.rows) == 1

    personal_data.erase(person)
    assert ErrorOccurrence.objects.get().user_pk is None


def test_what_is_old_is_let_go_of(settings):
    fail()
    fail(ValueError("another"))
    old = timezone.now() - settings.ERROR_AGE - timedelta(days=1)
    ErrorOccurrence.objects.update(happened_at=old)
    ErrorCount.objects.update(began_at=old)
    ErrorGroup.objects.filter(exception="ValueError").update(last_seen_at=old - settings.ERROR_GROUP_AGE)

    assert retention.apply()["errors"] == 5
    assert ErrorGroup.objects.get().exception == "RuntimeError"
    assert not ErrorOccurrence.objects.exists()
    assert not ErrorCount.objects.exists()
