"""An account from the first form to the second factor, in a real browser."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from users import passwords
from users.tests.factories import PASSWORD, UserFactory
from users.tests.letters import latest_code

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]
NEW_PASSWORD = "Lantern-Harbor-42"  # noqa: S105


@pytest.fixture
def tab(browser, live_server):
    """A window that keeps what its page complains about: a policy that is broken, a script that fails."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda said: tab.complaints.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    context.close()


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).click()


def log_in(tab, email, password):
    tab.goto("/accounts/login/")
    tab.get_by_label("E-mail address").fill(email)
    tab.get_by_label("Password", exact=True).fill(password)
    press(tab, "Log in")


def log_out(tab):
    tab.goto("/account/")
    press(tab, "Log out")
    expect(tab.get_by_text("You are logged out.")).to_be_visible()


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def have_a_device(tab):
    """Let the browser be on a device that keeps passkeys, whose owner is there and shows a finger."""
    devices = tab.context.new_cdp_session(tab)
    devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def test_a_customer_signs_up_confirms_sets_up_an_app_and_logs_in_with_its_code(tab, transactional_db):
    tab.goto("/accounts/signup/")
    tab.get_by_label("First name").fill("Ada")
    tab.get_by_label("E-mail address").fill("ada@example.com")
    tab.get_by_label("Password", exact=True).press_sequentially(NEW_PASSWORD[:7])
    expect(tab.locator(".strength b")).to_have_text("Weak")
    tab.get_by_label("Password", exact=True).press_sequentially(NEW_PASSWORD[7:])
    expect(tab.locator(".strength b")).to_have_text("Very strong")
    assert barriers(tab) == []
    press(tab, "Create account")
    expect(tab.get_by_role("heading", name="Enter the code from our mail")).to_be_visible()
    assert barriers(tab) == []
    tab.get_by_label("Code").fill(latest_code())
    press(tab, "Confirm")
    expect(tab.get_by_role("heading", name="Hello Ada")).to_be_visible()

    tab.get_by_role("link", name="Security", exact=True).click()
    tab.get_by_role("link", name="Set up an app").click()
    tab.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    press(tab, "Go on")
    secret = tab.locator("#authenticator_secret").inner_text()
    assert barriers(tab) == []
    tab.get_by_label("Code that the app shows").fill(code_of(secret))
    press(tab, "Turn on")
    expect(tab.locator(".codes li")).to_have_count(10)
    assert barriers(tab) == []
    recovery = tab.locator(".codes code").first.inner_text()

    log_out(tab)
    log_in(tab, "ada@example.com", NEW_PASSWORD)
    expect(tab.get_by_role("heading", name="One more step")).to_be_visible()
    assert barriers(tab) == []
    tab.get_by_label("Code").fill(code_of(secret))
    press(tab, "Log in")
    expect(tab.get_by_role("heading", name="Hello Ada")).to_be_visible()

    log_out(tab)
    log_in(tab, "ada@example.com", NEW_PASSWORD)
    tab.get_by_label("Code").fill(recovery)
    press(tab, "Log in")
    tab.goto("/account/security/")
    expect(tab.get_by_text("9 codes are left")).to_be_visible()
    assert tab.complaints == []


def test_a_passkey_opens_an_account_without_a_password(tab, transactional_db):
    UserFactory(email="robin@example.com", first_name="Robin", is_verified=True)
    have_a_device(tab)
    log_in(tab, "robin@example.com", PASSWORD)
    tab.goto("/account/security/")
    tab.get_by_role("link", name="Add a passkey").click()
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tab, "Go on")
    assert barriers(tab) == []
    tab.get_by_label("Name").fill("Phone")
    press(tab, "Add a passkey")
    expect(tab.get_by_text("The passkey is added.")).to_be_visible()
    tab.goto("/accounts/2fa/webauthn/")
    expect(tab.locator(".things b")).to_have_text("Phone")
    assert barriers(tab) == []

    log_out(tab)
    tab.goto("/accounts/login/")
    press(tab, "Log in with a passkey")

    expect(tab.get_by_role("heading", name="Hello Robin")).to_be_visible()

    log_out(tab)
    log_in(tab, "robin@example.com", PASSWORD)  # then the passkey is the second factor
    press(tab, "Use a passkey")
    expect(tab.get_by_role("heading", name="Hello Robin")).to_be_visible()
    assert tab.complaints == []


def test_who_cancels_a_passkey_reads_that_nothing_has_changed(tab, transactional_db):
    have_a_device(tab)  # with no passkey for this shop
    tab.goto("/accounts/login/")

    press(tab, "Log in with a passkey")

    expect(tab.get_by_text("Nothing has changed.")).to_be_visible()
    tab.get_by_label("E-mail address").fill("still@example.com")


def test_script_and_server_find_a_password_equally_strong(tab, transactional_db):
    tab.goto("/accounts/signup/")
    field = tab.get_by_label("Password", exact=True)
    found = {}
    for typed in (
        "harbor",
        "harbor42",
        "aaaaaaaaaaaaaaaa",
        "qwertzuiop!1A",
        "Lantern-Harbor-42",
        "Öl und Essig 77",
    ):
        field.fill(typed)
        found[typed] = tab.locator(".strength b").inner_text()

    def counted(typed):
        is_refused = len(typed) < 12 or len(set(passwords._kinds(typed))) < 4
        return passwords.strength(typed, is_refused=is_refused).word

    assert found == {typed: counted(typed) for typed in found}


def test_without_scripts_a_customer_is_not_offered_a_passkey_that_cannot_work(
    browser, live_server, transactional_db
):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/accounts/login/")

    expect(tab.get_by_role("button", name="Log in with a passkey")).to_have_count(0)
    expect(tab.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    context.close()
