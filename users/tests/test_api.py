"""Accounts as programs use them."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from dbProject.access.models import LoginToken
from dbProject.outbox.models import OutboxEvent
from users.models import User
from users.tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
NEW = {"email": "new@example.com", "password": "Harbor-Lantern-42"}


def log_in(client, user, **more):
    return client.post(reverse("login"), {"email": user.email, "password": PASSWORD, **more}, format="json")


def bearer(token, scheme="Bearer"):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}")
    return client


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_whoever_has_an_account_logs_in_with_json_or_a_form(api_client, form):
    user = UserFactory()

    answer = api_client.post(
        reverse("login"), {"email": user.email.upper(), "password": PASSWORD}, format=form
    )

    assert answer.status_code == 200
    body = answer.json()
    assert body["user"]["email"] == user.email
    assert api_client.get("/account/").status_code == 200  # the session of the pages
    for scheme in ("Bearer", "Token"):
        assert bearer(body["token"], scheme).get(reverse("user-me")).json() == body["user"]


def test_a_token_is_kept_as_a_hash_and_ends_with_the_time_of_a_session(api_client):
    token = log_in(api_client, UserFactory()).json()["token"]

    kept = LoginToken.objects.get()
    assert token.startswith("shop_token_")
    assert token not in str(vars(kept))
    assert token.startswith(kept.prefix)
    assert timedelta(days=13) < kept.expires_at - timezone.now() <= timedelta(days=14)
    LoginToken.objects.update(expires_at=timezone.now())
    answer = bearer(token).get(reverse("user-me"))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"email": "nobody"}]
)
def test_every_wrong_pair_is_answered_alike(api_client, wrong):
    pair = {"email": UserFactory().email, "password": PASSWORD, **wrong}

    answer = api_client.post(reverse("login"), pair)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (401, "wrong_credentials")
    assert body["detail"] == "This address and this password do not belong together."
    assert not LoginToken.objects.exists()


def test_logging_out_takes_back_the_token_and_ends_the_session(api_client):
    token = log_in(api_client, UserFactory()).json()["token"]
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    assert api_client.post(reverse("logout")).status_code == 204

    assert api_client.get(reverse("user-me")).status_code == 401
    api_client.credentials()
    assert api_client.get(reverse("user-me")).json()["code"] == "not_authenticated"


def test_a_new_password_puts_every_program_out(api_client, client):
    user = UserFactory()
    token = log_in(api_client, user).json()["token"]
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "Harbor-Lantern-42"})

    assert User.objects.get(pk=user.pk).check_password("Harbor-Lantern-42")
    assert bearer(token).get(reverse("user-me")).status_code == 401


def test_an_account_that_is_closed_opens_nothing_any_more(api_client):
    user = UserFactory()
    token = log_in(api_client, user).json()["token"]
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert bearer(token).get(reverse("user-me")).status_code == 401
    assert log_in(APIClient(), user).json()["code"] == "wrong_credentials"


def test_who_has_a_second_factor_needs_its_code_too(api_client):
    user = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    without, wrong = log_in(api_client, user), log_in(api_client, user, code="000000")
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    right = log_in(api_client, user, code=code)

    assert [(a.status_code, a.json()["code"]) for a in (without, wrong)] == [
        (401, "second_factor_required")
    ] * 2
    assert without.json()["errors"][0]["pointer"] == "/code"
    assert right.status_code == 200


def test_five_wrong_passwords_close_the_account_for_that_address(api_client, settings):
    user = UserFactory()
    for _ in range(5):
        api_client.post(reverse("login"), {"email": user.email, "password": "wrong"}, format="json")

    answer = log_in(api_client, user)

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.json()["retry_after"] == int(answer["Retry-After"])


def test_signing_up_says_the_same_for_a_known_address(api_client, worker_mails):
    first = api_client.post(reverse("register"), NEW, format="json")
    again = APIClient().post(reverse("register"), NEW, format="json")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json() == {"user": {"email": NEW["email"]}, "verification": "sent"}
    assert User.objects.filter(email=NEW["email"]).count() == 1
    assert worker_mails() == ["email_confirmation", "account_already_exists"]


@pytest.fixture
def worker_mails():
    return lambda: [
        event.payload["kind"].replace("_signup", "") for event in OutboxEvent.objects.order_by("created_at")
    ]


def test_whoever_signed_up_confirms_the_address_before_logging_in(api_client):
    api_client.post(reverse("register"), NEW, format="json")

    answer = APIClient().post(reverse("login"), NEW, format="json")

    body = answer.json()
    assert (answer.status_code, body["code"]) == (401, "verification_required")
    assert body["verification_url"] == "https://testserver/accounts/login/"
    assert not LoginToken.objects.exists()


def test_a_password_that_is_too_weak_is_refused_at_its_place(api_client):
    answer = api_client.post(reverse("register"), {**NEW, "password": "password"}, format="json")

    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/password"}
    assert not User.objects.exists()


def test_a_link_for_a_new_password_is_mailed_and_nobody_learns_who_has_an_account(api_client, worker_mails):
    known = api_client.post(reverse("password_reset"), {"email": UserFactory().email})
    unknown = api_client.post(reverse("password_reset"), {"email": "nobody@example.com"})

    assert (
        (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (200, {"mail": "sent"})
    )
    assert worker_mails()[0] == "password_reset_key"


def test_people_change_how_they_are_called_and_nothing_else(api_client):
    user = UserFactory()
    client = bearer(log_in(api_client, user).json()["token"])

    answer = client.patch(
        reverse("user-me"), {"first_name": "Ada", "is_staff": True, "email": "x@example.com"}, format="json"
    )

    assert (answer.json()["first_name"], answer.json()["is_staff"], answer.json()["email"]) == (
        "Ada",
        False,
        user.email,
    )
    assert answer.json()["last_name"] == user.last_name


def test_who_has_looked_before_another_change_overwrites_nothing(api_client):
    client = bearer(log_in(api_client, UserFactory()).json()["token"])
    seen = client.get(reverse("user-me"))["ETag"]
    unchanged = client.get(reverse("user-me"), headers={"If-None-Match": seen})
    first = client.patch(reverse("user-me"), {"first_name": "Ada"}, headers={"If-Match": seen})
    second = client.patch(reverse("user-me"), {"first_name": "Eva"}, headers={"If-Match": seen})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "precondition_failed")
    assert client.get(reverse("user-me")).json()["first_name"] == "Ada"


def test_a_session_needs_its_csrf_token_and_a_token_does_not(api_client):
    strict = APIClient(enforce_csrf_checks=True)
    body = log_in(strict, UserFactory()).json()
    change = {"first_name": "Ada"}

    refused = strict.patch(reverse("user-me"), change, format="json")
    with_csrf = strict.patch(
        reverse("user-me"), change, format="json", headers={"X-CSRFToken": body["csrf_token"]}
    )
    with_token = strict.patch(
        reverse("user-me"), change, format="json", headers={"Authorization": f"Bearer {body['token']}"}
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert (with_csrf.status_code, with_token.status_code) == (200, 200)


def test_another_site_logs_nobody_in(api_client):
    user = UserFactory()
    answer = api_client.post(
        reverse("login"),
        {"email": user.email, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "other_site")


def test_staff_s_tokens_end_as_soon_as_their_sessions(api_client):
    log_in(api_client, StaffFactory())

    assert LoginToken.objects.get().expires_at - timezone.now() <= timedelta(hours=1)
