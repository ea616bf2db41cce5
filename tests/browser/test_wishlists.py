"""A wishlist from its first thing to the cart of a friend, in a real browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from products.services import pictures
from products.tests.factories import ProductFactory
from products.tests.pictures import picture
from tests.browser.barriers import barriers
from users.tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def things(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    things = [ProductFactory(name=name, price=Decimal(30)) for name in ("Harbor bowl", "Attic lamp")]
    for thing in things:
        pictures.add(thing, picture())
    return things


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_somebody_saves_things_shares_them_and_a_friend_puts_one_in_the_cart(
    browser, live_server, things, settings, scripts
):
    settings.SITE_URL = live_server.url
    settings.RATE_LIMIT_ENABLED = False
    kim = UserFactory(email="kim@example.com", first_name="Kim")
    contexts = [
        browser.new_context(
            base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=scripts
        )
        for _ in range(2)
    ]
    tab, friend = (context.new_page() for context in contexts)
    complaints = []
    for page in (tab, friend):
        page.on("console", lambda said: complaints.append(said.text))

    tab.goto(things[0].get_absolute_url())
    tab.get_by_role("link", name="Save to a wishlist").click()
    tab.get_by_label("E-mail address").fill(kim.email)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tab, "Log in")
    press(tab, "Save it")
    expect(tab.get_by_text("Harbor bowl is on your list.")).to_be_visible()
    tab.goto(things[1].get_absolute_url())
    tab.get_by_role("link", name="Save to a wishlist").click()
    press(tab, "Save it")
    tab.get_by_label("Note Harbor bowl").fill("The green one")
    press(tab, "Save Harbor bowl")
    expect(tab.get_by_label("Note Harbor bowl")).to_have_value("The green one")
    press(tab, "Share by a link")
    link = tab.locator(".wish-link").inner_text()
    assert barriers(tab, scripts) == []

    friend.goto(link)
    expect(friend.get_by_text("A wishlist of Kim")).to_be_visible()
    expect(friend.get_by_text("The green one")).to_be_visible()
    assert barriers(friend, scripts) == []
    press(friend, "Add to cart Harbor bowl")
    friend.wait_for_url("**/cart/")
    expect(friend.get_by_role("link", name="Harbor bowl")).to_be_visible()

    press(tab, "Move to the cart Attic lamp")
    tab.wait_for_url("**/cart/")
    expect(tab.get_by_role("link", name="Attic lamp")).to_be_visible()
    tab.goto("/account/wishlists/")
    tab.get_by_role("link", name="My wishlist").click()
    expect(tab.get_by_role("link", name="Attic lamp")).to_have_count(0)
    press(tab, "Stop sharing")
    expect(tab.get_by_text("Nobody but you can read this list.")).to_be_visible()
    assert complaints == []
    assert friend.goto(link).status == 404
    for context in contexts:
        context.close()
