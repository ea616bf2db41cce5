"""The errors of a day: on a page, as a command, and once by mail."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from dbProject.incidents import announcing, selectors, services
from dbProject.incidents.models import ErrorCount, ErrorGroup, ErrorReport
from dbProject.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def errors():
    """Groups of this hour, of hours ago and of yesterday, and one that is ignored."""
    now = timezone.now()
    for number, (name, severity, state, counts) in enumerate(
        [
            ("KeyError", "high", "open", {0: 4, 5: 3}),
            ("OperationalError", "critical", "resolved", {5: 20}),
            ("BrokenPipeError", "medium", "ignored", {0: 100}),
            ("OldError", "medium", "open", {30: 100}),
        ]
    ):
        group = ErrorGroup.objects.create(
            fingerprint=number,
            exception=name,
            place="orders/views.py:checkout",
            severity=severity,
            category="database" if severity == "critical" else "system",
            state=state,
            count=sum(counts.values()),
            first_seen_at=now,
            last_seen_at=now,
        )
        for hours, count in counts.items():
            ErrorCount.objects.create(group=group, began_at=now - timedelta(hours=hours), count=count)


@pytest.fixture
def staff(settings):
    settings.STAFF_EMAIL = ["staff@example.com"]
    settings.ALERT_WEBHOOK_URL = "https://hooks.example.com/"


def test_a_day_is_counted_by_severity_category_hour_and_group(errors, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = selectors.statistics()

    assert (found.day, found.hour) == (27, 4)
    assert [count for _said, count in found.by_severity] == [20, 7, 0, 0]
    assert [count for _said, count in found.by_category] == [20, 7]
    assert [(one.exception, one.day, one.hour) for one in found.commonest] == [
        ("OperationalError", 20, 0),
        ("KeyError", 7, 4),
    ]


def test_the_command_prints_it(errors):
    out = StringIO()
    call_command("error_report", stdout=out)

    assert out.getvalue().splitlines()[0] == "Errors in 24 hours: 27, in the last hour: 4"
    assert "20 x OperationalError · orders/views.py:checkout" in out.getvalue()


def test_the_page_shows_it(errors, staff_client):
    page = staff_client.get(reverse("admin:incidents_errorgroup_report")).content.decode()

    assert "OperationalError" in page
    assert "BrokenPipeError" not in page


def test_the_page_of_a_good_day_says_so(staff_client):
    page = staff_client.get(reverse("admin:incidents_errorgroup_report")).content.decode()

    assert "Nothing went wrong that nobody foresaw." in page


def test_a_day_is_mailed_once(staff, errors):
    assert [services.report(), services.report()] == [True, False]

    (event,) = OutboxEvent.objects.all()
    assert event.task == announcing.MAIL
    assert event.payload["lines"][0].startswith("Errors in 24 hours: 27")
    assert ErrorReport.objects.get().errors == 27


def test_killed_before_it_is_recorded_the_day_is_mailed_at_the_next_try(staff, errors, monkeypatch):
    def die(*_, **__):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(announcing.outbox, "record", die)
        with pytest.raises(DatabaseError):
            services.report()

    assert services.report()
    assert OutboxEvent.objects.count() == 1


def test_of_a_good_day_nobody_is_mailed(staff):
    assert not services.report()
    assert not ErrorReport.objects.exists()
