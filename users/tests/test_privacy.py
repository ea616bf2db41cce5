"""What customers can have done with what the shop knows of them."""

import json
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.utils import timezone

from dbProject import personal_data, retention
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from dbProject.outbox.models import OutboxEvent
from users.models import MailConsent, User
from users.selectors.consents import recipients, wanted_by
from users.services import consents, mails, personal_exports
from users.tests.factories import PASSWORD, StaffFactory, UserFactory


@pytest.fixture
def customer(db, client):
    user = UserFactory(first_name="Ada", is_verified=True)
    client.force_login(user)
    return user


def made(user):
    job = personal_exports.start(user, language="en")
    jobs.run_slice(job.pk)
    job.refresh_from_db()
    return job


def test_an_export_is_asked_for_once_however_often_it_is_clicked(customer, client):
    for _click in range(2):
        assert client.post("/account/privacy/export/").status_code == 303
    assert Job.objects.of(customer).count() == 1


def test_an_export_is_made_and_mailed_once(customer, mailoutbox):
    made(customer)
    (event,) = OutboxEvent.objects.filter(task="users.tasks.send_account_mail")
    for _time in range(2):
        mails.send(**event.payload, event_id=str(event.pk))
    (mail,) = mailoutbox
    assert mail.to == [customer.email]
    assert "/account/privacy/export/" in mail.body


def test_an_export_that_was_killed_after_its_mail_sends_no_second(customer):
    job = made(customer)
    Job.objects.filter(pk=job.pk).update(status="queued", finished_at=None)
    jobs.run_slice(job.pk)
    assert OutboxEvent.objects.filter(task="users.tasks.send_account_mail").count() == 1
    assert personal_exports.ready(customer, job.pk) is not None


def test_an_export_is_for_programs_and_for_people(customer, client):
    answer = client.get(f"/account/privacy/export/{made(customer).pk}/")
    packed = ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert answer["Cache-Control"].startswith("max-age=0")
    assert json.loads(packed.read("data.json"))["profile"][0]["email"] == customer.email
    assert "<td>Ada</td>" in packed.read("data.html").decode()


def test_an_export_is_only_for_its_owner(customer, client):
    job = made(customer)
    for stranger in (UserFactory(), StaffFactory()):
        client.force_login(stranger)
        assert client.get(f"/account/privacy/export/{job.pk}/").status_code == 404
    assert client.get(f"/admin/jobs/job/{job.pk}/download/result/").status_code == 404


def test_an_export_expires_with_its_file(customer, client):
    job = made(customer)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=7, minutes=1))
    assert client.get(f"/account/privacy/export/{job.pk}/").status_code == 404
    jobs.tidy()
    assert not job_files().exists(job.result_file.name)


def test_who_deletes_the_account_shows_first_who_they_are(customer, client):
    answer = client.post("/account/privacy/delete/", {"is_meant": "on"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=customer.pk).exists()


def test_an_account_is_deleted_by_who_means_it(customer, client):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert b"Please tick the box" in client.post("/account/privacy/delete/").content
    answer = client.post("/account/privacy/delete/", {"is_meant": "on"}, follow=True)
    assert b"Your account is deleted" in answer.content
    assert not User.objects.filter(pk=customer.pk).exists()
    assert client.get("/account/").status_code == 302


def test_files_of_the_account_go_with_it(customer, django_capture_on_commit_callbacks):
    job = made(customer)
    with django_capture_on_commit_callbacks(execute=True):
        personal_data.erase(customer)
    assert not job_files().exists(job.result_file.name)


def test_every_change_of_mind_about_mails_is_noted_with_when_where_and_which_words(customer, client):
    assert b"checked" in client.get("/account/privacy/").content
    for posted in ({}, {"reviews": "on", "price_drop": "on"}, {"reviews": "on"}):
        for _time in range(2):
            assert client.post("/account/privacy/mails/", posted).status_code == 303
    said = customer.mail_consents.order_by("pk").values_list("kind", "is_given", "source", "text_version")
    assert list(said) == [
        ("reviews", False, "account_mails", 2),
        ("reviews", True, "account_mails", 2),
        ("price_drop", True, "account_mails", 1),
        ("price_drop", False, "account_mails", 1),
    ]


def test_what_was_said_last_decides_and_silence_only_allows_what_belongs_to_a_purchase(customer):
    silent = UserFactory()
    for kind, is_given in (("price_drop", False), ("price_drop", True), ("reviews", False)):
        consents.decide(customer.pk, kind=kind, is_given=is_given, source="test")
    wanted = {kind: set(recipients(kind)) for kind in MailConsent.Kind.values}
    assert wanted == {
        "reviews": {silent},
        "price_drop": {customer},
        "back_in_stock": set(),
        "abandoned_cart": set(),
    }
    for user in (customer, silent):
        assert wanted_by(user) == {kind: user in people for kind, people in wanted.items()}


def test_the_link_of_a_mail_ends_its_kind_alone_and_says_which(customer, client):
    for kind in ("price_drop", "back_in_stock"):
        consents.decide(customer.pk, kind=kind, is_given=True, source="test")
    client.logout()
    path = urlsplit(consents.unsubscribe_url(customer.pk, kind="price_drop")).path
    assert b"When something on your wishlists costs less" in client.get(path).content
    assert b"You get no more mails like this." in client.post(path).content
    assert customer.mail_consents.get(is_given=False).source == "mail_unsubscribe"
    assert set(recipients("back_in_stock")) == {customer}


def test_whose_account_is_erased_is_asked_nothing_any_more(customer):
    pk = customer.pk
    personal_data.erase(customer)
    consents.decide(pk, kind="price_drop", is_given=True, source="test")
    assert not MailConsent.objects.exists()


def test_retention_lets_go_of_what_is_old_and_of_nothing_else(db):
    long_ago = timezone.now() - timedelta(days=31)
    old, new, of_staff = (UserFactory(), UserFactory(), UserFactory())
    User.objects.filter(pk__in=[old.pk, of_staff.pk]).update(date_joined=long_ago)
    for user in (old, new):
        EmailAddress.objects.create(user=user, email=user.email, verified=False)
    absent = UserFactory(last_login=long_ago, last_login_ip="198.51.100.77")
    Session.objects.create(session_key="ended", session_data="", expire_date=long_ago)
    first, second = retention.apply(), retention.apply()
    assert (first["unconfirmed_accounts"], first["login_addresses"], first["sessions"]) == (1, 1, 1)
    assert not any(second.values())
    assert set(User.objects.values_list("pk", flat=True)) == {new.pk, of_staff.pk, absent.pk}
