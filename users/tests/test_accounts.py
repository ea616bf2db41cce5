"""Signing up, logging in and out, and what changes about an account, as people do it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import reverse

from users.models import User
from users.tests.factories import PASSWORD, UserFactory
from users.tests.letters import latest_code, letters

pytestmark = pytest.mark.django_db

NEW = {"first_name": "Ada", "email": "Ada@Example.com", "password1": "Lantern-Harbor-42"}
CODE_PAGE = "/accounts/confirm-email/"


def sign_up(client, **fields):
    return client.post("/accounts/signup/", NEW | fields)


def log_in(client, email, password=PASSWORD, **fields):
    return client.post("/accounts/login/", {"login": email, "password": password} | fields)


def ask_for_address(client, email):
    """Ask for another address; the password is wanted once more, then the request goes on by itself."""
    answer = client.post("/accounts/email/", {"email": email, "action_add": ""})
    return client.post(answer["Location"], {"password": PASSWORD})


def is_logged_in(client):
    return client.get("/account/").status_code == 200


def told(response):
    """Return what a page says, without what differs by chance."""
    return re.sub(r'value="[\w-]{64}"', "", response.content.decode())


@pytest.mark.journey
def test_a_new_customer_signs_up_enters_the_code_and_is_in(client):
    assert sign_up(client)["Location"] == CODE_PAGE
    assert not is_logged_in(client)
    assert letters()[-1].to == ["ada@example.com"]

    answer = client.post(CODE_PAGE, {"code": latest_code()})

    assert answer["Location"] == "/account/"
    html = client.get("/account/").content.decode()
    assert "Hello Ada" in html
    assert "ada@example.com is confirmed" in html
    user = User.objects.get()
    assert (user.email, user.username, user.is_verified) == ("ada@example.com", "ada@example.com", True)


def test_where_no_code_is_awaited_a_new_customer_is_in_at_once(client, settings):
    settings.SIGNUP_WAITS_FOR_CODE = False

    assert sign_up(client)["Location"] == "/account/"

    assert is_logged_in(client)
    assert not User.objects.get().is_verified


def test_a_wrong_code_lets_nobody_in(client):
    sign_up(client)

    answer = client.post(CODE_PAGE, {"code": "AAAA-AAAA"})

    assert "That is not the code in our latest mail." in answer.content.decode()
    assert not is_logged_in(client)
    assert not User.objects.get().is_verified


def test_an_account_that_never_entered_its_code_is_asked_again_at_login(client):
    sign_up(client)
    client.cookies.clear()

    answer = log_in(client, "ada@example.com", NEW["password1"])

    assert answer["Location"] == CODE_PAGE
    assert not is_logged_in(client)
    client.post(CODE_PAGE, {"code": latest_code()})
    assert is_logged_in(client)


def test_signing_up_with_a_known_address_says_the_same_and_changes_nothing(client):
    known = UserFactory(email="ada@example.com")
    before = (known.password, User.objects.count())

    answer = sign_up(client)
    page = told(client.get(CODE_PAGE))
    client.cookies.clear()
    other = sign_up(client, email="new@example.com")

    assert (answer.status_code, answer["Location"]) == (other.status_code, other["Location"])
    assert set(answer.cookies) == set(other.cookies)
    assert page == told(client.get(CODE_PAGE)).replace("new@example.com", "ada@example.com")
    known.refresh_from_db()
    assert (known.password, User.objects.count() - 1) == before
    assert [letter.to for letter in letters()] == [["ada@example.com"], ["new@example.com"]]
    assert "There is one already." in letters()[0].body


def test_who_signs_up_while_somebody_else_takes_the_address_reads_the_same(client, monkeypatch):
    UserFactory(email="ada@example.com")
    monkeypatch.setattr(
        "allauth.account.internal.flows.manage_email.email_already_exists", lambda email: (email, False)
    )

    assert sign_up(client)["Location"] == CODE_PAGE
    assert User.objects.count() == 1
    assert "There is one already." in letters()[-1].body


@pytest.mark.journey
def test_a_customer_made_elsewhere_logs_in_whatever_the_case_of_the_address(client):
    user = UserFactory(email="robin@example.com")

    answer = log_in(client, "Robin@Example.COM")

    assert answer["Location"] == "/account/"
    assert is_logged_in(client)
    user.refresh_from_db()
    assert user.last_login_ip == "127.0.0.1"


def test_every_wrong_pair_reads_the_same(client):
    UserFactory(email="robin@example.com")
    UserFactory(email="gone@example.com", is_active=False)

    pages = [
        told(log_in(client, email, password)).replace(email, "")
        for email, password in [
            ("robin@example.com", "wrong"),
            ("nobody@example.com", PASSWORD),
            ("gone@example.com", PASSWORD),
        ]
    ]

    assert "do not belong together" in pages[0]
    assert pages == [pages[0]] * 3
    assert not is_logged_in(client)


def test_login_leads_on_to_a_page_of_ours_only(client):
    UserFactory(email="robin@example.com")

    assert log_in(client, "robin@example.com", next="/products/?q=mug")["Location"] == "/products/?q=mug"
    client.logout()
    assert log_in(client, "robin@example.com", next="https://evil.example/")["Location"] == "/account/"


def test_the_header_leads_to_login_and_back(client):
    assert (
        'href="/accounts/login/?next=%2Fproducts%2F%3Fq%3Dmug"'
        in client.get("/products/?q=mug").content.decode()
    )

    client.force_login(UserFactory(first_name="Robin"))

    html = client.get("/products/").content.decode()
    assert 'href="/account/"' in html
    assert "Robin</span></a>" in html


def test_logging_out_is_a_post(client):
    client.force_login(UserFactory())

    assert client.get("/accounts/logout/").status_code == 200
    assert is_logged_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert not is_logged_in(client)


@pytest.mark.journey
def test_a_forgotten_password_is_replaced_through_the_mail(client):
    user = UserFactory(email="robin@example.com")

    answer = client.post("/accounts/password/reset/", {"email": "robin@example.com"})
    assert answer["Location"] == reverse("account_reset_password_done")
    link = re.search(r"^(https://testserver)(/\S+)$", letters()[-1].body, re.MULTILINE)
    assert link[1] == settings.SITE_URL
    form = client.get(link[2])["Location"]
    answer = client.post(form, {"password1": "Another-Harbor-43"})

    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    assert client.get(link[2]).status_code == 200
    assert "no longer works" in client.get(link[2]).content.decode()
    log_in(client, "robin@example.com")
    assert not is_logged_in(client)
    log_in(client, "robin@example.com", "Another-Harbor-43")
    assert is_logged_in(client)
    user.refresh_from_db()
    assert "password of your account was changed" in letters()[-1].body


def test_asking_for_a_new_password_reads_the_same_for_an_unknown_address(client):
    UserFactory(email="robin@example.com")

    known = client.post("/accounts/password/reset/", {"email": "robin@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert known["Location"] == unknown["Location"]
    assert told(client.get(known["Location"])) == told(client.get(unknown["Location"]))
    assert "There is none." in letters()[-1].body


def test_a_forged_host_does_not_end_up_in_a_mail(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    UserFactory(email="robin@example.com")

    client.post("/accounts/password/reset/", {"email": "robin@example.com"}, headers={"host": "evil.example"})

    assert "evil" not in letters()[-1].message().as_string()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short-1", "12 characters"),
        ("Password-2026", "Many people have"),
        ("ada@example.com", "like your name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason_and_nothing_typed_is_lost(client, password, why):
    answer = sign_up(client, password1=password)

    html = answer.content.decode()
    assert why in html
    assert 'value="Ada@Example.com"' in html
    assert not User.objects.exists()


def test_what_is_missing_is_asked_for_politely(client):
    german = {"accept-language": "de"}

    html = client.post("/accounts/login/", {"login": "x"}, headers=german).content.decode()

    assert "Bitte geben Sie eine Adresse wie name@example.com an." in html
    assert "Bitte füllen Sie das aus." in html


@pytest.mark.journey
def test_a_customer_changes_the_password(client):
    user = UserFactory(email="robin@example.com")
    log_in(client, "robin@example.com")

    wrong = client.post("/accounts/password/change/", {"oldpassword": "x", "password1": "Another-Harbor-43"})
    assert "That is not your password." in wrong.content.decode()
    right = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "Another-Harbor-43"}
    )

    assert right["Location"] == "/account/"
    user.refresh_from_db()
    assert user.check_password("Another-Harbor-43")
    assert is_logged_in(client)


def test_a_new_address_counts_once_its_code_is_entered(client):
    user = UserFactory(email="robin@example.com")
    log_in(client, "robin@example.com")

    ask_for_address(client, "New@example.com")
    user.refresh_from_db()
    assert user.email == "robin@example.com"
    client.post(CODE_PAGE, {"code": latest_code()})

    user.refresh_from_db()
    assert (user.email, user.is_verified) == ("new@example.com", True)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["new@example.com"]


def test_an_address_of_somebody_else_is_not_taken_over(client):
    UserFactory(email="kim@example.com")
    user = UserFactory(email="robin@example.com")
    log_in(client, "robin@example.com")

    ask_for_address(client, "kim@example.com")
    client.post(CODE_PAGE, {"code": latest_code()})

    user.refresh_from_db()
    assert user.email == "robin@example.com"


def test_changing_the_address_asks_for_the_password(client):
    client.force_login(UserFactory())

    answer = client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert letters() == []


def test_the_account_page_is_for_who_is_logged_in(client):
    assert client.get("/account/")["Location"] == "/accounts/login/?next=/account/"


def test_the_header_costs_a_visitor_without_a_session_nothing(client, django_assert_num_queries):
    client.get("/styleguide/")

    with django_assert_num_queries(0):
        assert "Log in" in client.get("/accounts/login/").content.decode()
