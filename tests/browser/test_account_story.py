"""All that somebody does with an account, from the first form to its deletion, in a real browser."""

import json
import time
from io import BytesIO
from zipfile import ZipFile

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from orders.models import Order
from orders.services import status, timeline
from orders.tests.factories import MethodFactory
from products.models import Review, Wishlist
from products.tests.pictures import encoded, picture
from tests.browser.barriers import barriers
from tests.browser.desk import open_tab
from tests.traces import EMAIL, traces_left
from users.models import User
from users.tests.letters import latest_code

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]
PASSWORD = "Lantern-Harbor-42"  # noqa: S105


@pytest.fixture
def tab(browser, live_server, filled_shop):
    MethodFactory()
    tab = open_tab(browser, live_server, width=390, height=844)
    tab.emulate_media(reduced_motion="reduce")  # who goes on at once cuts no transition short
    tab.shop = filled_shop
    yield tab
    tab.context.close()


def press(tab, name):
    tab.get_by_role("button", name=name).click()


def follow(tab, name):
    tab.get_by_role("main").get_by_role("link", name=name).first.click()


def sign_up(tab):
    tab.goto("/accounts/signup/")
    tab.get_by_label("First name").fill("Theodora")
    tab.get_by_label("E-mail address").fill(EMAIL)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tab, "Create account")
    tab.get_by_label("Code").fill(latest_code())
    press(tab, "Confirm")
    expect(tab.get_by_role("heading", name="Hello Theodora")).to_be_visible()


def set_up_an_app(tab):
    tab.goto("/account/security/")
    follow(tab, "Set up an app")
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tab, "Go on")
    secret = tab.locator("#authenticator_secret").inner_text()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    tab.get_by_label("Code that the app shows").fill(code)
    press(tab, "Turn on")
    expect(tab.locator(".codes li")).to_have_count(10)


def show_a_picture(tab):
    tab.goto("/account/profile/")
    me = {"name": "me.png", "mimeType": "image/png", "buffer": encoded(image=picture((600, 900)))}
    tab.get_by_label("Choose a picture").set_input_files(me)
    press(tab, "Show this picture")
    expect(tab.locator("header .avatar")).to_have_js_property("naturalWidth", 256)
    assert barriers(tab) == []


def buy(tab):
    tab.goto(tab.shop["single"])
    press(tab, "Add to cart")
    expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
    tab.goto("/checkout/")
    for label, text in (
        ("Name", "Theodora Quillfeather"),
        ("Street and number", "Nettlebed Lane 17"),
        ("Postal code", "72070"),
        ("City", "Tübingen"),
    ):
        tab.get_by_label(label, exact=True).fill(text)
    press(tab, "Buy now")
    press(tab, "Pay 42.90")
    expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()


def let_it_arrive():
    order = Order.objects.get()
    for step in ("processing", "shipped", "delivered"):
        status.move(order, to=step, actor=timeline.SHOP)


def review(tab):
    tab.goto(tab.shop["single"])
    tab.locator("#reviews summary").click()
    tab.get_by_label("4 stars: well").check()
    tab.get_by_label("What should others know?").fill("Theodora likes it, and so do her hollyhocks.")
    press(tab, "Send the review")
    expect(tab.get_by_text("Thank you. Your review is shown once we have read it.")).to_be_visible()
    assert Review.objects.get(user__email=EMAIL).is_verified_purchase


def make_a_wishlist(tab):
    tab.goto("/account/wishlists/")
    tab.get_by_label("Name of the list").fill("For the Quillfeathers")
    press(tab, "Begin a list")
    tab.goto(tab.shop["single"])
    follow(tab, "Save to a wishlist")
    press(tab, "Save it")
    tab.goto("/account/wishlists/")
    expect(tab.get_by_text("1 thing")).to_be_visible()
    assert Wishlist.objects.get().name == "For the Quillfeathers"


def choose_mails(tab):
    tab.goto("/account/privacy/")
    tab.get_by_label("When something on your wishlists costs less").check()
    press(tab, "Save")
    expect(tab.get_by_text("We keep to that.")).to_be_visible()
    expect(tab.get_by_label("When something on your wishlists costs less")).to_be_checked()


def take_everything_home(tab):
    """Return what the export says, unpacked."""
    tab.goto("/account/privacy/")
    press(tab, "Put my data together")
    expect(tab.get_by_text("We are putting your data together.")).to_be_visible()
    jobs.run_slice(Job.objects.get().pk)
    follow(tab, "Look again")
    assert barriers(tab) == []
    with tab.expect_download() as download:
        follow(tab, "Get the file")
    with open(download.value.path(), "rb") as file:
        return ZipFile(BytesIO(file.read()))


def delete_the_account(tab):
    follow(tab, "Delete my account")
    expect(tab.get_by_role("heading", name="Delete the account")).to_be_visible()
    assert barriers(tab) == []
    press(tab, "Delete my account")
    expect(tab.get_by_role("alert")).to_contain_text("Please tick the box if you mean it.")
    tab.get_by_label("Delete my account for ever").check()
    press(tab, "Delete my account")
    expect(tab.get_by_text("Your account is deleted.")).to_be_visible()


def test_somebody_comes_stays_a_while_and_leaves_nothing_behind(tab):
    sign_up(tab)
    set_up_an_app(tab)
    show_a_picture(tab)
    buy(tab)
    let_it_arrive()
    review(tab)
    make_a_wishlist(tab)
    choose_mails(tab)

    packed = take_everything_home(tab)
    assert {"data.json", "data.html", "picture.jpg"} == set(packed.namelist())
    told = json.loads(packed.read("data.json"))
    assert told["profile"][0]["email"] == EMAIL
    assert told["orders"][0]["shipping_address"]["street"] == "Nettlebed Lane 17"
    assert told["reviews"][0]["content"].startswith("Theodora likes it")
    assert told["wishlists"][0]["name"] == "For the Quillfeathers"
    assert told["mail_consents"][0]["kind"] == "price_drop"

    assert traces_left() != []
    delete_the_account(tab)
    assert not User.objects.filter(email=EMAIL).exists()
    assert traces_left() == []
    assert str(Order.objects.get().total_amount) == "42.90"
    assert tab.complaints == []
