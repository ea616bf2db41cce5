"""Second factors, sessions, and what staff need."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from users.adapter import SecondFactorAdapter
from users.tests.factories import PASSWORD, StaffFactory, UserFactory
from users.tests.letters import letters

pytestmark = pytest.mark.django_db
LOGIN, AUTHENTICATE = "/accounts/login/", "/accounts/2fa/authenticate/"


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def secret(customer):
    """What the app of the customer knows; they have recovery codes too."""
    secret = generate_totp_secret()
    TOTP.activate(customer, secret)
    RecoveryCodes.activate(customer)
    return secret


@pytest.fixture
def customer():
    return UserFactory(email="robin@example.com", is_verified=True)


def log_in(client, email="robin@example.com", password=PASSWORD, **fields):
    return client.post(LOGIN, {"login": email, "password": password} | fields)


def is_logged_in(client):
    return client.get("/account/").status_code == 200


def proven(client, address):
    """Return the answer of a page that asks for the password first."""
    answer = client.get(address)
    if answer.status_code == 302:
        client.post(answer["Location"], {"password": PASSWORD})
        answer = client.get(address)
    return answer


def test_an_app_is_set_up_and_the_recovery_codes_are_shown(
    client, customer, django_capture_on_commit_callbacks
):
    log_in(client)
    page = proven(client, "/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml;base64," in page.content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            "/accounts/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])}
        )

    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get(answer["Location"]).content.decode().count("<li><code>") == 10
    assert "10 codes are left" in client.get("/account/security/").content.decode()
    assert "A second factor was set up" in [letter.subject for letter in letters()]


def test_the_secret_of_an_app_is_no_use_to_who_has_the_database(customer, secret, settings):
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [settings.SECRET_KEY]
    assert SecondFactorAdapter().decrypt(stored) == secret


def test_a_password_alone_no_longer_opens_the_account(client, secret):
    answer = log_in(client, next="/products/")
    assert answer["Location"].startswith(AUTHENTICATE)
    assert not is_logged_in(client)

    wrong = client.post(AUTHENTICATE, {"code": "000000"})
    assert "That is not the code." in wrong.content.decode()
    assert not is_logged_in(client)

    assert client.post(AUTHENTICATE, {"code": code_of(secret)})["Location"] == "/products/"
    assert is_logged_in(client)


def test_a_recovery_code_opens_it_once(customer, secret):
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    first, second = Client(), Client()
    for browser in (first, second):
        log_in(browser)
        browser.post(AUTHENTICATE, {"code": code})

    assert is_logged_in(first)
    assert not is_logged_in(second)


def test_codes_are_guessed_twenty_times_an_hour_at_most_from_wherever(secret):
    statuses = []
    for number in range(5):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        log_in(browser)
        statuses += [browser.post(AUTHENTICATE, {"code": "000000"}).status_code for _ in range(5)]

    assert statuses == [200] * 20 + [429] * 5


def test_turning_the_second_factor_off_asks_for_the_password(client, customer, secret):
    client.force_login(customer)
    assert client.post("/accounts/2fa/totp/deactivate/")["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(type="totp").exists()

    proven(client, "/accounts/2fa/totp/deactivate/")
    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("name", ["add", ""])
def test_the_pages_of_passkeys_open(client, customer, name):
    log_in(client)

    page = proven(client, f"/accounts/2fa/webauthn/{name}{'/' if name else ''}")

    assert page.status_code == 200
    assert "asskey" in page.content.decode()


def test_the_login_page_gives_a_challenge_for_a_passkey(client):
    answer = client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})

    assert answer.json()["request_options"]["publicKey"]["challenge"]


@pytest.mark.parametrize(
    "address",
    [
        "/account/security/",
        "/account/profile/",
        "/account/orders/",
        "/accounts/sessions/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/download/",
        "/accounts/2fa/reauthenticate/",
    ],
)
def test_every_page_of_an_account_opens_in_both_languages(client, customer, secret, address):
    client.force_login(customer)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    for language in ("en", "de"):
        assert client.get(address, headers={"accept-language": language}).status_code == 200


def test_a_customer_changes_name_and_phone_and_nothing_else(client, customer):
    client.force_login(customer)
    fields = {"first_name": "Ada", "last_name": "Buyer", "phone": "030 1", "email": "x@y.z", "is_staff": "1"}

    client.post("/account/profile/", fields)

    customer.refresh_from_db()
    assert (customer.first_name, customer.last_name, customer.phone) == ("Ada", "Buyer", "030 1")
    assert (customer.email, customer.is_staff) == ("robin@example.com", False)


# Sessions


def test_a_login_gives_a_session_a_new_name(client, customer):
    client.get("/cart/")
    session = client.session
    session["something"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    log_in(client)

    assert client.session.session_key != before
    assert not client.session.__class__().exists(before)


@pytest.mark.parametrize(("factory", "seconds"), [(UserFactory, 1_209_600), (StaffFactory, 3_600)])
def test_a_session_ends_so_long_after_the_login_however_often_somebody_comes(client, factory, seconds):
    user = factory()
    log_in(client, user.email)
    end = client.session.get_expiry_date()
    assert abs((end - timezone.now()).total_seconds() - seconds) < 60
    assert abs(int(client.cookies["sessionid"]["max-age"]) - seconds) < 60

    session = client.session
    session["something"] = 1
    session.save()

    assert client.session.get_expiry_date() == end


def test_a_session_that_is_over_opens_nothing(client, customer):
    log_in(client)
    session = client.session
    session.set_expiry(timezone.now() - timedelta(seconds=1))
    session.save()

    assert not is_logged_in(client)


def test_a_session_that_goes_on_from_elsewhere_is_noted(client, customer, log_lines):
    log_in(client)
    client.get("/account/")
    assert "session_moved" not in [line["event"] for line in log_lines()]

    for _ in range(2):
        client.get("/account/", REMOTE_ADDR="203.0.113.5")

    (line,) = [line for line in log_lines() if line["event"] == "session_moved"]
    assert line["user_id"] == customer.pk
    assert line["network"] != line["network_before"]


def test_a_new_password_ends_every_other_session(client, customer):
    elsewhere = Client()
    for browser in (client, elsewhere):
        log_in(browser)

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "Another-Harbor-43"})

    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)


def test_a_customer_sees_where_they_are_logged_in_and_logs_out_elsewhere(client, customer):
    elsewhere = Client(headers={"user-agent": "Phone"})
    for browser in (client, elsewhere):
        log_in(browser)
    html = client.get("/accounts/sessions/").content.decode()
    assert "Phone" in html
    assert html.count("this one") == 1

    client.post("/accounts/sessions/")

    assert is_logged_in(client)
    assert not is_logged_in(elsewhere)


# Staff


def test_the_staff_s_login_is_the_shop_s(client):
    StaffFactory(email="boss@example.com")
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")

    log_in(client, "boss@example.com", next="/admin/")

    assert client.get("/admin/").status_code == 200


def test_a_customer_has_no_business_there(client, customer):
    client.force_login(customer)

    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_without_a_second_factor_are_led_to_setting_one_up(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    boss = StaffFactory(email="boss@example.com")
    log_in(client, "boss@example.com", next="/admin/")

    page = client.get("/admin/orders/order/", follow=True)
    assert page.redirect_chain == [("/account/security/", 302)]
    assert "Staff need a second factor" in page.content.decode()

    TOTP.activate(boss, generate_totp_secret())
    assert client.get("/admin/orders/order/").status_code == 200
    assert "On to the staff area" in client.get("/account/security/").content.decode()


def test_staff_who_have_shown_it_cost_no_query_more(client, settings):
    boss = StaffFactory(email="boss@example.com")
    secret = generate_totp_secret()
    TOTP.activate(boss, secret)
    log_in(client, "boss@example.com")
    client.post(AUTHENTICATE, {"code": code_of(secret)})
    queries = []
    for is_needed in (False, True):
        settings.STAFF_NEED_SECOND_FACTOR = is_needed
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/admin/password_change/").status_code == 200
        queries.append(len(asked))

    assert queries[0] == queries[1]


def test_staff_keep_their_last_second_factor(client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    boss = StaffFactory(email="boss@example.com")
    TOTP.activate(boss, generate_totp_secret())
    client.force_login(boss)
    proven(client, "/accounts/2fa/totp/deactivate/")

    page = client.post("/accounts/2fa/totp/deactivate/")

    assert "Staff keep a second factor" in page.content.decode()
    assert Authenticator.objects.filter(user=boss).exists()


def lost(client, *people):
    fields = {"action": "remove_second_factors", "_selected_action": [person.pk for person in people]}
    return client.post("/admin/users/user/", fields, follow=True).content.decode()


def test_staff_help_who_has_lost_the_phone_and_the_owner_hears_of_it(staff_client, customer, secret):
    page = lost(staff_client, customer, UserFactory())

    assert "1 account has no second factor any more" in page
    assert not Authenticator.objects.exists()
    assert [(letter.to, letter.subject) for letter in letters()] == [
        (["robin@example.com"], "Your second factors were removed")
    ]


def test_a_manager_does_not_take_the_second_factor_off_who_may_do_more(client):
    boss, manager = StaffFactory(), StaffFactory(is_superuser=False)
    manager.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    TOTP.activate(boss, generate_totp_secret())
    client.force_login(manager)

    lost(client, boss)

    assert Authenticator.objects.filter(user=boss).exists()


def test_no_staff_screen_shows_secrets_or_session_keys(staff_client):
    for screen in ("mfa/authenticator", "usersessions/usersession"):
        assert staff_client.get(f"/admin/{screen}/").status_code == 404
