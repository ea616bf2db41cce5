"""Who is refused for being too quick reads so, whichever way the page asked."""

import pytest
from playwright.sync_api import expect

from dbProject.limits import rules

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_who_adds_to_the_cart_too_often_reads_when_to_go_on(
    browser, live_server, filled_shop, settings, scripts
):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {"cart": {"limit": 1, "window": 300}}
    rules.forget()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=scripts)
    tab = context.new_page()
    for _ in range(2):
        tab.goto(filled_shop["single"])
        with tab.expect_response("**/cart/add/"):
            tab.get_by_role("button", name="Add to cart").click()
        tab.wait_for_load_state()

    expect(tab.get_by_role("heading", name="That was a little fast")).to_be_visible()
    expect(tab.get_by_text("try again in 5 minutes")).to_be_visible()
    context.close()
