"""Views of reports that staff keep: each its owner's, and by mail once a week, whatever happens twice."""

import re
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.errors import ViewRefused
from orders.models import SavedView
from orders.services import privacy
from orders.services.analytics import saved_views
from orders.tests import rollups as made
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def staff(db):
    return StaffFactory(email="robin@example.com")


@pytest.fixture
def today(monkeypatch):
    """Set the day that it is."""

    def set_day(day):
        monkeypatch.setattr(timezone, "localdate", lambda *_: day)

    set_day(MONDAY)
    return set_day


def keep(staff, name="Week", **more):
    values = {"report": "revenue", "query": "preset=last_7&compare=before&currency=EUR", "by_mail": True}
    return saved_views.save(staff, name=name, **(values | more))


def send_all():
    """Do what the outbox was told to have done."""
    events = list(OutboxEvent.objects.filter(task="orders.tasks.send_saved_view_email"))
    for event in events:
        saved_views.send(**event.payload, event_id=str(event.pk))
    return len(events)


def test_a_name_is_taken_once_by_each_person(staff):
    keep(staff, "  My   week ")

    with pytest.raises(ViewRefused):
        keep(staff, "My week")
    with pytest.raises(ViewRefused):
        keep(staff, " ")
    keep(StaffFactory(), "My week")

    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["My week", "My week"]


def test_nobody_keeps_more_views_than_can_be_looked_at(staff, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    keep(staff)

    with pytest.raises(ViewRefused):
        keep(staff, "Another")


def test_a_view_is_mailed_from_the_next_monday_on_and_once_a_week_however_often_it_is_asked(staff, today):
    keep(staff)
    keep(staff, "Not by mail", by_mail=False)
    mailed = []
    for days in range(15):
        today(MONDAY + timedelta(days=days))
        mailed += [days] * saved_views.mail_due() + [days] * saved_views.mail_due()

    assert mailed == [7, 14]


def test_a_monday_that_was_missed_is_made_up_for(staff, today):
    keep(staff)

    today(MONDAY + timedelta(days=9))

    assert (saved_views.mail_due(), saved_views.mail_due()) == (1, 0)
    today(MONDAY + timedelta(days=14))
    assert saved_views.mail_due() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_mail_a_view_once(staff, today):
    if connection.vendor != "postgresql":
        pytest.skip("locks are a claim about Postgres")
    keep(staff)
    today(MONDAY + timedelta(days=7))
    start, done = Barrier(2), []

    def run():
        start.wait()
        done.append(saved_views.mail_due())
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [0, 1]
    assert OutboxEvent.objects.filter(task="orders.tasks.send_saved_view_email").count() == 1


def test_the_mail_holds_the_table_as_html_and_text_and_a_link_that_ends_it(staff, today, client):
    made.add(("2026-03-08", {"goods": "1234.50", "orders": 3, "units": 4}))
    keep(staff)
    today(MONDAY + timedelta(days=7))
    saved_views.mail_due()

    assert send_all() == send_all() == 1  # the outbox may hand it out twice

    (letter,) = mail.outbox
    html = letter.alternatives[0][0]
    assert letter.to == ["robin@example.com"]
    assert letter.subject == "Week: March 3, 2026 to March 9, 2026"
    assert "1,234.50" in html
    assert "<table" in html
    assert "1,234.50" in letter.body
    assert "/admin/analytics/revenue/?preset=last_7" in letter.body
    link = re.search(r"http\S+(/reports/stop/\S+)", letter.body)[1]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.get(link).status_code == 200
    assert SavedView.objects.get().by_mail
    assert client.post(link).status_code == 200
    assert not SavedView.objects.get().by_mail
    assert client.post("/reports/stop/made-up/").status_code == 404


@pytest.mark.parametrize("reason", ["no right", "no staff", "stopped", "removed", "no such report"])
def test_who_may_not_see_it_or_does_not_want_it_gets_no_mail(staff, today, reason):
    view = keep(staff)
    today(MONDAY + timedelta(days=7))
    saved_views.mail_due()

    if reason == "no right":
        SavedView.objects.update(user=UserFactory(is_staff=True))
    elif reason == "no staff":
        type(staff).objects.filter(pk=staff.pk).update(is_staff=False)
    elif reason == "stopped":
        saved_views.set_by_mail(staff, view.pk, by_mail=False)
    elif reason == "removed":
        saved_views.remove(staff, view.pk)
    else:
        SavedView.objects.update(report="gone")
    send_all()

    assert mail.outbox == []
    assert not OutboxEvent.objects.filter(finished_at=None).exists()


def test_nobody_touches_the_view_of_another(staff):
    view, stranger = keep(staff), StaffFactory()

    assert not saved_views.remove(stranger, view.pk)
    assert not saved_views.set_by_mail(stranger, view.pk, by_mail=False)
    assert SavedView.objects.get().by_mail


def test_views_are_told_to_whom_they_belong_and_go_with_them(staff):
    keep(staff)

    (told,) = [one for one in privacy.export_of(staff) if one.name == "saved_views"]
    assert [row["name"] for row in told.rows] == ["Week"]
    privacy.erase(staff)
    assert not SavedView.objects.exists()
